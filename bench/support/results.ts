import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../test/support/packageRoot';
import type { Summary } from './bench';

/** Where and when a benchmark ran. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** GB */
  readonly memory: number;
  readonly platform: string;
  /** The version of Node.js. */
  readonly node: string;
  /** ISO 8601 */
  readonly date: string;
  /** What was measured; `+` at its end says that the files differ from it. */
  readonly commit: string;
}

/** All figures of one run of a benchmark. */
export interface Run {
  readonly machine: Machine;
  readonly comparisons: readonly Summary[];
  readonly notes: readonly string[];
}

/** What `.cache/bench/<name>.json` holds: the newest run with each Node.js. */
export interface Results {
  readonly name: string;
  readonly work: string;
  readonly goal: string;
  /** By main version: `20`. */
  readonly runs: Readonly<Record<string, Run>>;
}

/** Where the results are; `npm run bench -- compare` has them written elsewhere. */
export const resultsFolder = process.env['DSTREAM_BENCH_RESULTS'] ?? join(packageRoot, '.cache/bench');

export function machine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memory: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    date: new Date().toISOString(),
    commit: commit(),
  };
}

export function mainVersion(node: string): string {
  return node.split('.')[0] ?? node;
}

/** Puts a run in the place of the one with the same main version of Node.js. Resolves with the file. */
export async function keep(bench: Omit<Results, 'runs'>, run: Run, folder = resultsFolder): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${bench.name}.json`);
  const { runs } = existsSync(file) ? await read(file) : { runs: {} };
  const results: Results = { ...bench, runs: { ...runs, [mainVersion(run.machine.node)]: run } };
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
  return file;
}

/** The results of all benchmarks that have run, by name. */
export async function allResults(folder = resultsFolder): Promise<Results[]> {
  const names = existsSync(folder) ? (await readdir(folder)).filter((name) => name.endsWith('.json')).sort() : [];
  return Promise.all(names.map((name) => read(join(folder, name))));
}

async function read(file: string): Promise<Results> {
  return JSON.parse(await readFile(file, 'utf8')) as Results;
}

function commit(): string {
  const git = (...parameters: string[]): string =>
    execFileSync('git', parameters, { cwd: packageRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src', 'nodes', 'bench') === '' ? '' : '+');
  } catch {
    return 'unknown';
  }
}
