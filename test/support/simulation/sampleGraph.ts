import { decode, encode, Journal, type Recovery } from '../../../src/durability';
import type { Disk } from '../../../src/ports/Disk';
import { ManualClock } from '../../../src/ports/ManualClock';

const NO_EXTERNAL = new Map<string, never>();
const SEGMENT_BYTES = 600;

export interface OpenedGraph {
  readonly journal: Journal;
  readonly recovery: Recovery;
}

export function openGraph(disk: Disk): Promise<OpenedGraph> {
  return Journal.open(disk, { graph: 'sample', epoch: 1, clock: new ManualClock(), segmentBytes: SEGMENT_BYTES });
}

/**
 * A small graph that has run: several segments, some dropped; two checkpoints of which each refers to a file of an earlier one;
 * batches to be run again, one with a commit and a pinned output; records that wait; packet ids and marks. It only sums what it gets.
 */
export async function writeSampleGraph(disk: Disk): Promise<void> {
  const { journal } = await openGraph(disk);
  const unchanging = encode(['a pane that is over', 'p'.repeat(400)]);
  let number = 0;
  for (let batch = 1; batch <= 8; batch++) {
    const values = Array.from({ length: 3 }, () => ++number);
    const place = batch % 3 === 0 ? undefined : batch;
    journal.append('wire', values, [], new Map<string, unknown>([['place', { offset: number }], [`place ${batch % 2}`, place]]));
    journal.append('mqtt', [`text ${batch}`], [batch]);
    if (batch > 2) journal.release('mqtt', [batch - 2]);
    const time = 1_795_348_800_000 + batch * 1000;
    const upTo = new Map([['wire', batch * 3 - 1], ['mqtt', batch]]);
    await journal.intend({ time, upTo, external: NO_EXTERNAL, data: { plan: 'p1' } }).durable;
    journal.begin(time);
    if (batch > 6) continue;
    // The last record waits for the next batch.
    const sum = number * (number - 1) / 2;
    journal.commit(time, 'file');
    await journal.checkpoint(time, [['sum', encode(sum)], ['pane', unchanging]], { batch });
  }
  const last = 1_795_348_800_000 + 7000;
  journal.pin(last, 'table', [NaN, -0, 1n]);
  await journal.commit(last, 'file').durable;
  await journal.close();
}

/** All that a start gets back, as a text: where it begins does not show, only what comes out in the end. */
export async function outcomeOf({ journal, recovery }: OpenedGraph): Promise<string> {
  const { checkpoint, batches, sources, lastBatch } = recovery;
  let sum = checkpoint === undefined ? 0 : (decode(checkpoint.sections.get('sum')!) as number);
  const pane = checkpoint === undefined ? undefined : (decode(checkpoint.sections.get('pane')!) as unknown[])[0];
  const count = (records: readonly unknown[]): void => {
    for (const record of records) if (typeof record === 'number') sum += record;
  };
  const texts: string[] = [];
  for (const batch of batches) {
    const found = await recovery.recordsOf(batch);
    for (const { source, records } of found) if (source === 'wire') count(records);
    texts.push(`${batch.time} ${JSON.stringify(batch.data)} ${[...batch.upTo].join()} ${found.map(({ records }) => records.join()).join(' ')} ` +
      `${batch.attempts} ${[...batch.committed].join()} ${[...batch.pinned].map(([sink, rows]) => `${sink} ${(rows as unknown[]).map(String).join()}`).join()}`);
  }
  const waiting: string[] = [];
  await recovery.readWaiting(({ source, first, records }) => waiting.push(`${source} ${first} ${records.join()}`));
  const found = [...sources].sort().map(([name, { next, packets, marks }]) =>
    `${name} ${next} ${[...packets].sort().join()} ${JSON.stringify([...marks].sort(([left], [right]) => (left < right ? -1 : 1)))} ${journal.nextOf(name)}`);
  // Of batches that only an older checkpoint runs again, the last two are told.
  return JSON.stringify([pane ?? 'a pane that is over', sum, lastBatch, texts.slice(-2), waiting, found], undefined, 1);
}
