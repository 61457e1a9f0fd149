import { expect } from 'chai';
import { CheckpointStore, type CheckpointHead } from '../../src/durability';
import type { Disk } from '../../src/ports/Disk';
import { SeededRandom } from '../support/simulation/SeededRandom';
import { SimulatedDisk } from '../support/simulation/SimulatedDisk';
import { loadMutant } from '../support/simulation/loadMutant';

const OPTIONS = { folder: 'ckpt', graph: 'g' };
const head = (batch: number): CheckpointHead => ({ batch, from: batch * 2, data: { batch } });
const pathOf = (batch: number): string => `ckpt/${String(batch).padStart(15, '0')}.ck`;

async function failureOf(work: () => Promise<unknown>): Promise<Error> {
  return work().then(
    () => expect.fail('it should have failed'),
    (thrown: unknown) => thrown as Error,
  );
}

describe('CheckpointStore', () => {
  let simulated: SimulatedDisk;
  let disk: Disk;

  const files = (): string[] => [...simulated.files().keys()].sort();

  async function stored(...batches: number[]): Promise<CheckpointStore> {
    const store = await CheckpointStore.open(disk, OPTIONS);
    for (const batch of batches) await store.write(head(batch), [['a', Buffer.from(`state ${batch}`)]]);
    return store;
  }

  /** Turns a bit round by writing the file anew: the disk cannot change what is written. */
  async function damage(batch: number, offset = 60): Promise<void> {
    const path = pathOf(batch);
    const bytes = Uint8Array.from(await disk.read(path, 0, 1e6));
    bytes[offset] = bytes[offset]! ^ 4;
    await disk.remove(path);
    const file = await disk.create(path);
    await file.append(bytes);
    await file.fsync();
    await disk.fsyncFolder('ckpt');
  }

  beforeEach(() => {
    simulated = new SimulatedDisk(new SeededRandom(1));
    disk = simulated.connect();
  });

  it('gives back what was written, of any size', async () => {
    const store = await CheckpointStore.open(disk, OPTIONS);
    const large = Buffer.alloc(2_500_000, 'abc');
    await store.write(head(5), [['a', large], ['empty', Buffer.alloc(0)], ['zeros', Buffer.alloc(3000)]]);
    simulated.crash('power');
    disk = simulated.connect();
    const again = await CheckpointStore.open(disk, OPTIONS);
    expect(again.newest?.head).to.deep.equal(head(5));
    const sections = await again.read(again.newest!);
    expect([...sections.keys()]).to.deep.equal(['a', 'empty', 'zeros']);
    expect(Buffer.compare(sections.get('a')!, large)).to.equal(0);
    expect(sections.get('empty')).to.have.length(0);
    expect(Buffer.compare(sections.get('zeros')!, Buffer.alloc(3000))).to.equal(0);
  });

  it('keeps two, and says which is the older as soon as there are two', async () => {
    const store = await CheckpointStore.open(disk, OPTIONS);
    expect(await store.write(head(1), [])).to.equal(undefined);
    expect((await store.write(head(2), []))?.head.batch).to.equal(1);
    expect((await store.write(head(3), []))?.head.batch).to.equal(2);
    expect(files()).to.deep.equal([pathOf(2), pathOf(3)]);
  });

  it('writes what did not change not more than twice, and never where the other of the two has it as well', async () => {
    const store = await CheckpointStore.open(disk, OPTIONS);
    const rest = Buffer.alloc(50_000, 'a');
    let other = Buffer.alloc(50_000, 'b');
    let written = 0;
    for (let batch = 1; batch <= 40; batch++) {
      if (batch % 7 === 0) other = Buffer.alloc(50_000, String(batch));
      const changing = Buffer.from(`batch ${batch} ${'c'.repeat(300)}`);
      await store.write(head(batch), [['rest', rest], ['changing', changing], ['other', other]]);
      expect(store.newest!.size).to.be.within(100_300, 102_500);
      const sizes = files().map((path) => simulated.files().get(path)!);
      expect(files().length).to.be.at.most(20);
      written += simulated.files().get(pathOf(batch))!;
      expect(sizes.reduce((a, b) => a + b, 0), `batch ${batch}`).to.be.below(500_000);
      // Damage to any file leaves one of the two.
      for (const path of batch % 5 === 0 ? files() : []) {
        const broken: Disk = { ...disk, read: async (name, from, length) => {
          const bytes = Uint8Array.from(await disk.read(name, from, length));
          if (name === path) bytes.fill(0);
          return bytes;
        }, rename: () => Promise.resolve() };
        const again = await CheckpointStore.open(broken, OPTIONS);
        expect(again.newest?.head.batch, path).to.be.within(batch - 1, batch);
        const sections = await again.read(again.newest!);
        expect([...sections.keys()].sort()).to.deep.equal(['changing', 'other', 'rest']);
        expect(Buffer.compare(sections.get('rest')!, rest)).to.equal(0);
        expect(Buffer.from(sections.get('changing')!).toString()).to.match(new RegExp(`^batch ${again.newest!.head.batch} c+$`));
      }
    }
    // In full, it would be 4 MB.
    expect(written).to.be.below(1_500_000);
  });

  it('misses no file, when it reads all of them again, that makes place for newer ones at that moment', async () => {
    const store = await stored(1, 2);
    let cleared: () => void = () => undefined;
    let goOn: () => void = () => undefined;
    const untilCleared = new Promise<void>((resolve) => (cleared = resolve));
    const { fsyncFolder, remove } = disk;
    let isRemoved = false;
    Object.assign(disk, {
      remove: (path: string) => {
        isRemoved ||= path === pathOf(1);
        return remove(path);
      },
      fsyncFolder: async (folder: string) => {
        await fsyncFolder(folder);
        if (!isRemoved) return;
        cleared();
        await new Promise<void>((resolve) => (goOn = resolve));
      },
    });
    let writing: Promise<unknown> | undefined;
    const damaged = await store.check(async () => {
      writing ??= store.write(head(3), []);
      await untilCleared;
    });
    expect(damaged).to.deep.equal([]);
    goOn();
    await writing;
    expect(files()).to.deep.equal([pathOf(2), pathOf(3)]);
  });

  it('tries again, with the next one, to remove what could not be removed', async () => {
    const store = await stored(1, 2);
    const { remove } = disk;
    Object.assign(disk, { remove: (path: string) => (path === pathOf(1) ? Promise.reject(new Error('in use')) : remove(path)) });
    expect((await failureOf(() => store.write(head(3), []))).message).to.equal('in use');
    Object.assign(disk, { remove });
    await store.write(head(4), []);
    expect(files()).to.deep.equal([pathOf(3), pathOf(4)]);
  });

  it('refers to no file of which little is left', async () => {
    const store = await CheckpointStore.open(disk, OPTIONS);
    const small = Buffer.alloc(5000, 'a');
    for (let batch = 1; batch <= 6; batch++) await store.write(head(batch), [['small', small], ['large', Buffer.alloc(50_000, String(batch))]]);
    expect(files()).to.deep.equal([pathOf(5), pathOf(6)]);
  });

  it('takes a section that is another for damage', async () => {
    const store = await CheckpointStore.open(disk, OPTIONS);
    const bytes = Buffer.alloc(5000, 'a');
    for (let batch = 1; batch <= 3; batch++) await store.write(head(batch), [['a', bytes]]);
    expect(files()).to.deep.equal([1, 2, 3].map(pathOf));
    await disk.remove(pathOf(1));
    const foreign = new SimulatedDisk(new SeededRandom(2)).connect();
    await (await CheckpointStore.open(foreign, OPTIONS)).write(head(1), [['a', Buffer.alloc(5000, 'x')]]);
    const file = await disk.create(pathOf(1));
    await file.append(await foreign.read(pathOf(1), 0, 1e5));
    await file.fsync();
    const again = await CheckpointStore.open(disk, OPTIONS);
    expect(again.newest?.head.batch).to.equal(2);
    expect(again.quarantined).to.deep.equal(['quarantine/ckpt-000000000000003.ck', 'quarantine/ckpt-000000000000001.ck']);
    await disk.remove(pathOf(2));
    expect((await CheckpointStore.open(disk, OPTIONS)).newest).to.equal(undefined);
  });

  it('writes none again', async () => {
    const store = await stored(1, 2);
    const before = simulated.operations;
    expect((await store.write({ ...head(2), from: 99 }, []))?.head.batch).to.equal(1);
    expect(store.newest?.head.from).to.equal(4);
    expect(simulated.operations - before).to.be.lessThan(5);
  });

  it('falls back to the older when the newest is damaged, and puts that away', async () => {
    await stored(1, 2);
    await damage(2);
    const store = await CheckpointStore.open(disk, OPTIONS);
    expect(store.newest?.head.batch).to.equal(1);
    expect(store.quarantined).to.deep.equal(['quarantine/ckpt-000000000000002.ck']);
    expect(files()).to.deep.equal([pathOf(1), 'quarantine/ckpt-000000000000002.ck']);
    // A checkpoint that is alone again is no reason to drop anything, until there is a second.
    expect((await store.write(head(3), []))?.head.batch).to.equal(1);
  });

  it('counts one that was damaged meanwhile as none', async () => {
    const store = await stored(1, 2);
    await damage(2);
    expect((await store.write(head(3), []))?.head.batch).to.equal(1);
    expect(files().filter((path) => path.startsWith('ckpt'))).to.deep.equal([pathOf(1), pathOf(3)]);
  });

  it('notices any one byte that is changed, everywhere in the file', async () => {
    await stored(7);
    const size = simulated.files().get(pathOf(7))!;
    for (let offset = 0; offset < size; offset++) {
      const changed: Disk = {
        ...disk,
        async read(path, from, length) {
          const bytes = Uint8Array.from(await disk.read(path, from, length));
          const at = offset - from;
          if (at >= 0 && at < bytes.length) bytes[at] = bytes[at]! ^ (1 << offset % 8);
          return bytes;
        },
        rename: () => Promise.resolve(),
      };
      const store = await CheckpointStore.open(changed, OPTIONS);
      expect([store.newest, store.quarantined.length], `byte ${offset}`).to.deep.equal([undefined, 1]);
    }
  });

  it('removes what was half written, and keeps the one before when there is no room', async () => {
    const store = await stored(1);
    simulated.capacity = 700;
    const error = await failureOf(() => store.write(head(2), [['a', Buffer.alloc(5000, 1)]]));
    expect(error.message).to.contain('ENOSPC');
    expect(files()).to.deep.equal([pathOf(1)]);
    simulated.capacity = Infinity;
    await (await disk.create('ckpt/000000000000002.ck.tmp')).close();
    expect((await CheckpointStore.open(disk, OPTIONS)).newest?.head.batch).to.equal(1);
    expect(files()).to.deep.equal([pathOf(1)]);
  });

  it('makes sure of a name that it finds', async () => {
    for (let seed = 0; seed < 10; seed++) {
      simulated = new SimulatedDisk(new SeededRandom(seed));
      disk = simulated.connect();
      await stored(1);
      // The process was killed between giving the name and making it durable.
      await disk.rename(pathOf(1), 'ckpt/other');
      await disk.fsyncFolder('ckpt');
      await disk.rename('ckpt/other', pathOf(1));
      simulated.crash('kill');
      expect((await CheckpointStore.open(simulated.connect(), OPTIONS)).newest?.head.batch).to.equal(1);
      simulated.crash('power');
      expect((await CheckpointStore.open(simulated.connect(), OPTIONS)).newest?.head.batch).to.equal(1);
    }
  });

  it('does not touch one that a newer version wrote', async () => {
    const newer = loadMutant([{ file: 'checkpointFile', find: 'exports.CHECKPOINT_FORMAT = 1', replacement: 'exports.CHECKPOINT_FORMAT = 9' }]);
    await (await newer.CheckpointStore.open(disk, OPTIONS)).write(head(1), []);
    const error = await failureOf(() => CheckpointStore.open(disk, OPTIONS));
    expect(error.message).to.contain('has format 9, and this version of the package knows formats up to 1');
    expect(files()).to.deep.equal([pathOf(1)]);
  });

  it('is named by an owner only', async () => {
    const store = await CheckpointStore.open(disk, { ...OPTIONS, checkOwnership: () => Promise.reject(new Error('fenced')) });
    expect((await failureOf(() => store.write(head(1), []))).message).to.equal('fenced');
    expect(files()).to.deep.equal([]);
  });
});
