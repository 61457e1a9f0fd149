import { expect } from 'chai';
import type { Disk } from '../../src/ports/Disk';
import { ManualClock } from '../../src/ports/ManualClock';
import { readLog, SegmentedLog, type FoundLog, type LogOptions } from '../../src/durability';
import { SeededRandom } from '../support/simulation/SeededRandom';
import { SimulatedDisk } from '../support/simulation/SimulatedDisk';
import { loadMutant } from '../support/simulation/loadMutant';

const PLACE = { folder: 'log', graph: 'g' };

/** A disk that counts, waits when told, and lets single files be changed. */
class Bench {
  readonly clock = new ManualClock();
  readonly simulated = new SimulatedDisk(new SeededRandom(1));
  readonly events: string[] = [];
  /** Of the log that was opened last. */
  #disk: Disk | undefined;

  /** The disk takes its time over a folder from now on. @param reached called when it does @returns has it go on */
  slowDown(reached: () => void): () => void {
    let goOn: () => void = () => undefined;
    const wait = new Promise<void>((resolve) => (goOn = resolve));
    Object.assign(this.#disk ?? {}, {
      fsyncFolder: () => {
        reached();
        return wait;
      },
    });
    return goOn;
  }

  async open(options: Partial<LogOptions> = {}): Promise<{ log: SegmentedLog; found: FoundLog; texts: string[] }> {
    const disk = this.simulated.connect();
    this.#disk = disk;
    await disk.makeFolder('log');
    const { found, texts } = await this.read(disk);
    const listener = {
      full: (error: Error) => this.events.push(`full ${error.message}`),
      resumed: () => this.events.push('resumed'),
      failed: (error: Error) => this.events.push(`failed ${error.message}`),
    };
    const log = await SegmentedLog.open(disk, { ...PLACE, clock: this.clock, epoch: 1, listener, ...options }, found);
    return { log, found, texts };
  }

  async read(disk: Disk = this.simulated.connect(), from = 1): Promise<{ found: FoundLog; texts: string[] }> {
    const texts: string[] = [];
    const found = await readLog(disk, PLACE, from, ({ number, type, payload }) => {
      texts.push(`${number}/${type}/${Buffer.from(payload).toString('latin1')}`);
    });
    return { found, texts };
  }
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

async function failureOf(work: () => Promise<unknown>): Promise<Error> {
  return work().then(
    () => expect.fail('it should have failed'),
    (thrown: unknown) => thrown as Error,
  );
}

describe('SegmentedLog', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  it('gives back what was appended, in order, with types and numbers', async () => {
    const { log } = await bench.open();
    expect(log.append(3, bytes('a')).number).to.equal(1);
    const { number, durable } = log.append(127, bytes(''));
    await durable;
    expect([number, log.lastFrame, log.confirmedFrame, log.pendingBytes]).to.deep.equal([2, 2, 2, 0]);
    bench.simulated.crash('power');
    const again = await bench.open();
    expect(again.texts).to.deep.equal(['1/3/a', '2/127/']);
    await again.log.append(1, bytes('b')).durable;
    bench.simulated.crash('power');
    expect((await bench.read()).texts).to.deep.equal(['1/3/a', '2/127/', '3/1/b']);
    expect((await bench.read(undefined, 3)).texts).to.deep.equal(['3/1/b']);
  });

  it('misses no segment, when it reads all of them again, that is being dropped at that moment', async () => {
    const { log } = await bench.open({ segmentBytes: 300 });
    for (let count = 0; count < 12; count++) await log.append(1, bytes('x'.repeat(100))).durable;
    const files = bench.simulated.files().size;
    let cleared: () => void = () => undefined;
    const untilCleared = new Promise<void>((resolve) => (cleared = resolve));
    const goOn = bench.slowDown(cleared);
    let dropping: Promise<number> | undefined;
    const damaged = await log.check(async () => {
      dropping ??= log.dropBefore(6);
      await untilCleared;
    });
    expect(damaged).to.deep.equal([]);
    goOn();
    expect(await dropping).to.be.greaterThan(2);
    expect(bench.simulated.files().size).to.equal(files - (await dropping)!);
  });

  it('confirms all that gathers while an fsync runs with the next one', async () => {
    const { log } = await bench.open();
    const before = bench.simulated.operations;
    const waiting = [log.append(1, bytes('a')).durable, log.append(1, bytes('b')).durable];
    await Promise.resolve();
    await Promise.resolve();
    for (const text of ['c', 'd', 'e']) waiting.push(log.append(1, bytes(text)).durable);
    await Promise.all(waiting);
    // Two groups, each a write and an fsync.
    expect(bench.simulated.operations - before).to.equal(4);
  });

  it('writes no more than a group at once', async () => {
    const { log } = await bench.open({ groupBytes: 50 });
    const before = bench.simulated.operations;
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((text) => log.append(1, bytes(text)).durable));
    expect(bench.simulated.operations - before).to.equal(6);
  });

  it('syncs each append by itself when it is told to', async () => {
    const { log } = await bench.open({ policy: { kind: 'each' } });
    const before = bench.simulated.operations;
    await Promise.all(['a', 'b', 'c'].map((text) => log.append(1, bytes(text)).durable));
    expect(bench.simulated.operations - before).to.equal(6);
  });

  it('syncs by the clock when it is told to, and then loses to a power cut what came since', async () => {
    const { log } = await bench.open({ policy: { kind: 'timer', interval: 500 } });
    await log.append(1, bytes('a')).durable;
    await bench.clock.advance(500);
    await log.append(1, bytes('b')).durable;
    bench.simulated.crash('kill');
    expect((await bench.read()).texts).to.deep.equal(['1/1/a', '2/1/b']);
    const always = (await Promise.all(Array.from({ length: 20 }, async (_, seed) => {
      const other = new SimulatedDisk(new SeededRandom(seed));
      const disk = other.connect();
      await disk.makeFolder('log');
      const found = await readLog(disk, PLACE, 1, () => {});
      const clock = new ManualClock();
      const timed = await SegmentedLog.open(disk, { ...PLACE, clock, epoch: 1, policy: { kind: 'timer', interval: 500 } }, found);
      await timed.append(1, bytes('a')).durable;
      await clock.advance(500);
      await timed.append(1, bytes('b')).durable;
      other.crash('power');
      let count = 0;
      await readLog(other.connect(), PLACE, 1, () => count++);
      return count;
    }))).sort();
    expect([always[0], always.at(-1)]).to.deep.equal([1, 2]);
  });

  it('syncs when it is asked to, whatever the policy', async () => {
    const { log } = await bench.open({ policy: { kind: 'timer', interval: 1e6 } });
    log.append(1, bytes('a'));
    await log.sync();
    await log.sync();
    bench.simulated.crash('power');
    expect((await bench.read()).texts).to.deep.equal(['1/1/a']);
  });

  it('begins a segment at every start and when one is full, and drops those that are not needed', async () => {
    for (let start = 0; start < 3; start++) {
      const { log } = await bench.open({ segmentBytes: 300 });
      for (let count = 0; count < 3; count++) await log.append(1, bytes('x'.repeat(100))).durable;
      await log.close();
    }
    const { log } = await bench.open();
    const files = [...bench.simulated.files().keys()];
    expect(files).to.deep.equal(files.map((_, index) => `log/${String(index + 1).padStart(6, '0')}.seg`));
    expect(files.length).to.be.greaterThan(7);
    expect(await log.dropBefore(1)).to.equal(0);
    const dropped = await log.dropBefore(6);
    expect(dropped).to.be.greaterThan(2);
    expect([...bench.simulated.files().keys()]).to.deep.equal(files.slice(dropped));
    bench.simulated.crash('power');
    expect((await bench.read(undefined, 6)).texts.map((text) => text.slice(0, 1))).to.deep.equal(['6', '7', '8', '9']);
    const error = await failureOf(() => bench.read(undefined, 1));
    expect(error.name).to.equal('MissingRecordsError');
    expect(error.message).to.match(/starts at frame \d \(segment \d\), and no checkpoint covers what was in front of it: records are missing/);
    expect((await failureOf(() => bench.read(undefined, 20))).message).to.match(/ends with frame 9 .*, and the checkpoint was made after frame 19/);
  });

  it('stops confirming on a full disk, says so, and goes on by itself when there is room', async () => {
    const { log } = await bench.open();
    await log.append(1, bytes('a')).durable;
    bench.simulated.capacity = 200;
    let confirmed = 0;
    for (const text of ['b', 'c']) void log.append(1, bytes(text.repeat(100))).durable.then(() => confirmed++);
    await bench.clock.advance(5000);
    expect([confirmed, log.isFull, log.pendingBytes]).to.deep.equal([0, true, 238]);
    expect(bench.events).to.deep.equal(['full ENOSPC: log/000001.seg']);
    bench.simulated.capacity = Infinity;
    await bench.clock.advance(1000);
    expect([confirmed, log.isFull, log.pendingBytes]).to.deep.equal([2, false, 0]);
    expect(bench.events).to.deep.equal(['full ENOSPC: log/000001.seg', 'resumed']);
    bench.simulated.crash('power');
    expect((await bench.read()).texts).to.deep.equal(['1/1/a', `2/1/${'b'.repeat(100)}`, `3/1/${'c'.repeat(100)}`]);
  });

  it('ends for good when an fsync fails', async () => {
    const { log } = await bench.open();
    bench.simulated.fsyncFailure = 1;
    const error = await failureOf(() => log.append(1, bytes('a')).durable);
    expect(error.name).to.equal('LogFailedError');
    expect(error.message).to.equal(
      'The log in disk/log takes nothing any more: fsync failed: fsync of segment 1 failed: EIO: log/000001.seg. ' +
        'What was not confirmed may or may not be there at the next start.',
    );
    bench.simulated.fsyncFailure = 0;
    expect(() => log.append(1, bytes('b'))).to.throw('takes nothing any more');
    expect(bench.events).to.deep.equal([`failed ${error.message}`]);
    expect(await failureOf(() => log.flush())).to.equal(error);
    await log.close();
  });

  it('confirms nothing once another owner has taken over', async () => {
    let isOwner = true;
    const checkOwnership = (): Promise<void> => (isOwner ? Promise.resolve() : Promise.reject(new Error('there is another owner')));
    const { log } = await bench.open({ checkOwnership });
    await log.append(1, bytes('a')).durable;
    isOwner = false;
    expect((await failureOf(() => log.append(1, bytes('b')).durable)).message).to.contain('there is another owner');
  });

  it('counts for nothing what an owner writes after another has gone on', async () => {
    const { log: first } = await bench.open();
    await first.append(1, bytes('a')).durable;
    const second = await bench.open({ epoch: 2 });
    await first.append(1, bytes('too late')).durable;
    await second.log.append(1, bytes('b')).durable;
    expect((await bench.read()).texts).to.deep.equal(['1/1/a', '2/1/b']);
  });

  it('says so when two go on at the same moment', async () => {
    const disk = bench.simulated.connect();
    await disk.makeFolder('log');
    const { found } = await bench.read(disk);
    const options = { ...PLACE, clock: bench.clock, epoch: 1 };
    await SegmentedLog.open(disk, options, found);
    const error = await failureOf(() => SegmentedLog.open(disk, options, found));
    expect(error.name).to.equal('FencedError');
    expect(error.message).to.contain('another process works on the same folder');
  });

  it('refuses an entry that is too large, and goes on', async () => {
    const { log } = await bench.open();
    expect(() => log.append(1, new Uint8Array(65 * 1024 * 1024).fill(1))).to.throw('An entry of the log takes at most 67108864 bytes, and this one has 68157440');
    await log.append(1, bytes('a')).durable;
  });

  it('refuses the log of another graph, and a newer format', async () => {
    const { log } = await bench.open();
    await log.close();
    const disk = bench.simulated.connect();
    const error = await failureOf(() => readLog(disk, { ...PLACE, graph: 'h' }, 1, () => {}));
    expect(error.message).to.contain('disk/log/000001.seg is segment 1 of graph "g", and segment 1 of graph "h" was expected');
    const newer = loadMutant([{ file: 'segmentHeader', find: 'exports.LOG_FORMAT = 1', replacement: 'exports.LOG_FORMAT = 7' }]);
    const other = new SimulatedDisk(new SeededRandom(1)).connect();
    await other.makeFolder('log');
    await newer.SegmentedLog.open(other, { ...PLACE, clock: bench.clock, epoch: 1 }, await newer.readLog(other, PLACE, 1, () => {}));
    const refusal = await failureOf(() => readLog(other, PLACE, 1, () => {}));
    expect(refusal.message).to.equal(
      'disk/log/000001.seg has format 7, and this version of the package knows formats up to 1. Install the version that wrote it, or a newer one.',
    );
  });

  it('leaves files alone that are not its own', async () => {
    const disk = bench.simulated.connect();
    await disk.makeFolder('log');
    for (const name of ['notes.txt', '1.seg', '000001.seg.bak']) await (await disk.create(`log/${name}`)).close();
    const { log } = await bench.open();
    await log.append(1, bytes('a')).durable;
    expect((await bench.read()).texts).to.deep.equal(['1/1/a']);
  });

  describe('with any one byte of it changed', () => {
    it('is refused, or gives what was appended', async () => {
      const { log } = await bench.open({ segmentBytes: 250 });
      const texts = ['a', '\0'.repeat(20), 'xyz'.repeat(30), '\xd5'.repeat(5), '', '\0'.repeat(600), 'last'];
      for (const text of texts) await log.append(1, bytes(text)).durable;
      await log.close();
      const expected = texts.map((text, index) => `${index + 1}/1/${text}`);
      const disk = bench.simulated.connect();
      const counts = { refused: 0, harmless: 0 };
      for (const [path, size] of bench.simulated.files()) {
        for (let offset = 0; offset < size; offset++) {
          for (const bits of [1 << offset % 8, 0xff]) {
            const changed = withChange(disk, path, offset, bits);
            try {
              expect((await bench.read(changed)).texts, `${path} at ${offset}`).to.deep.equal(expected);
              counts.harmless++;
            } catch (thrown) {
              const { name, message } = thrown as Error;
              expect(name, message).to.be.oneOf(['DamagedFileError', 'MissingRecordsError', 'NewerFormatError']);
              counts.refused++;
            }
          }
        }
      }
      expect(counts.refused).to.be.greaterThan(3000);
      expect(counts.harmless).to.equal(0);
    });

    it('names the file and the place', async () => {
      const { log } = await bench.open();
      for (const text of ['a', 'b', 'c']) await log.append(1, bytes(text)).durable;
      const size = bench.simulated.files().get('log/000001.seg')!;
      // Frames of 20 bytes: the payload of the second.
      const error = await failureOf(() => bench.read(withChange(bench.simulated.connect(), 'log/000001.seg', size - 22, 1)));
      expect(error).to.include({ name: 'DamagedFileError', file: 'log/000001.seg', offset: size - 40 });
      expect(error.message).to.contain(`disk/log/000001.seg is damaged at byte ${size - 40}: the checksum of a frame does not match`);
    });
  });

  it('does not take a frame from elsewhere for one of its own', async () => {
    const { log } = await bench.open();
    for (const text of ['a', 'b', 'c']) await log.append(1, bytes(text)).durable;
    const path = 'log/000001.seg';
    const size = bench.simulated.files().get(path)!;
    const disk = bench.simulated.connect();
    const whole = Buffer.from(await disk.read(path, 0, size));
    whole.copyWithin(size - 20, size - 40, size - 20);
    const misdirected: Disk = { ...disk, read: (_path, offset, length) => Promise.resolve(whole.subarray(offset, offset + length)) };
    expect((await failureOf(() => bench.read(misdirected))).name).to.equal('DamagedFileError');
  });

  it('refuses a segment that is missing between others', async () => {
    const { log } = await bench.open({ segmentBytes: 150 });
    for (let count = 0; count < 4; count++) await log.append(1, bytes('x'.repeat(100))).durable;
    await log.close();
    const disk = bench.simulated.connect();
    await disk.remove('log/000002.seg');
    const error = await failureOf(() => bench.read(disk));
    expect(error.message).to.contain('starts at frame 3 (segment 3), and no checkpoint covers what was in front of it');
  });
});

/** The disk with some bits of one byte of a file turned round. */
function withChange(disk: Disk, path: string, at: number, bits: number): Disk {
  return {
    ...disk,
    async read(readPath, offset, length) {
      const read = Uint8Array.from(await disk.read(readPath, offset, length));
      if (readPath === path && at >= offset && at < offset + read.length) read[at - offset] = read[at - offset]! ^ bits;
      return read;
    },
  };
}
