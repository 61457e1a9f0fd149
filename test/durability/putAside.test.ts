import { expect } from 'chai';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal, putAside, quarantine, removeOld } from '../../src/durability';
import { ManualClock } from '../../src/ports/ManualClock';
import type { Disk } from '../../src/ports/Disk';
import { NodeDisk } from '../../src/ports/node/NodeDisk';
import { SeededRandom } from '../support/simulation/SeededRandom';
import { SimulatedDisk } from '../support/simulation/SimulatedDisk';

/** 2026-11-22, 12:00 UTC */
const NOON = 1795348800000;
const FOLDER = 'quarantine/2026-11-22T12-00-00-000Z-r1';

const none = new Map<string, never>();

describe('putAside', () => {
  const open = (disk: Disk): ReturnType<typeof Journal.open> =>
    Journal.open(disk, { graph: 'g', epoch: 1, clock: new ManualClock(), segmentBytes: 200 });

  /** A graph that has run: several segments, two checkpoints, a plan. */
  async function ran(simulated: SimulatedDisk): Promise<ReadonlyMap<string, number>> {
    const disk = simulated.connect();
    const { journal } = await open(disk);
    for (let batch = 1; batch <= 3; batch++) {
      journal.append('a', [`record ${batch} ${'x'.repeat(100)}`]);
      await journal.intend({ time: batch, upTo: new Map([['a', batch]]), external: none, data: null }).durable;
      await journal.checkpoint(batch, []);
    }
    await journal.close();
    await disk.makeFolder('plans');
    const file = await disk.create('plans/abc.json');
    await file.append(Buffer.from('{}'));
    await file.fsync();
    await file.close();
    await disk.fsyncFolder('plans');
    return simulated.files();
  }

  it('makes a graph begin from nothing, once, and keeps all it had', async () => {
    const simulated = new SimulatedDisk(new SeededRandom(1));
    const before = await ran(simulated);
    const disk = simulated.connect();
    expect(await putAside(disk, 'r1', NOON)).to.be.true;
    simulated.crash('power');
    const expected = [...before].map(([path, size]) => [`${FOLDER}/${path}`, size]);
    expect([...simulated.files()].sort()).to.deep.equal([...expected, [`${FOLDER}/done`, 0]].sort());
    const again = simulated.connect();
    const { journal, recovery } = await open(again);
    expect([recovery.checkpoint, recovery.lastBatch, journal.nextOf('a')]).to.deep.equal([undefined, undefined, 0]);
    await journal.append('a', ['new']).durable;
    await journal.close();
    // The same wish, an hour later.
    expect(await putAside(again, 'r1', NOON + 3_600_000)).to.be.false;
    expect((await open(again)).recovery.sources.get('a')?.waiting).to.equal(1);
    expect(await putAside(again, 'r2', NOON + 3_600_000)).to.be.true;
  });

  it('goes on after a crash at any operation, and never makes less look like all', async () => {
    let operations = 1;
    for (let isDone = false; !isDone; operations++) {
      for (const kind of ['kill', 'power'] as const) {
        const simulated = new SimulatedDisk(new SeededRandom(operations));
        const before = await ran(simulated);
        const crashed = simulated.crashAfter(operations, kind).then(() => false);
        const aside = putAside(simulated.connect(), 'r1', NOON).then(() => true);
        isDone = await Promise.race([aside, crashed]);
        if (isDone) simulated.crash(kind);
        // Somebody may start the graph without the wish: it has all, or begins from nothing, or says that something is missing.
        const other = await open(simulated.connect()).then(
          ({ journal, recovery }) => [recovery.lastBatch ?? 'none', journal.nextOf('a')].join(),
          (thrown: unknown) => (thrown as Error).name,
        );
        expect(['3,3', 'none,0', 'MissingRecordsError'], `operation ${operations}`).to.include(other);
        simulated.crash('kill');
        const disk = simulated.connect();
        await putAside(disk, 'r1', NOON + 1);
        const { recovery, journal } = await open(disk);
        expect([recovery.lastBatch, journal.nextOf('a')], `operation ${operations}`).to.deep.equal([undefined, 0]);
        await journal.close();
        const files = simulated.files();
        for (const [path, size] of before) {
          const kept = [...files].find(([name]) => name.endsWith(`Z-r1/${path}`));
          expect(kept?.[1], `${path}, operation ${operations}`).to.equal(size);
        }
      }
    }
    expect(operations).to.be.greaterThan(20);
  });

  it('keeps both where a file of the same name was moved before it was interrupted', async () => {
    const disk = new SimulatedDisk(new SeededRandom(1)).connect();
    for (const [path, text] of [[`${FOLDER}/log/000001.seg`, 'earlier'], ['log/000001.seg', 'later']] as const) {
      await disk.makeFolder(path.split('/').slice(0, -1).join('/'));
      const file = await disk.create(path);
      await file.append(Buffer.from(text));
      await file.close();
    }
    expect(await putAside(disk, 'r1', NOON + 1)).to.be.true;
    const textOf = async (name: string): Promise<string> => Buffer.from(await disk.read(`${FOLDER}/log/${name}`, 0, 100)).toString();
    expect([await textOf('000001.seg'), await textOf('000001.seg.2')]).to.deep.equal(['earlier', 'later']);
  });

  it('does the same on a real disk, and removes it when it is old', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dstream-aside-'));
    try {
      const disk = new NodeDisk(folder);
      const { journal } = await open(disk);
      await journal.append('a', [1]).durable;
      await journal.close();
      expect(await putAside(disk, 'r1', NOON)).to.be.true;
      expect(readdirSync(join(folder, FOLDER)).sort()).to.deep.equal(['done', 'log']);
      expect(readdirSync(join(folder, FOLDER, 'log'))).to.deep.equal(['000001.seg']);
      const again = await open(disk);
      expect(again.recovery.sources.size).to.equal(0);
      await again.journal.close();
      expect(await removeOld(disk, NOON + 1)).to.equal(1);
      expect(readdirSync(join(folder, FOLDER))).to.deep.equal(['done']);
      expect(await putAside(disk, 'r1', NOON)).to.be.false;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('refuses names that could lead elsewhere', async () => {
    const disk = new SimulatedDisk(new SeededRandom(1)).connect();
    for (const id of ['', '../x', 'a/b', 'a.b', 'x'.repeat(101)]) {
      const error = await putAside(disk, id, NOON).then(() => undefined, (thrown: unknown) => thrown as Error);
      expect(error?.message, id).to.contain(`A reset may be named by up to 100 letters, digits and hyphens, and "${id}" is no such name.`);
    }
  });
});

describe('removeOld', () => {
  it('removes what was put aside before, and dead letters, and nothing else', async () => {
    const simulated = new SimulatedDisk(new SeededRandom(1));
    const disk = simulated.connect();
    const make = async (path: string): Promise<void> => {
      await disk.makeFolder(path.split('/').slice(0, -1).join('/'));
      await (await disk.create(path)).close();
    };
    expect(await removeOld(disk, NOON)).to.equal(0);
    await make('log/000001.seg');
    await putAside(disk, 'old', NOON - 1);
    await make('log/000001.seg');
    await putAside(disk, 'new', NOON);
    await make('ckpt/000000000000001.ck');
    await quarantine(disk, 'ckpt/000000000000001.ck');
    await make('dead/2026-11-22T11-59-59-999Z-000001.jsonl');
    await make('dead/2026-11-22T12-00-00-000Z-000002.jsonl');
    await make('dead/notes.txt');
    expect(await removeOld(disk, NOON)).to.equal(2);
    expect(await removeOld(disk, NOON)).to.equal(0);
    expect([...simulated.files().keys()].sort()).to.deep.equal([
      'dead/2026-11-22T12-00-00-000Z-000002.jsonl',
      'dead/notes.txt',
      'quarantine/2026-11-22T11-59-59-999Z-old/done',
      'quarantine/2026-11-22T12-00-00-000Z-new/done',
      'quarantine/2026-11-22T12-00-00-000Z-new/log/000001.seg',
      'quarantine/ckpt-000000000000001.ck',
    ]);
    // However long ago: a wish is carried out once.
    expect(await putAside(disk, 'old', NOON + 1)).to.be.false;
  });
});
