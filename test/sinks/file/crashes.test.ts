import { expect } from 'chai';
import { ManualClock } from '../../../src/ports/ManualClock';
import { FileSink } from '../../../src/sinks/file/FileSink';
import type { FileFormat, Roll } from '../../../src/sinks/file/FileSinkOptions';
import { SeededRandom } from '../../support/simulation/SeededRandom';
import type { CrashKind } from '../../support/simulation/SimulatedDisk';
import { SimulatedOutputFiles } from '../../support/simulation/SimulatedOutputFiles';
import { TestSinkHost } from '../TestSinkHost';

/** Midnight is in the middle. */
const FIRST = Date.UTC(2026, 10, 22, 22, 30);
const INTERVAL = 1_800_000;

interface Batch {
  readonly time: number;
  /** Two parts, as where the inputs of a sink slide differently. */
  readonly parts: readonly (readonly string[])[];
}

const batches: readonly Batch[] = Array.from({ length: 6 }, (_, index) => ({
  time: FIRST + index * INTERVAL,
  parts: [[`a${String(index)}`, `b${String(index)}`], ...(index % 2 === 0 ? [[`c${String(index)}`]] : [])],
}));
const expected = batches.flatMap(({ parts }) => parts.flat());

/**
 * Delivers batches from one on until all are there, or the machine crashes.
 * @param begun how many may have been delivered before
 * @returns how many batches are there
 */
async function run(
  files: SimulatedOutputFiles, roll: Roll, format: FileFormat, from: number, begun: number, crash: Promise<void>,
): Promise<number> {
  const host = new TestSinkHost();
  const options = { sink: 's', name: 'out', format, roll, columns: [] };
  const sink = new FileSink(options, files.connect(), host, new ManualClock(Date.UTC(2027, 0, 1)), () => 0.5);
  const over = crash.then(() => true);
  for (let index = from; index < batches.length; index++) {
    const { time, parts } = batches[index]!;
    for (const [number, payloads] of parts.entries()) {
      const records = payloads.map((payload, place) => ({
        payload: { payload }, topic: '', key: null, id: `g/s/${String(number)}/${String(time)}/${String(place)}`, count: 1,
      }));
      const delivered = sink.deliver(records, host.settled, time, index < begun ? AGAIN : { run: '1' });
      if (await Promise.race([delivered.then(() => false), over])) return index;
    }
  }
  expect(host.problems).to.deep.equal([]);
  return batches.length;
}

/** What somebody finds who reads the files in their order. */
function found(files: SimulatedOutputFiles, roll: Roll, format: FileFormat): string[] {
  let names = files.names.filter((name) => /^out-.*\.(jsonl|csv)$/.test(name));
  if (roll === 'batch') {
    const list = (files.content('out.batches.jsonl') ?? '').split('\n').filter((line) => line !== '');
    const entries = list.map((line) => JSON.parse(line) as { file: string; length: number; records: number });
    expect(names, 'no file that is not in the list').to.deep.equal(entries.map(({ file }) => file).sort());
    for (const { file, length, records } of entries) {
      expect(files.content(file)?.length, file).to.equal(length);
      expect(linesOf(files, file, format).length, file).to.equal(records);
    }
    names = entries.map(({ file }) => file);
  }
  return names.flatMap((name) => linesOf(files, name, format));
}

function linesOf(files: SimulatedOutputFiles, name: string, format: FileFormat): string[] {
  const lines = (files.content(name) ?? '').split(format === 'csv' ? '\r\n' : '\n').slice(0, -1);
  if (format !== 'csv') return lines.map((line) => (JSON.parse(line) as { payload: string }).payload);
  expect(lines[0], name).to.equal('payload');
  return lines.slice(1);
}

const AGAIN = { run: '1', runsAgain: new Set(['1']) };
const never = new Promise<void>(() => undefined);

describe('FileSink and crashes', () => {
  for (const roll of ['day', 'hour', 'batch'] as const) {
    for (const format of ['json', 'csv'] as const) {
      for (const kind of ['kill', 'power'] as const satisfies readonly CrashKind[]) {
        it(`has each record once and in order, ${roll}, ${format}, after a ${kind} at every operation and another at any`, async () => {
          const whole = new SimulatedOutputFiles(new SeededRandom(0));
          await run(whole, roll, format, 0, 0, never);
          expect(found(whole, roll, format)).to.deep.equal(expected);
          expect(whole.operations).to.be.greaterThan(50);
          let crashes = 0;
          for (let seed = 0; seed < 3; seed++) {
            for (let operation = 1; operation <= whole.operations; operation++) {
              const random = new SeededRandom(1000 * operation + seed);
              const files = new SimulatedOutputFiles(random);
              let next = operation;
              let begin = 0;
              let begun = 0;
              for (let life = 0; ; life++) {
                const crash = life === 3 ? never : files.crashAfter(next, random.chance(0.2) ? 'kill' : kind);
                const done = await run(files, roll, format, begin, begun, crash);
                if (done === batches.length) break;
                crashes++;
                begun = Math.max(begun, done + 1);
                // Of what was done some is done again, as after a checkpoint that is some batches old.
                begin = Math.max(0, done - random.below(4));
                next = 1 + random.below(40);
              }
              expect(found(files, roll, format), `seed ${String(seed)}, operation ${String(operation)}`).to.deep.equal(expected);
            }
          }
          expect(crashes).to.be.greaterThan(3 * whole.operations);
        });
      }
    }
  }
});
