import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { compileFunction } from 'node:vm';
import type { Mutation } from '../loadMutant';
import type { Runner } from './EngineProcess';

const source = resolve(__dirname, '../../../../src');
const engine = join(source, 'engine');

/**
 * Loads the engine anew, with mistakes put in; what it is made of (streams, operators, log) is shared with the real one.
 * @param mutations in files given relative to src/engine
 * @throws Error when a text is not found exactly once: the mutant would be no mutant
 */
export function loadEngineMutant(mutations: readonly Mutation[]): Runner {
  const modules = new Map<string, { exports: unknown }>();
  const load = (path: string): unknown => {
    const known = modules.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {} as unknown };
    modules.set(path, module);
    const run = compileFunction(mutated(path, mutations), ['exports', 'require', 'module', '__dirname', '__filename'], { filename: path }) as
      (...parameters: unknown[]) => void;
    const requireReal = createRequire(path);
    const requireHere = (name: string): unknown => {
      const inside = join(dirname(path), `${name}.js`);
      return name.startsWith('.') && inside.startsWith(engine) && existsSync(inside) ? load(inside) : requireReal(name);
    };
    run(module.exports, requireHere, module, dirname(path), path);
    return module.exports;
  };
  return (load(join(engine, 'GraphRunner.js')) as { readonly GraphRunner: Runner }).GraphRunner;
}

function mutated(path: string, mutations: readonly Mutation[]): string {
  let text = readFileSync(path, 'utf8');
  for (const { file, find, replacement } of mutations) {
    if (path !== join(engine, `${file}.js`)) continue;
    const count = text.split(find).length - 1;
    if (count !== 1) throw new Error(`"${find}" is found ${String(count)} times in ${file}, and must be found once.`);
    text = text.replace(find, () => replacement);
  }
  return text;
}
