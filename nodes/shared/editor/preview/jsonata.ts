import type { PreviewCode } from './messages';

interface EditorGlobals {
  readonly jsonata?: (source: string) => { ast?: () => unknown };
}

/** An expression with the tree that the editor's own JSONata makes of it, which the worker's compiler reads. */
export function jsonataCode(source: string): PreviewCode {
  const { jsonata } = globalThis as EditorGlobals;
  try {
    // As JSON, so that nothing but data goes over to the worker.
    const tree = JSON.stringify(jsonata?.(source).ast?.());
    return { lang: 'jsonata', source, ...(typeof tree === 'string' ? { tree: JSON.parse(tree) as unknown } : {}) };
  } catch (error) {
    const { message, position } = typeof error === 'object' && error !== null ? (error as { message?: unknown; position?: unknown }) : {};
    const problem = { message: typeof message === 'string' ? message : String(error), ...(typeof position === 'number' ? { position } : {}) };
    return { lang: 'jsonata', source, problem };
  }
}

let interpreter: Promise<string> | undefined;

/**
 * The source of the editor's own JSONata, for expressions that must be interpreted; '' where it cannot be had. Asked for once: the
 * browser has the file already, since it is the one that the editor's libraries are in.
 */
export function interpreterSource(): Promise<string> {
  return (interpreter ??= load().catch(() => ''));
}

async function load(): Promise<string> {
  const script = document.querySelector<HTMLScriptElement>('script[src*="vendor/vendor.js"]');
  if (script === null) return '';
  const response = await fetch(script.src);
  return response.ok ? cutOut(await response.text()) : '';
}

/** JSONata out of all the libraries that Node-RED puts into one file, one behind the other; '' where it is not found. */
export function cutOut(libraries: string): string {
  const name = libraries.indexOf('.jsonata=');
  const start = libraries.lastIndexOf('function(', name);
  if (name < 0 || start < 0) return '';
  // A bundle of modules ends by naming the one to begin with.
  const end = /\},\{\},\[\d+\]\)\(\d+\)\}\);/g;
  end.lastIndex = name;
  const found = end.exec(libraries);
  return found === null ? '' : `!${libraries.slice(start, end.lastIndex)}`;
}
