import { expect } from 'chai';
import { decode, encode, finishGoingBack, goBack, Journal, putAside, Savepoints } from '../../src/durability';
import type { Disk } from '../../src/ports/Disk';
import { ManualClock } from '../../src/ports/ManualClock';
import { MemoryDisk } from '../support/simulation/MemoryDisk';
import { SeededRandom } from '../support/simulation/SeededRandom';
import { SimulatedDisk } from '../support/simulation/SimulatedDisk';

/** 2026-11-22, 12:00 UTC */
const NOON = 1795348800000;
const none = new Map<string, never>();
const owned = (): Promise<void> => Promise.resolve();

const open = (disk: Disk): ReturnType<typeof Journal.open> =>
  Journal.open(disk, { graph: 'g', epoch: 1, clock: new ManualClock(), segmentBytes: 200 });

const savepoints = (disk: Disk): Savepoints => new Savepoints(disk, 'g');

/** A graph that has run 4 batches of a record each, and has a savepoint of the second: its state is how many it has seen. */
async function run(disk: Disk): Promise<void> {
  const { journal } = await open(disk);
  for (let batch = 1; batch <= 4; batch++) {
    journal.append('a', [`record ${batch}`], [], new Map([['place', batch]]));
    await journal.intend({ time: batch, upTo: new Map([['a', batch]]), external: none, data: null }).durable;
    if (batch < 4) await journal.checkpoint(batch, [['seen', encode(batch)]], { batch });
    if (batch === 2) await savepoints(disk).keep('second', await journal.wholeCheckpoint({ name: 'second', made: NOON }), owned);
  }
  await journal.close();
}

/** What a start finds: the checkpoint, what it has seen, the last batch, the next record. */
async function found(disk: Disk): Promise<string> {
  const { journal, recovery } = await open(disk);
  const { checkpoint, lastBatch } = recovery;
  const seen = checkpoint === undefined ? 'nothing' : decode(checkpoint.sections.get('seen')!) as number;
  const text = `checkpoint ${checkpoint?.batch ?? 'none'}, seen ${seen}, last batch ${lastBatch ?? 'none'}, next ${journal.nextOf('a')}`;
  await journal.close();
  return text;
}

const BEFORE = 'checkpoint 3, seen 3, last batch 4, next 4';
const AFTER = 'checkpoint 2, seen 2, last batch 2, next 0';

async function messageOf(work: Promise<unknown>): Promise<string> {
  return work.then(() => 'nothing went wrong', (thrown: unknown) => (thrown as Error).message);
}

describe('goBack', () => {
  it('gives a graph the state of a savepoint and nothing else, once, and keeps all it had', async () => {
    const disk = new MemoryDisk();
    await disk.makeFolder('quarantine');
    await run(disk);
    const before = [...disk.files.keys()].filter((path) => !path.startsWith('savepoints/'));
    expect(await goBack(disk, savepoints(disk), 'second', 'r1', NOON)).to.equal(true);
    for (const path of before) expect(disk.files.has(`quarantine/2026-11-22T12-00-00-000Z-r1/${path}`), path).to.equal(true);
    expect(await found(disk)).to.equal(AFTER);
    const { journal, recovery } = await open(disk);
    expect(recovery.checkpoint?.data).to.deep.equal({ batch: 2 });
    expect(recovery.savepoint).to.deep.equal({ name: 'second', made: NOON });
    // A receiver goes on reading where it was then.
    expect(recovery.sources.get('a')).to.deep.equal({ next: 0, waiting: 0, packets: new Set(), marks: new Map([['place', 2]]) });
    journal.append('a', ['later']);
    await journal.intend({ time: 9, upTo: new Map([['a', 1]]), external: none, data: null }).durable;
    await journal.checkpoint(9, [['seen', encode(3)]], {});
    await journal.close();
    // The same wish again, and the end of one that has ended.
    expect(await goBack(disk, savepoints(disk), 'second', 'r1', NOON + 1)).to.equal(false);
    expect(await finishGoingBack(disk, NOON + 1)).to.equal(false);
    expect(await found(disk)).to.equal('checkpoint 9, seen 3, last batch 9, next 1');
    expect((await open(disk)).recovery.savepoint).to.equal(undefined);
    // Another wish may go back to it again, and a reset does not take it away.
    expect(await goBack(disk, savepoints(disk), 'second', 'r2', NOON + 2)).to.equal(true);
    expect(await putAside(disk, 'r3', NOON + 3)).to.equal(true);
    expect(await found(disk)).to.equal('checkpoint none, seen nothing, last batch none, next 0');
    expect(await goBack(disk, savepoints(disk), 'second', 'r4', NOON + 4)).to.equal(true);
    expect(await found(disk)).to.equal(AFTER);
  });

  for (const kind of ['kill', 'power'] as const) {
    it(`has happened altogether or not at all after a crash at any operation: ${kind}`, async () => {
      const seen = new Set<string>();
      for (let seed = 1; seed <= 5; seed++) {
        let operations = 1;
        for (let isDone = false; !isDone; operations++) {
          const where = `seed ${seed}, operation ${operations}`;
          const simulated = new SimulatedDisk(new SeededRandom(seed * 1000 + operations));
          await run(simulated.connect());
          simulated.crash('kill');
          const crashed = simulated.crashAfter(operations, kind).then(() => false);
          const disk = simulated.connect();
          const back = goBack(disk, savepoints(disk), 'second', 'r1', NOON).then(() => true);
          isDone = await Promise.race([back, crashed]);
          if (isDone) simulated.crash(kind);
          // Somebody starts the graph without the wish; and another crash comes right after that.
          const plain = simulated.connect();
          await finishGoingBack(plain, NOON + 1);
          const first = await found(plain);
          expect([BEFORE, AFTER], where).to.include(first);
          seen.add(first);
          simulated.crash('power');
          const again = simulated.connect();
          await finishGoingBack(again, NOON + 2);
          expect(await found(again), where).to.equal(first);
          // With the wish it is carried out, unless it was.
          await goBack(again, savepoints(again), 'second', 'r1', NOON + 3);
          expect(await found(again), where).to.equal(AFTER);
          const files = [...simulated.files().keys()];
          expect(files.filter((path) => path.startsWith('restoring/')), where).to.deep.equal([]);
          expect(files, where).to.include('savepoints/second.ck');
          expect(files.some((path) => path.endsWith('Z-r1/ckpt/000000000000003.ck')), where).to.equal(true);
        }
        expect(operations).to.be.greaterThan(25);
      }
      expect([...seen]).to.have.members([BEFORE, AFTER]);
    });

    it(`comes to its end however often its end is interrupted: ${kind}`, async () => {
      for (let seed = 1; seed <= 40; seed++) {
        const random = new SeededRandom(seed);
        const simulated = new SimulatedDisk(new SeededRandom(seed));
        await run(simulated.connect());
        simulated.crash('kill');
        for (let crashes = 0; crashes < 6; crashes++) {
          const crashed = simulated.crashAfter(1 + random.below(40), kind);
          const disk = simulated.connect();
          await Promise.race([finishGoingBack(disk, NOON).then(() => goBack(disk, savepoints(disk), 'second', 'r1', NOON)), crashed]);
          simulated.crash(kind);
        }
        const disk = simulated.connect();
        await finishGoingBack(disk, NOON);
        await goBack(disk, savepoints(disk), 'second', 'r1', NOON);
        expect(await found(disk), `seed ${seed}`).to.equal(AFTER);
      }
    });
  }

  it('does not go back again where a power cut gives the file its old name back after all', async () => {
    const disk = new MemoryDisk();
    await run(disk);
    await goBack(disk, savepoints(disk), 'second', 'r1', NOON);
    const { journal } = await open(disk);
    journal.append('a', ['later']);
    await journal.intend({ time: 9, upTo: new Map([['a', 1]]), external: none, data: null }).durable;
    await journal.close();
    await savepoints(disk).copy('second', 'restoring', '000000000000002-r1.ck');
    expect(await finishGoingBack(disk, NOON)).to.equal(false);
    expect(await found(disk)).to.equal('checkpoint 2, seen 2, last batch 9, next 1');
    expect([...disk.files.keys()].join()).not.to.contain('restoring/');
  });

  it('changes nothing where the savepoint cannot be read: each byte flipped, each length cut', async () => {
    const whole = new MemoryDisk();
    await run(whole);
    const bytes = whole.files.get('savepoints/second.ck')!;
    const damaged = [
      ...Array.from(bytes, (_, place) => Buffer.from(bytes.map((byte, index) => (index === place ? byte ^ 0x10 : byte)))),
      ...Array.from(bytes, (_, length) => Buffer.from(bytes.subarray(0, length))),
    ];
    for (const [index, file] of damaged.entries()) {
      const disk = new MemoryDisk([...whole.files, ['savepoints/second.ck', file]]);
      const before = [...disk.files.keys()].sort();
      const message = await messageOf(goBack(disk, savepoints(disk), 'second', 'r1', NOON));
      expect(message, `damage ${index}`).to.match(/^disk\/savepoints\/second\.ck (is damaged at byte|has format) /);
      expect([...disk.files.keys()].sort(), `damage ${index}`).to.deep.equal(before);
      if (index % 50 === 0) expect(await found(disk)).to.equal(BEFORE);
    }
  });

  it('changes nothing where there is no such savepoint, or it is of another graph', async () => {
    const disk = new MemoryDisk();
    await run(disk);
    expect(await messageOf(goBack(disk, savepoints(disk), 'third', 'r1', NOON))).to.contain('it is not there');
    expect(await messageOf(goBack(disk, new Savepoints(disk, 'h'), 'second', 'r1', NOON))).to.contain('it is of graph "g", batch 2');
    expect(await found(disk)).to.equal(BEFORE);
  });

  it('changes nothing where there is no room for the copy', async () => {
    const simulated = new SimulatedDisk(new SeededRandom(1));
    await run(simulated.connect());
    const disk = simulated.connect();
    const full: Disk = Object.assign(Object.create(disk) as Disk, {
      location: disk.location,
      makeFolder: (folder: string) => disk.makeFolder(folder),
      list: (folder: string) => disk.list(folder),
      size: (path: string) => disk.size(path),
      read: (path: string, offset: number, length: number) => disk.read(path, offset, length),
      remove: (path: string) => disk.remove(path),
      create: () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })),
    });
    expect(await messageOf(goBack(full, savepoints(full), 'second', 'r1', NOON))).to.equal('no space');
    expect(await found(disk)).to.equal(BEFORE);
  });
});
