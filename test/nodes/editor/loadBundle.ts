import { buildSync } from 'esbuild';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { ROOT, catalogue } from './palette';

export type EditorFunctions = Record<string, (node: object, value?: unknown) => unknown>;

/** Loads the bundle of a node the way the browser does, with a stand-in for RED that knows the node's catalogue. */
export function loadBundle(set: string): EditorFunctions {
  const { outputFiles } = buildSync({
    entryPoints: [join(ROOT, 'nodes', set, 'editor.ts')],
    bundle: true,
    format: 'iife',
    write: false,
    logLevel: 'silent',
  });
  const texts = catalogue(set);
  const prefix = `@dstream/node-red-dstream/${set}:`;
  const RED = {
    _: (key: string, values: Record<string, unknown> = {}) => {
      const text = texts.get(key.slice(prefix.length));
      if (!key.startsWith(prefix) || text === undefined) {
        throw new Error(`no text for ${key}`);
      }
      return text.replace(/__(\w+?)__/g, (_whole, name: string) => String(values[name]));
    },
  };
  const context = createContext({ RED });
  runInContext(outputFiles[0]?.text ?? '', context);
  return runInContext(`dstreamEditor[${JSON.stringify(set)}]`, context) as EditorFunctions;
}
