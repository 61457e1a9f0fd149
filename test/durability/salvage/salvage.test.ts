import { expect } from 'chai';
import { countOf, finishSalvage, lossOf, type Loss, salvage } from '../../../src/durability';
import { writeFileHeader } from '../../../src/durability/fileHeader';
import type { Disk } from '../../../src/ports/Disk';
import { MemoryDisk } from '../../support/simulation/MemoryDisk';
import { SeededRandom } from '../../support/simulation/SeededRandom';
import { SimulatedDisk } from '../../support/simulation/SimulatedDisk';
import { openGraph, outcomeOf, writeSampleGraph } from '../../support/simulation/sampleGraph';

/** 2026-11-22, 12:00 UTC */
const NOON = 1795348800000;
const OPTIONS = { graph: 'sample', epoch: 2, segmentBytes: 600 };

/** Record by record what the sample graph had when it ended: the batch, in seconds after noon, or `waits`. */
const SAMPLE = new Map<string, string>([
  ...Array.from({ length: 7 }, (_, index): [string, string] => [`wire ${index + 18}`, index < 3 ? '7' : index < 6 ? '8' : 'waits']),
  ['mqtt text 7', '7'], ['mqtt text 8', '8'],
]);

type Files = ReadonlyMap<string, Uint8Array>;

/** What a start gives back, record by record: nothing may come twice. */
async function placesOf(disk: Disk): Promise<Map<string, string>> {
  const { journal, recovery } = await openGraph(disk);
  const places = new Map<string, string>();
  const put = (source: string, records: readonly unknown[], place: string): void => {
    for (const record of records) {
      const name = `${source} ${String(record)}`;
      expect(places.has(name), `${name} comes twice`).to.equal(false);
      places.set(name, place);
    }
  };
  for (const batch of recovery.batches) {
    for (const { source, records } of await recovery.recordsOf(batch)) put(source, records, String((batch.time - NOON) / 1000));
  }
  await recovery.readWaiting(({ source, records }) => put(source, records, 'waits'));
  await journal.close();
  return places;
}

/** Whether a record, by the number that it had, is one that was told to be lost, or may be. */
function isTold({ unreadable, unassigned, unknownFrom }: Loss, source: string, record: number): 'lost' | 'perhaps' | undefined {
  const spans = [...unreadable, ...unassigned].filter((span) => span.source === source && span.begin <= record && record < span.end);
  if (spans.length > 1) throw new Error(`Record ${record} of ${source} is told twice.`);
  if (spans.length === 1) return 'lost';
  return (unknownFrom.get(source) ?? Infinity) <= record ? 'perhaps' : undefined;
}

/** Salvages what there is of the sample graph, and looks whether all is as it was told. @returns what was lost */
async function salvaged(files: Files, what: string): Promise<Loss | undefined> {
  const disk = new MemoryDisk(files);
  const told = await lossOf(disk, 'sample');
  expect([...disk.files.keys()].sort(), what).to.deep.equal([...files.keys()].sort());
  const loss = await salvage(disk, OPTIONS, 'wish', NOON);
  expect(loss, what).to.deep.equal(told);
  if (loss === undefined) return undefined;
  const places = await placesOf(disk);
  for (const [name, place] of places) expect(place, `${what}: ${name}`).to.equal(SAMPLE.get(name));
  for (const name of SAMPLE.keys()) {
    const [source = '', last] = [name.split(' ')[0], name.split(' ').at(-1)];
    const state = isTold(loss, source, Number(last) - 1);
    if (state !== 'perhaps') expect(places.has(name), `${what}: ${name}, told: ${state ?? 'nothing'}`).to.equal(state === undefined);
  }
  // It is told at the next start, and nothing is salvaged twice.
  const again = new MemoryDisk(disk.files);
  expect((await openGraph(again)).recovery.salvages, what).to.deep.equal([{ id: 'wish', time: NOON, ...loss }]);
  expect(await lossOf(disk, 'sample'), what).to.equal(undefined);
  expect(await salvage(disk, OPTIONS, 'wish', NOON), what).to.equal(undefined);
  return loss;
}

describe('salvage', () => {
  let files: Files;

  before(async () => {
    const disk = new MemoryDisk();
    await writeSampleGraph(disk);
    files = disk.files;
  });

  it('leaves nothing behind where there is no room for what it makes', async () => {
    const disk = new MemoryDisk(files);
    await disk.remove([...files.keys()].filter((path) => path.startsWith('log/')).sort().at(-2) ?? '');
    const damaged = new Map(disk.files);
    const { create } = MemoryDisk.prototype;
    let room = 3;
    disk.create = async (path) => {
      const file = await create.call(disk, path);
      return {
        append: (bytes) => (room-- > 0 ? file.append(bytes) : Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }))),
        fsync: () => file.fsync(),
        close: () => file.close(),
      };
    };
    const error = await salvage(disk, OPTIONS, 'wish', NOON).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'ENOSPC' });
    expect([...disk.files.keys()].sort()).to.deep.equal([...damaged.keys()].sort());
    room = Infinity;
    expect(await salvage(disk, OPTIONS, 'wish', NOON), 'it can be tried again').not.to.equal(undefined);
  });

  const isRefused = (changed: Files): Promise<boolean> => openGraph(new MemoryDisk(changed)).then(() => false, () => true);

  it('does nothing to a log that can be read', async () => {
    expect(await salvaged(files, 'whole')).to.equal(undefined);
    expect(await salvaged(new Map(), 'empty')).to.equal(undefined);
    expect(await placesOf(new MemoryDisk(files))).to.deep.equal(SAMPLE);
  });

  it('makes each log start again of which a byte was changed, and tells just what it has not any more', async function () {
    this.timeout(60_000);
    let [refused, lossless, most] = [0, 0, 0];
    for (const [path, bytes] of files) {
      if (!path.startsWith('log/')) continue;
      for (let offset = 0; offset < bytes.length; offset++) {
        const damaged = Uint8Array.from(bytes);
        damaged[offset] = damaged[offset]! ^ (offset % 3 === 0 ? 0xff : 1 << offset % 8);
        const changed = new Map([...files, [path, damaged] as const]);
        if (!(await isRefused(changed))) continue;
        const what = `${path}, byte ${offset}`;
        refused++;
        const loss = await salvaged(changed, what).catch((thrown: unknown) => {
          throw new Error(`${what}: ${(thrown as Error).message}`, { cause: thrown });
        });
        const isNamed = loss?.damage.some((each) => each.file === path && each.offset <= offset && offset < each.offset + each.bytes);
        expect(isNamed, what).to.equal(true);
        const lost = countOf([...loss?.unreadable ?? [], ...loss?.unassigned ?? []]);
        if (lost === 0) lossless++;
        most = Math.max(most, lost);
      }
    }
    console.log(`      ${refused} refused starts, ${lossless} without the loss of a record, at most ${most} lost`);
    expect(refused).to.be.greaterThan(1000);
  });

  it('gives the very same outcome where nothing but a header was damaged', async () => {
    const path = [...files.keys()].filter((each) => each.startsWith('log/')).sort().at(-2)!;
    const damaged = Uint8Array.from(files.get(path)!);
    damaged[22] = damaged[22]! ^ 1;
    const disk = new MemoryDisk([...files, [path, damaged]]);
    await salvage(disk, OPTIONS, 'wish', NOON);
    expect(await outcomeOf(await openGraph(disk))).to.equal(await outcomeOf(await openGraph(new MemoryDisk(files))));
  });

  it('goes on with what is left where a segment is missing, or was cut', async () => {
    const paths = [...files.keys()].filter((each) => each.startsWith('log/')).sort();
    let refused = 0;
    for (const path of paths) {
      const bytes = files.get(path)!;
      const cut = Array.from({ length: bytes.length }, (_, length): Files => new Map([...files, [path, bytes.subarray(0, length)]]));
      for (const [length, changed] of [...cut, new Map([...files].filter(([each]) => each !== path))].entries()) {
        if (!(await isRefused(changed))) continue;
        refused++;
        await salvaged(changed, `${path}, ${length === bytes.length ? 'gone' : `${length} bytes`}`);
      }
    }
    expect(refused).to.be.greaterThan(500);
  });

  it('refuses where no checkpoint can be read and the log does not have what was in them, and changes nothing', async () => {
    const changed = new Map([...files].map(([path, bytes]) => [path, path.startsWith('ckpt/') ? bytes.subarray(0, 50) : bytes]));
    for (const work of [lossOf, (disk: MemoryDisk) => salvage(disk, OPTIONS, 'wish', NOON)]) {
      const disk = new MemoryDisk(changed);
      const thrown = await work(disk, 'sample').then(() => undefined, (error: unknown) => error as Error);
      expect(thrown?.name).to.equal('BeyondSalvageError');
      expect(thrown?.message).to.contain('no checkpoint can be read').and.to.contain('go back to a savepoint');
      expect([...disk.files.keys()].filter((path) => path.startsWith('log/'))).to.have.length(4);
    }
  });

  it('refuses files of another graph, and of a newer version', async () => {
    const [first] = [...files.keys()].filter((each) => each.startsWith('log/')).sort();
    expect(await lossOf(new MemoryDisk(files), 'other').then(() => '', (error: unknown) => (error as Error).message)).to.contain('of graph "sample", and');
    const newer = Uint8Array.from(files.get(first!)!);
    const header = writeFileHeader({ magic: 'DSTREAML', format: 9 }, {});
    newer.set(header);
    const thrown = await lossOf(new MemoryDisk([...files, [first!, newer]]), 'sample').then(() => undefined, (error: unknown) => error as Error);
    expect(thrown?.name).to.equal('NewerFormatError');
  });

  for (const kind of ['kill', 'power'] as const) {
    it(`has happened altogether or not at all after a crash at any operation: ${kind}`, async function () {
      this.timeout(60_000);
      const path = [...files.keys()].filter((each) => each.startsWith('log/')).sort().at(-2)!;
      const damaged = Uint8Array.from(files.get(path)!);
      damaged[400] = damaged[400]! ^ 1;
      const seen = new Set<string>();
      for (let seed = 1; seed <= 3; seed++) {
        let operations = 1;
        for (let isDone = false; !isDone; operations++) {
          const where = `seed ${seed}, operation ${operations}`;
          const simulated = new SimulatedDisk(new SeededRandom(seed * 1000 + operations));
          await copyTo(simulated.connect(), new Map([...files, [path, damaged]]));
          const crashed = simulated.crashAfter(operations, kind).then(() => false);
          const done = salvage(simulated.connect(), OPTIONS, 'wish', NOON).then(() => true);
          isDone = await Promise.race([done, crashed]);
          if (isDone) simulated.crash(kind);
          // Somebody starts the graph without the wish; and another crash comes right after that.
          const plain = simulated.connect();
          await finishSalvage(plain, NOON + 1);
          const first = await startOf(plain);
          seen.add(first);
          simulated.crash('power');
          const again = simulated.connect();
          await finishSalvage(again, NOON + 2);
          expect(await startOf(again), where).to.equal(first);
          // With the wish it is carried out, unless it was.
          await salvage(again, OPTIONS, 'wish', NOON + 3);
          expect(await startOf(again), where).to.match(/^18 7,/);
          const all = [...simulated.files().keys()];
          expect(all.filter((each) => each.startsWith('salvaging/')), where).to.deep.equal([]);
          // What was there is in the quarantine, as it was.
          const kept = all.find((each) => each.endsWith(`Z-wish/${path}`));
          expect(Buffer.from(await again.read(kept ?? '', 0, 1000)).equals(damaged), where).to.equal(true);
        }
        expect(operations).to.be.greaterThan(30);
      }
      expect([...seen].filter((start) => start === 'DamagedFileError')).to.have.length(1);
      expect(seen.size).to.equal(2);
    });
  }
});

async function copyTo(disk: Disk, files: Files): Promise<void> {
  for (const [path, bytes] of files) {
    const folder = path.split('/').slice(0, -1).join('/');
    await disk.makeFolder(folder);
    const file = await disk.create(path);
    await file.append(bytes);
    await file.fsync();
    await file.close();
    await disk.fsyncFolder(folder);
  }
}

/** How a start fares: the records that it gives back and their batches, or the name of its error. */
async function startOf(disk: Disk): Promise<string> {
  return placesOf(disk).then(
    (places) => [...places].map(([name, place]) => `${name.split(' ').at(-1) ?? ''} ${place}`).join(),
    (thrown: unknown) => (thrown as Error).name,
  );
}
