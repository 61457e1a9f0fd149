import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildProcess } from '../../test/support/ChildProcess';
import { runRounds, type Figures, type Summary } from './bench';
import type { Results } from './results';
import { markdownTable, shownFigure, shownRatio } from './table';

/**
 * One benchmark in two builds of the package, in turn, each time in a process of its own:
 * `compareCommits.js <bench> <label> <main.js> <label> <main.js> [--rounds N]`.
 */

/** How often each side runs, where `--rounds` does not say otherwise. */
const ROUNDS = 5;

/** How long one run may take: ms. */
const LONGEST_RUN = 15 * 60_000;

/** All figures of a run, each named by where it stands in the tables. */
export function flattened(results: Pick<Results, 'runs'>): Figures {
  const figures: Record<string, number> = {};
  for (const { comparisons } of Object.values(results.runs)) {
    for (const comparison of comparisons) {
      for (const variant of comparison.variants) {
        for (const [name, { median }] of Object.entries(variant.figures)) figures[`${comparison.name}, ${variant.name}: ${name}`] = median;
      }
    }
  }
  return figures;
}

/** One line a figure. */
export function commitsTable(summary: Summary): string {
  const [before, after] = summary.variants;
  const rows = Object.entries(after?.figures ?? {}).map(([name, figure]) => {
    const old = before?.figures[name];
    return [name, old === undefined ? '' : shownFigure(old), shownFigure(figure), shownRatio(figure.ratio)];
  });
  return markdownTable([summary.name, before?.name ?? '', after?.name ?? '', 'ratio'], rows);
}

async function measure(bench: string, program: string): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'dstream-bench-'));
  try {
    const run = new ChildProcess(process.execPath, ['--expose-gc', program, bench, '--rounds', '1'], { environment: { DSTREAM_BENCH_RESULTS: folder } });
    const limit = setTimeout(() => run.signal('SIGKILL'), LONGEST_RUN);
    const { code } = await run.exited();
    clearTimeout(limit);
    if (code !== 0) throw new Error(`${bench} could not be measured (${program}). Its last lines:\n${run.lastLines()}`);
    return flattened(JSON.parse(await readFile(join(folder, `${bench}.json`), 'utf8')) as Results);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main([bench = '', before = '', old = '', after = '', young = '', ...options]: readonly string[]): Promise<void> {
  const rounds = options.includes('--rounds') ? Number(options[options.indexOf('--rounds') + 1]) : ROUNDS;
  const variants = [
    { name: before, run: () => measure(bench, old) },
    // A commit beside itself shows what the machine adds.
    { name: after === before ? `${after}, again` : after, run: () => measure(bench, young) },
  ];
  console.log(`${bench}: ${before} and ${after} in turn, ${rounds} rounds`);
  // Each process warms up by itself.
  const summary = await runRounds({ name: bench, variants, baseline: before, warmUp: 0 }, rounds, (round, side) => {
    console.log(`  round ${round + 1} of ${rounds}: ${side} has run`);
  });
  console.log(`\n${commitsTable(summary)}`);
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
