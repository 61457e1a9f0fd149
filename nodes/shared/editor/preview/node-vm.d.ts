// Editor code knows no Node.js; src/expressions asks for this one function of it, and gets that of browserVm.ts.
declare module 'node:vm' {
  export function compileFunction(
    code: string,
    parameters?: readonly string[],
    options?: { readonly filename?: string; readonly lineOffset?: number },
  ): (...values: readonly unknown[]) => unknown;
}
