import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { compileFunction } from 'node:vm';

/** A deliberate mistake: in the compiled code of a file, the text that is found is replaced. */
export interface Mutation {
  /** Relative to src/durability, without ending. */
  readonly file: string;
  readonly find: string;
  readonly replacement: string;
}

/** What is tested. */
export type Durability = typeof import('../../../src/durability');

const folder = resolve(__dirname, '../../../src/durability');

/**
 * Loads src/durability anew, with mistakes put in.
 * @throws Error when a text is not found exactly once: the mutant would be no mutant
 */
export function loadMutant(mutations: readonly Mutation[]): Durability {
  const modules = new Map<string, { exports: unknown }>();
  const load = (path: string): unknown => {
    const known = modules.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {} as unknown };
    modules.set(path, module);
    let source = readFileSync(path, 'utf8');
    for (const { file, find, replacement } of mutations) {
      if (path !== join(folder, `${file}.js`)) continue;
      const count = source.split(find).length - 1;
      if (count !== 1) throw new Error(`"${find}" is found ${count} times in ${file}, and must be found once.`);
      source = source.replace(find, () => replacement);
    }
    const requireReal = createRequire(path);
    const requireHere = (name: string): unknown => {
      const inside = join(dirname(path), `${name}.js`);
      return name.startsWith('.') && inside.startsWith(folder) && existsSync(inside) ? load(inside) : requireReal(name);
    };
    const run = compileFunction(source, ['exports', 'require', 'module'], { filename: path }) as (...parameters: unknown[]) => void;
    run(module.exports, requireHere, module);
    return module.exports;
  };
  return load(join(folder, 'index.js')) as Durability;
}
