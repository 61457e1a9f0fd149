import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runRounds, type Bench, type Figures, type Session, type Summary } from './bench';
import { allResults, keep, machine } from './results';
import { resultsTable, shownMachine, shownNumber, tableOf } from './table';

/**
 * The program behind `npm run bench`: `<name> [--rounds N] [--quick]` runs a benchmark; `list` and `results` print what there is. What
 * starts other programs (another Node.js, other commits) is in scripts/bench.mjs.
 */

const folder = join(__dirname, '..');

export function benchNames(): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.js'));
  return files.map((file) => file.slice(0, -'.js'.length)).sort();
}

const load = createRequire(__filename);

export function loadBench(name: string): Bench {
  return (load(join(folder, name)) as { default: Bench }).default;
}

export interface Wanted {
  readonly rounds?: number;
  readonly isQuick: boolean;
  /** See `Session.nodeParameters`. */
  readonly nodeParameters?: readonly string[];
  readonly print?: (line: string) => void;
}

/** Runs a benchmark and prints what it finds. Resolves with the comparisons and notes it has made. */
export async function runBench(bench: Bench, wanted: Wanted): Promise<{ comparisons: readonly Summary[]; notes: readonly string[] }> {
  const print = wanted.print ?? console.log;
  const comparisons: Summary[] = [];
  const notes: string[] = [];
  const session: Session = {
    isQuick: wanted.isQuick,
    nodeParameters: wanted.nodeParameters ?? [],
    note: (line) => {
      notes.push(line);
      print(line);
    },
    compare: async (comparison) => {
      const rounds = wanted.isQuick ? 1 : (wanted.rounds ?? comparison.rounds ?? bench.rounds);
      const told = (round: number, variant: string, figures: Figures): void => {
        print(`  ${comparison.name}, ${round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`}, ${variant}: ${lineOf(figures)}`);
      };
      const summary = await runRounds(wanted.isQuick ? { ...comparison, warmUp: 0 } : comparison, rounds, told);
      comparisons.push(summary);
      print(`\n${tableOf(summary)}\n`);
      return summary;
    },
  };
  await bench.run(session);
  return { comparisons, notes };
}

function lineOf(figures: Figures): string {
  return Object.entries(figures).map(([name, value]) => `${shownNumber(value)} ${name}`).join(', ');
}

async function main(parameters: readonly string[]): Promise<void> {
  const [name = 'list', ...options] = parameters;
  if (name === 'list') {
    list();
    return;
  }
  if (name === 'results') {
    console.log(resultsTable(await allResults()));
    return;
  }
  const rounds = options.includes('--rounds') ? Number(options[options.indexOf('--rounds') + 1]) : undefined;
  const isQuick = options.includes('--quick');
  const bench = loadBench(name);
  const where = machine();
  console.log(`${name}: ${bench.work}\n  goal: ${bench.goal}`);
  console.log(`  ${shownMachine(where)}`);
  const profiles = process.env['DSTREAM_BENCH_PROFILES'];
  const nodeParameters = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  const found = await runBench(bench, { isQuick, nodeParameters, ...(rounds === undefined ? {} : { rounds }) });
  if (isQuick) console.log('A quick run shows that the benchmark works; its figures mean nothing and are not kept.');
  else await keep({ name, work: bench.work, goal: bench.goal }, { machine: where, ...found });
}

function list(): void {
  for (const name of benchNames()) console.log(`${name.padEnd(9)} ${loadBench(name).work}`);
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
