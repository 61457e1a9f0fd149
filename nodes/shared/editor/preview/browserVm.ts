/**
 * Stands for `node:vm` in the bundle of the preview's worker, so that user code is compiled there by the same lines of
 * src/expressions as in the runtime.
 */
export function compileFunction(
  code: string,
  parameters: readonly string[] = [],
  { filename = 'expression' }: { readonly filename?: string } = {},
): (...values: readonly unknown[]) => unknown {
  // The language itself looks at the body alone first, so that none can close the function around it.
  return new Function(...parameters, `${code}\n//# sourceURL=${filename}`) as (...values: readonly unknown[]) => unknown;
}
