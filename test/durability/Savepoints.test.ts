import { expect } from 'chai';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSavepointName, MOST_SAVEPOINTS, Savepoints, type WholeCheckpoint } from '../../src/durability';
import { NodeDisk } from '../../src/ports/node/NodeDisk';
import { MemoryDisk } from '../support/simulation/MemoryDisk';
import { SeededRandom } from '../support/simulation/SeededRandom';
import { SimulatedDisk } from '../support/simulation/SimulatedDisk';

const WHOLE: WholeCheckpoint = {
  head: { batch: 2000, from: 1, data: { what: 'state' } },
  sections: [['one', Buffer.from('the state of one')], ['two', Buffer.alloc(2_500_000, 7)]],
};
const owned = (): Promise<void> => Promise.resolve();

async function messageOf(work: Promise<unknown>): Promise<string> {
  return work.then(() => 'nothing went wrong', (thrown: unknown) => (thrown as Error).message);
}

describe('Savepoints', () => {
  it('keeps a checkpoint under a name, tells of it, and removes it', async () => {
    const disk = new MemoryDisk();
    const savepoints = new Savepoints(disk, 'g');
    expect(await savepoints.list()).to.deep.equal([]);
    await savepoints.keep('before-update_2', WHOLE, owned);
    const bytes = disk.files.get('savepoints/before-update_2.ck')!.length;
    expect(bytes).to.be.within(2_500_000, 2_501_000);
    expect(await savepoints.list()).to.deep.equal([{ name: 'before-update_2', bytes, head: WHOLE.head }]);
    expect(await savepoints.check('before-update_2')).to.deep.equal(WHOLE.head);
    await savepoints.copy('before-update_2', 'elsewhere', 'copy.ck');
    expect(disk.files.get('elsewhere/copy.ck')).to.deep.equal(disk.files.get('savepoints/before-update_2.ck'));
    expect(await savepoints.remove('before-update_2')).to.equal(true);
    expect(await savepoints.remove('before-update_2')).to.equal(false);
    expect(await savepoints.list()).to.deep.equal([]);
  });

  it('takes no name that could lead elsewhere, is there, or is one too many', async () => {
    const disk = new MemoryDisk();
    const savepoints = new Savepoints(disk, 'g');
    for (const name of ['', '.', '..', 'a/b', '../x', 'a.b', 'a b', 'ä', 'a\n', 'x'.repeat(65)]) {
      expect(isSavepointName(name), name).to.equal(false);
      expect(await messageOf(savepoints.keep(name, WHOLE, owned)), name).to.match(/^A savepoint may be named by up to 64 letters, /);
      expect(await savepoints.remove(name), name).to.equal(false);
    }
    expect([undefined, 7, ['a'], 'x'.repeat(64)].map(isSavepointName)).to.deep.equal([false, false, false, true]);
    const small = { ...WHOLE, sections: [] };
    for (let count = 1; count <= MOST_SAVEPOINTS; count++) await savepoints.keep(`S${count}`, small, owned);
    expect(await messageOf(savepoints.keep('s7', small, owned))).to.equal(
      'There is a savepoint "s7" already. Choose another name, or delete that one first.',
    );
    expect(await messageOf(savepoints.keep('more', small, owned))).to.match(/^There are 100 savepoints already/);
    await savepoints.remove('S50');
    await savepoints.keep('more', small, owned);
  });

  it('is there as a whole or not at all after a crash at any operation', async () => {
    let isDone = false;
    let operations = 1;
    for (; !isDone; operations++) {
      for (const kind of ['kill', 'power'] as const) {
        const simulated = new SimulatedDisk(new SeededRandom(operations));
        const crashed = simulated.crashAfter(operations, kind).then(() => false);
        const kept = new Savepoints(simulated.connect(), 'g').keep('s', WHOLE, owned).then(() => true);
        isDone = await Promise.race([kept, crashed]);
        if (isDone) simulated.crash(kind);
        const savepoints = new Savepoints(simulated.connect(), 'g');
        const found = (await savepoints.list()).map(({ name }) => name);
        if (isDone) expect(found).to.deep.equal(['s']);
        for (const name of found) expect(await savepoints.check(name)).to.deep.equal(WHOLE.head);
        // What was left half written is in nobody's way.
        if (found.length === 0) await savepoints.keep('s', WHOLE, owned);
        expect([...simulated.files().keys()]).to.deep.equal(['savepoints/s.ck']);
      }
    }
    expect(operations).to.be.greaterThan(8);
  });

  it('does not give a file its name that its folder does not belong to any more', async () => {
    const disk = new MemoryDisk();
    const savepoints = new Savepoints(disk, 'g');
    expect(await messageOf(savepoints.keep('s', WHOLE, () => Promise.reject(new Error('taken over'))))).to.equal('taken over');
    expect([...disk.files.keys()]).to.deep.equal([]);
  });

  it('tells of one whose beginning cannot be read, and does not copy one that is damaged', async () => {
    const disk = new MemoryDisk();
    await new Savepoints(disk, 'g').keep('s', WHOLE, owned);
    const bytes = disk.files.get('savepoints/s.ck')!;
    const bad = new MemoryDisk([['savepoints/s.ck', bytes.map((byte, index) => (index === 3 ? byte ^ 1 : byte))]]);
    expect(await new Savepoints(bad, 'g').list()).to.deep.equal([{ name: 's', bytes: bytes.length }]);
    const late = new MemoryDisk([['savepoints/s.ck', bytes.map((byte, index) => (index === 2_000_000 ? byte ^ 1 : byte))]]);
    const savepoints = new Savepoints(late, 'g');
    expect((await savepoints.list())[0]?.head).to.deep.equal(WHOLE.head);
    expect(await messageOf(savepoints.check('s'))).to.match(/^disk\/savepoints\/s\.ck is damaged at byte /);
    expect(await messageOf(savepoints.copy('s', 'elsewhere', 'copy.ck'))).to.match(/ is damaged at byte /);
    expect([...late.files.keys()]).to.deep.equal(['savepoints/s.ck']);
  });

  it('is its owner\'s alone on a real disk', async function () {
    if (process.platform === 'win32') return;
    const folder = mkdtempSync(join(tmpdir(), 'dstream-savepoint-'));
    try {
      await new Savepoints(new NodeDisk(folder), 'g').keep('s', WHOLE, owned);
      expect(statSync(join(folder, 'savepoints')).mode & 0o777).to.equal(0o700);
      expect(statSync(join(folder, 'savepoints/s.ck')).mode & 0o777).to.equal(0o600);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
