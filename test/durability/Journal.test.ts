import { expect } from 'chai';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { decode, Journal, Lease, putAside, type Recovery } from '../../src/durability';
import { readEntry, writeEntry } from '../../src/durability/entries';
import type { Disk } from '../../src/ports/Disk';
import { ManualClock } from '../../src/ports/ManualClock';
import { NodeDisk } from '../../src/ports/node/NodeDisk';
import { SeededRandom } from '../support/simulation/SeededRandom';
import { SimulatedDisk } from '../support/simulation/SimulatedDisk';

const none = new Map<string, never>();

async function failureOf(work: () => Promise<unknown>): Promise<Error> {
  return work().then(
    () => expect.fail('it should have failed'),
    (thrown: unknown) => thrown as Error,
  );
}

async function textsOf(recovery: Recovery): Promise<{ batches: string[]; waiting: string[] }> {
  const text = ({ source, first, records }: { source: string; first: number; records: readonly unknown[] }): string =>
    `${source} ${first}: ${records.join()}`;
  const batches: string[] = [];
  for (const batch of recovery.batches) batches.push(`${batch.time}: ${(await recovery.recordsOf(batch)).map(text).join('; ')}`);
  const waiting: string[] = [];
  await recovery.readWaiting((records) => waiting.push(text(records)));
  return { batches, waiting };
}

describe('Journal', () => {
  let simulated: SimulatedDisk;

  const open = (disk: Disk = simulated.connect(), segmentBytes = 1e6): ReturnType<typeof Journal.open> =>
    Journal.open(disk, { graph: 'g', epoch: 1, clock: new ManualClock(), segmentBytes });

  beforeEach(() => {
    simulated = new SimulatedDisk(new SeededRandom(3));
  });

  it('begins with nothing', async () => {
    const { recovery } = await open();
    expect(recovery).to.deep.include({ checkpoint: undefined, batches: [], lastBatch: undefined, tornBytes: 0, quarantined: [] });
    expect(await textsOf(recovery)).to.deep.equal({ batches: [], waiting: [] });
  });

  it('gives the batches back with the records they had, and what waits for the next', async () => {
    const { journal } = await open();
    journal.append('a', [1, 2, 3]);
    journal.append('b', ['x']);
    journal.intend({ time: 1000, upTo: new Map([['a', 2]]), external: new Map([['files', { offset: 7 }]]), data: { watermark: -Infinity } });
    journal.append('a', [4]);
    journal.intend({ time: 2000, upTo: new Map([['a', 4], ['b', 1]]), external: none, data: undefined });
    journal.begin(1000);
    journal.begin(1000);
    journal.commit(1000, 'file');
    journal.pin(2000, 'mqtt', [NaN]);
    await journal.append('b', ['y']).durable;
    simulated.crash('power');
    const { journal: again, recovery } = await open();
    expect(await textsOf(recovery)).to.deep.equal({ batches: ['1000: a 0: 1,2', '2000: a 2: 3; b 0: x; a 3: 4'], waiting: ['b 1: y'] });
    const [first, second] = recovery.batches;
    expect([first?.attempts, second?.attempts]).to.deep.equal([2, 0]);
    expect([...first!.committed, ...second!.committed]).to.deep.equal(['file']);
    expect(isDeepStrictEqual(second?.pinned, new Map([['mqtt', [NaN]]]))).to.be.true;
    expect(isDeepStrictEqual(first?.external, new Map([['files', { offset: 7 }]]))).to.be.true;
    expect(first?.data).to.deep.equal({ watermark: -Infinity });
    expect([...recovery.sources]).to.deep.equal([
      ['a', { next: 4, waiting: 0, packets: new Set(), marks: new Map() }],
      ['b', { next: 2, waiting: 1, packets: new Set(), marks: new Map() }],
    ]);
    expect([again.nextOf('a'), again.nextOf('b'), again.nextOf('c'), recovery.lastBatch]).to.deep.equal([4, 2, 0, 2000]);
    await again.close();
  });

  it('goes on from a checkpoint, and drops what two of them do not need', async () => {
    const { journal } = await open(undefined, 200);
    for (let batch = 1; batch <= 5; batch++) {
      await journal.append('a', ['r'.repeat(60)]).durable;
      await journal.intend({ time: batch, upTo: new Map([['a', batch]]), external: none, data: null }).durable;
      await journal.checkpoint(batch, [['sum', Buffer.from([batch])]], { batch });
    }
    expect([...simulated.files().keys()].filter((path) => path.startsWith('log'))).to.have.length.below(5);
    expect(await journal.checkpoint(5, [])).to.equal(0);
    simulated.crash('power');
    const { journal: again, recovery } = await open();
    expect(recovery.checkpoint).to.deep.equal({ batch: 5, data: { batch: 5 }, sections: new Map([['sum', Buffer.from([5])]]) });
    expect(recovery.batches).to.deep.equal([]);
    expect([again.nextOf('a'), recovery.lastBatch]).to.deep.equal([5, 5]);
    expect((await failureOf(() => again.checkpoint(9, []))).message).to.equal('There is no batch 9 to make a checkpoint of.');
  });

  it('knows packet ids until they are released, also through checkpoints', async () => {
    const { journal } = await open();
    journal.append('m', ['a'], [1]);
    journal.append('m', ['b'], [2]);
    journal.append('m', ['c', 'd'], [3, 4]);
    journal.release('m', [2]);
    expect([1, 2, 3, 4].map((packet) => journal.hasPacket('m', packet))).to.deep.equal([true, false, true, true]);
    journal.intend({ time: 1, upTo: new Map([['m', 4]]), external: none, data: null });
    await journal.checkpoint(1, []);
    await journal.release('m', [3]).durable;
    simulated.crash('power');
    const { journal: again, recovery } = await open();
    expect([...recovery.sources.get('m')!.packets]).to.deep.equal([1, 4]);
    expect([1, 2, 3, 4].map((packet) => again.hasPacket('m', packet))).to.deep.equal([true, false, false, true]);
  });

  it('keeps marks together with records, also through checkpoints, until they are forgotten', async () => {
    const { journal } = await open(undefined, 200);
    const marks = (...entries: [string, unknown][]): Map<string, unknown> => new Map(entries);
    journal.append('files', ['a'], [], marks(['a.log', { offset: 10 }], ['b.log', { offset: NaN }]));
    // What was read may have no record in it.
    expect(journal.append('files', [], [], marks(['c.log', 7])).first).to.equal(1);
    journal.append('files', [], [5]);
    journal.append('other', [], [], marks(['place', null]));
    journal.append('files', ['b'], [], marks(['a.log', { offset: 20 }]));
    expect([...journal.marksOf('files')]).to.deep.equal([['a.log', { offset: 20 }], ['b.log', { offset: NaN }], ['c.log', 7]]);
    expect([...journal.openPackets('files')]).to.deep.equal([5]);
    expect([journal.marksOf('none').size, journal.openPackets('none').size]).to.deep.equal([0, 0]);
    for (let batch = 1; batch <= 3; batch++) {
      journal.append('pad', ['r'.repeat(150)]);
      journal.intend({ time: batch, upTo: new Map([['files', 2], ['pad', batch]]), external: none, data: null });
      await journal.checkpoint(batch, []);
    }
    await journal.append('files', [], [], marks(['b.log', undefined], ['d.log', 1])).durable;
    simulated.crash('power');
    const { journal: again, recovery } = await open();
    const expected = new Map<string, unknown>([['a.log', { offset: 20 }], ['c.log', 7], ['d.log', 1]]);
    expect(recovery.sources.get('files')).to.deep.equal({ next: 2, waiting: 0, packets: new Set([5]), marks: expected });
    expect(recovery.sources.get('other')).to.deep.equal({ next: 0, waiting: 0, packets: new Set(), marks: new Map([['place', null]]) });
    expect([again.marksOf('files'), again.marksOf('other')]).to.deep.equal([expected, new Map([['place', null]])]);
    expect(await textsOf(recovery)).to.deep.equal({ batches: [], waiting: [] });
  });

  it('reads an entry without marks, as early versions wrote it', () => {
    const { payload } = writeEntry({ kind: 'records', source: 'a', first: 3, records: [1], packets: [2], marks: new Map() });
    expect(decode(payload)).to.deep.equal(['a', 3, [1], [2]]);
    expect(readEntry(1, payload)).to.deep.equal({ kind: 'records', source: 'a', first: 3, records: [1], packets: [2], marks: new Map() });
  });

  it('reads records back while others are appended and segments go', async () => {
    const { journal } = await open(undefined, 700);
    const read = async (source: string, begin: number, end: number): Promise<string> => {
      const found: string[] = [];
      await journal.readRecords(source, begin, end, ({ source: name, first, records }) => {
        expect(name).to.equal(source);
        for (const [index, record] of records.entries()) {
          expect(record).to.equal(`${source} ${first + index}`);
          found.push(String(first + index));
        }
      });
      return found.join();
    };
    const numbers = (begin: number, end: number): string => Array.from({ length: end - begin }, (_, index) => begin + index).join();
    const random = new SeededRandom(5);
    const waiting: Promise<unknown>[] = [];
    let covered = 0;
    for (let round = 1; round <= 60; round++) {
      for (const source of ['a', 'b']) {
        const first = journal.nextOf(source);
        journal.append(source, Array.from({ length: random.below(4) }, (_, index) => `${source} ${first + index}`));
      }
      const end = journal.nextOf('a');
      const begin = covered + random.below(end - covered + 1);
      // Not waited for: what is read was not even written when this begins.
      waiting.push(read('a', begin, end).then((text) => {
        expect(text).to.equal(numbers(begin, end));
      }));
      if (round % 10 !== 0) continue;
      await Promise.all(waiting.splice(0));
      covered = end - 1;
      journal.intend({ time: round, upTo: new Map([['a', covered], ['b', journal.nextOf('b')]]), external: none, data: null });
      await journal.checkpoint(round, []);
      // The next reads run while segments are dropped and begun.
    }
    await Promise.all(waiting);
    expect([...simulated.files().keys()].some((path) => path.endsWith('000001.seg'))).to.be.false;
    expect((await failureOf(() => read('a', 0, 1))).message).to.match(
      /^Records \d+ to \d+ of source a are not in the log: its next record is \d+, and what a checkpoint covers is given up\.$/,
    );
    const next = journal.nextOf('a');
    expect((await failureOf(() => read('a', next - 1, next + 1))).name).to.equal('MissingRecordsError');
    expect(await read('a', next, next)).to.equal('');
  });

  it('says how large its files are, and what survives a power cut', async () => {
    const { journal } = await Journal.open(simulated.connect(), {
      graph: 'g', epoch: 1, clock: new ManualClock(), policy: { kind: 'timer', interval: 1000 },
    });
    expect([journal.checkpointBytes, journal.newestCheckpoint, journal.durableFrame]).to.deep.equal([0, undefined, 0]);
    const sizes = (folder: string): number =>
      [...simulated.files()].filter(([path]) => path.startsWith(folder)).reduce((sum, [, size]) => sum + size, 0);
    await journal.append('a', [Buffer.alloc(1000, 1)]).durable;
    expect([journal.durableFrame, journal.log.confirmedFrame]).to.deep.equal([0, 1]);
    expect(journal.logBytes).to.equal(sizes('log')).and.greaterThan(1000);
    await journal.intend({ time: 5, upTo: new Map([['a', 1]]), external: none, data: null }).durable;
    await journal.checkpoint(5, [['state', Buffer.alloc(500, 1)]]);
    expect(journal.durableFrame).to.equal(2);
    expect(journal.newestCheckpoint?.batch).to.equal(5);
    expect(journal.checkpointBytes).to.equal(sizes('ckpt')).and.greaterThan(500);
    simulated.crash('power');
    const { journal: again } = await open();
    expect([again.logBytes, again.checkpointBytes]).to.deep.equal([sizes('log'), sizes('ckpt')]);
  });

  it('refuses batches that go back in time, or have records twice or not yet', async () => {
    const { journal } = await open();
    journal.append('a', [1, 2]);
    const intend = (time: number, end: number): unknown => journal.intend({ time, upTo: new Map([['a', end]]), external: none, data: null });
    intend(10, 1);
    expect(() => intend(10, 2)).to.throw('Batch 10 comes after batch 10: batch times must grow.');
    expect(() => intend(11, 0)).to.throw('Batch 11 ends before record 0 of source a: records 1 to 2 are there for it.');
    expect(() => intend(11, 3)).to.throw('Batch 11 ends before record 3 of source a: records 1 to 2 are there for it.');
    intend(11, 2);
    await journal.close();
  });

  it('refuses records that it cannot keep, and goes on', async () => {
    const { journal } = await open();
    expect(() => journal.append('a', [{ call: () => 1 }])).to.throw('What is at 2.0.call is a function, which cannot be kept');
    expect(journal.append('a', [1]).first).to.equal(0);
    expect(() => journal.pin(1, 'file', new Error('x'))).to.throw('The output of batch 1 for sink file cannot be kept');
    await journal.close();
  });

  it('refuses to start from nothing where there was something', async () => {
    const { journal } = await open(undefined, 100);
    for (let batch = 1; batch <= 4; batch++) {
      journal.append('a', ['r'.repeat(60)]);
      await journal.intend({ time: batch, upTo: new Map([['a', batch]]), external: none, data: null }).durable;
      await journal.checkpoint(batch, []);
    }
    await journal.close();
    const disk = simulated.connect();
    for (const { name } of await disk.list('ckpt')) await disk.remove(`ckpt/${name}`);
    const error = await failureOf(() => open(disk));
    expect(error.name).to.equal('MissingRecordsError');
    expect(error.message).to.match(/The log in disk\/log starts at frame \d+ \(segment \d+\), and no checkpoint covers what was in front of it/);
  });

  it('refuses to start from nothing where damaged checkpoints are all that is left, until it is reset', async () => {
    const { journal } = await open();
    journal.append('a', [1]);
    journal.intend({ time: 1, upTo: new Map([['a', 1]]), external: none, data: null });
    await journal.checkpoint(1, []);
    await journal.close();
    const disk = simulated.connect();
    for (const { name } of await disk.list('log')) await disk.remove(`log/${name}`);
    simulated.damage((path) => path.startsWith('ckpt/'));
    for (let start = 0; start < 2; start++) {
      const error = await failureOf(() => open(disk));
      expect(error.name).to.equal('MissingRecordsError');
      expect(error.message).to.include('holds nothing').and.include('ckpt-000000000000001.ck in the quarantine');
    }
    expect(await putAside(disk, 'wanted', 0)).to.equal(true);
    const { recovery } = await open(disk);
    expect(recovery.lastBatch).to.equal(undefined);
  });

  it('refuses a checkpoint whose log is gone', async () => {
    const { journal } = await open();
    journal.append('a', [1]);
    journal.intend({ time: 1, upTo: new Map([['a', 1]]), external: none, data: null });
    await journal.checkpoint(1, []);
    await journal.close();
    const disk = simulated.connect();
    await disk.remove('log/000001.seg');
    expect((await failureOf(() => open(disk))).message).to.contain('has no frames, and the checkpoint needs it from frame 3 on');
  });

  it('confirms nothing to a paused owner that comes back, and keeps nothing of what it writes', async () => {
    const clock = new ManualClock();
    const start = async (id: string): Promise<{ journal: Journal; recovery: Recovery }> => {
      const disk = simulated.connect();
      const owner = { id, host: 'here', boot: 'b', process: 1, processStart: '0' };
      const lease = await Lease.acquire(disk, { folder: 'lease', owner, clock, beatInterval: id === 'first' ? 1e9 : 2000 });
      const checkOwnership = (): Promise<void> => lease!.check();
      return Journal.open(disk, { graph: 'g', epoch: lease!.epoch, clock, segmentBytes: 1e6, checkOwnership });
    };
    const { journal: first } = await start('first');
    await first.append('a', ['before']).durable;
    // The first does nothing for a while, and the second waits until it takes it for gone.
    let second: { journal: Journal; recovery: Recovery } | undefined;
    void start('second').then((started) => {
      second = started;
    });
    await clock.advance(12_000);
    while (second === undefined) await Promise.resolve();
    const late = first.append('a', ['too late']);
    expect((await failureOf(() => late.durable)).message).to.contain('owner 2 has taken over from owner 1');
    expect((await failureOf(() => first.checkpoint(1, []))).message).to.contain('There is no batch 1');
    await second.journal.append('a', ['after']).durable;
    simulated.crash('power');
    const { recovery } = await open();
    expect((await textsOf(recovery)).waiting).to.deep.equal(['a 0: before', 'a 1: after']);
  });

  it('does the same on a real disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dstream-journal-'));
    try {
      const disk = new NodeDisk(folder);
      const { journal } = await open(disk);
      journal.append('a', [1, Buffer.from('x')]);
      await journal.intend({ time: 1, upTo: new Map([['a', 1]]), external: none, data: null }).durable;
      await journal.checkpoint(1, [['state', Buffer.from('s')]]);
      await journal.close();
      const { journal: again, recovery } = await open(disk);
      expect(recovery.checkpoint?.sections.get('state')?.toString()).to.equal('s');
      expect(await textsOf(recovery)).to.deep.equal({ batches: [], waiting: ['a 1: x'] });
      await again.close();
      expect(readdirSync(folder).sort()).to.deep.equal(['ckpt', 'log']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
