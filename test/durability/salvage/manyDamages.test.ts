import { expect } from 'chai';
import { Journal, lossOf, type Loss, salvage } from '../../../src/durability';
import type { Disk } from '../../../src/ports/Disk';
import { ManualClock } from '../../../src/ports/ManualClock';
import { MemoryDisk } from '../../support/simulation/MemoryDisk';
import { SeededRandom } from '../../support/simulation/SeededRandom';

const NONE = new Map<string, never>();
const SOURCES = ['a', 'b'];
const SEEDS = Number(process.env.DSTREAM_SIMULATION_SEEDS ?? '400');

const open = (disk: Disk, epoch: number): ReturnType<typeof Journal.open> =>
  Journal.open(disk, { graph: 'g', epoch, clock: new ManualClock(), segmentBytes: 500 });

/** What was done, as an oracle that knows nothing of files: which batch each record went into. */
class Model {
  /** By source and number: the record itself is its name, such as `a7`. */
  readonly next = new Map(SOURCES.map((source) => [source, 0]));
  readonly upTo = new Map(SOURCES.map((source) => [source, 0]));
  readonly batches = new Map<string, number>();
  time = 0;
}

/** A graph that runs through a few starts: records in pieces of different sizes, batches that leave some over, checkpoints, packets. */
async function run(disk: MemoryDisk, random: SeededRandom): Promise<Model> {
  const model = new Model();
  const lives = 1 + random.below(3);
  for (let life = 1; life <= lives; life++) {
    const { journal } = await open(disk, life);
    const steps = 3 + random.below(12);
    for (let step = 0; step < steps; step++) {
      const source = SOURCES[random.below(2)]!;
      const next = model.next.get(source)!;
      const kind = random.below(10);
      if (kind < 5) {
        const count = random.below(4);
        const records = Array.from({ length: count }, (_, index) => `${source}${next + index}${'.'.repeat(random.below(60))}`);
        const { durable } = journal.append(source, records, random.below(2) === 0 ? [next + 1] : [], new Map([['place', next + count]]));
        model.next.set(source, next + count);
        if (random.below(2) === 0) await durable;
      } else if (kind === 5) {
        const [packet] = journal.openPackets(source);
        if (packet !== undefined) journal.release(source, [packet]);
      } else {
        const time = ++model.time;
        for (const each of SOURCES) {
          const [begin, end] = [model.upTo.get(each)!, model.next.get(each)!];
          const until = begin + random.below(end - begin + 1);
          for (let record = begin; record < until; record++) model.batches.set(`${each}${record}`, time);
          model.upTo.set(each, until);
        }
        await journal.intend({ time, upTo: new Map(model.upTo), external: NONE, data: null }).durable;
        if (random.below(2) === 0) journal.commit(time, 'file');
        if (random.below(3) === 0) await journal.checkpoint(time, [['state', Buffer.from([time])]]);
      }
    }
    await journal.close();
  }
  return model;
}

/**
 * Does something to the log that no crash does: once or twice. The end of the last segment stays: when that is gone, nothing is left that
 * could tell.
 */
function damage(files: ReadonlyMap<string, Uint8Array>, random: SeededRandom): Map<string, Uint8Array> {
  const damaged = new Map(files);
  const last = [...files.keys()].filter((path) => path.startsWith('log/')).sort().at(-1);
  for (let times = 1 + random.below(2); times > 0; times--) {
    const paths = [...damaged.keys()].filter((path) => path.startsWith('log/'));
    const path = paths[random.below(paths.length)];
    const bytes = Uint8Array.from(damaged.get(path ?? '') ?? []);
    if (path === undefined || bytes.length === 0) continue;
    const place = random.below(bytes.length);
    const kind = path === last ? 5 : random.below(6);
    if (kind === 0) damaged.delete(path);
    else if (kind === 1) damaged.set(path, bytes.subarray(0, place));
    else if (kind === 2) damaged.set(path, bytes.fill(random.below(256), place, place + 1 + random.below(80)));
    else damaged.set(path, Uint8Array.from(bytes, (byte, index) => (index === place ? byte ^ 1 << random.below(8) : byte)));
  }
  return damaged;
}

function fateOf({ unreadable, unassigned, unknownFrom }: Loss, source: string, record: number): 'lost' | 'unknown' | 'kept' {
  const isIn = [...unreadable, ...unassigned].some((span) => span.source === source && span.begin <= record && record < span.end);
  if (isIn) return 'lost';
  return (unknownFrom.get(source) ?? Infinity) <= record ? 'unknown' : 'kept';
}

const nameOf = (record: unknown): string => String(record).replaceAll('.', '');

describe('salvage of logs with one damage or two, seed by seed', () => {
  it('keeps each record once and in its batch, but for those that it tells are lost', async function () {
    this.timeout(Math.max(60_000, SEEDS * 30));
    const counts = { refused: 0, salvaged: 0, lost: 0, kept: 0, unassigned: 0, beyond: 0 };
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = new SeededRandom(seed);
      const whole = new MemoryDisk();
      const model = await run(whole, random);
      const disk = new MemoryDisk(damage(whole.files, random));
      const refusal = await open(new MemoryDisk(disk.files), 9).then(() => undefined, (thrown: unknown) => thrown as Error);
      if (refusal === undefined) continue;
      counts.refused++;
      const where = `seed ${seed}`;
      let loss: Loss | undefined;
      try {
        const told = await lossOf(disk, 'g');
        loss = await salvage(disk, { graph: 'g', epoch: 9, segmentBytes: 500 }, 'wish', 0);
        expect(loss, where).to.deep.equal(told);
      } catch (thrown) {
        if ((thrown as Error).name !== 'BeyondSalvageError') throw new Error(`${where}: ${String(thrown)}`, { cause: thrown });
        counts.beyond++;
        continue;
      }
      if (loss === undefined) throw new Error(`${where}: refused (${refusal.message}), and nothing to be salvaged`);
      counts.salvaged++;
      counts.unassigned += loss.unassigned.length;
      const { journal, recovery } = await open(disk, 10).catch((thrown: unknown) => {
        throw new Error(`${where}: ${String(thrown)}`, { cause: thrown });
      });
      const found = new Map<string, number | undefined>();
      const put = (record: unknown, time: number | undefined): void => {
        expect(found.has(nameOf(record)), `${where}: ${nameOf(record)} twice`).to.equal(false);
        found.set(nameOf(record), time);
      };
      for (const batch of recovery.batches) {
        for (const { records } of await recovery.recordsOf(batch)) for (const record of records) put(record, batch.time);
      }
      await recovery.readWaiting(({ records }) => records.forEach((record) => put(record, undefined)));
      const covered = recovery.checkpoint?.batch ?? 0;
      for (const source of SOURCES) {
        for (let record = 0; record < model.next.get(source)!; record++) {
          const name = `${source}${record}`;
          const batch = model.batches.get(name);
          if (batch !== undefined && batch <= covered) {
            expect(found.has(name), `${where}: ${name} is in the checkpoint and comes again`).to.equal(false);
            continue;
          }
          // Of a source that nothing in the log names any more, nothing can be told.
          const fate = recovery.sources.has(source) ? fateOf(loss, source, record) : 'unknown';
          if (fate !== 'unknown') expect(found.has(name), `${where}: ${name} is ${fate}`).to.equal(fate === 'kept');
          if (found.has(name)) expect(found.get(name), `${where}: batch of ${name}`).to.equal(batch);
          counts[found.has(name) ? 'kept' : 'lost']++;
        }
      }
      // It goes on as if nothing had been.
      const { first } = journal.append('a', ['later']);
      await journal.intend({ time: 1000, upTo: new Map([['a', first + 1]]), external: NONE, data: null }).durable;
      await journal.checkpoint(1000, [['state', Buffer.from([1])]]);
      await journal.close();
      expect((await open(disk, 11)).recovery.checkpoint?.batch, where).to.equal(1000);
    }
    console.log(`      ${Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(', ')}`);
    expect(counts.salvaged).to.be.greaterThan(SEEDS / 4);
    expect(counts.kept).to.be.greaterThan(counts.lost);
    expect(counts.unassigned).to.be.greaterThan(0);
  });
});
