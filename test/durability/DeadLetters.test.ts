import { expect } from 'chai';
import { DeadLetters, type DeadLetter } from '../../src/durability';
import type { Disk } from '../../src/ports/Disk';
import { SeededRandom } from '../support/simulation/SeededRandom';
import { SimulatedDisk } from '../support/simulation/SimulatedDisk';

/** 2026-11-22, 12:00 UTC */
const NOON = 1795348800000;
const HOUR = 3_600_000;

describe('DeadLetters', () => {
  let simulated: SimulatedDisk;
  let disk: Disk;

  const letter = (record: unknown, time = NOON): DeadLetter => ({
    time, batch: NOON - 1000, operator: 'map1', code: 'threw', reason: 'the function threw: x is "undefined"', record,
  });
  const paths = (): string[] => [...simulated.files().keys()].sort();

  async function lines(): Promise<unknown[]> {
    const all: unknown[] = [];
    for (const path of paths()) {
      const text = Buffer.from(await disk.read(path, 0, 1e7)).toString('utf8');
      expect(text.endsWith('\n') || text === '').to.be.true;
      all.push(...text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as unknown));
    }
    return all;
  }

  async function settled(): Promise<void> {
    for (let turn = 0; turn < 500; turn++) await Promise.resolve();
  }

  beforeEach(() => {
    simulated = new SimulatedDisk(new SeededRandom(1));
    disk = simulated.connect();
  });

  it('writes lines that people can read, with the bytes beside them', async () => {
    const letters = await DeadLetters.open(disk, { folder: 'dead' });
    letters.add(letter({ topic: 'plant/1', payload: Buffer.from('{"t": ä') }));
    letters.add({ time: NOON, operator: 'r', code: 'c', reason: 'why', record: undefined });
    expect(letters.count).to.equal(2);
    await letters.close();
    expect(paths()).to.deep.equal(['dead/2026-11-22T12-00-00-000Z-000001.jsonl']);
    expect(await lines()).to.deep.equal([
      {
        time: '2026-11-22T12:00:00.000Z', batch: '2026-11-22T11:59:59.000Z', operator: 'map1', code: 'threw',
        reason: 'the function threw: x is "undefined"',
        record: { topic: 'plant/1', payload: { text: '{"t": ä', base64: Buffer.from('{"t": ä').toString('base64') } },
      },
      { time: '2026-11-22T12:00:00.000Z', batch: null, operator: 'r', code: 'c', reason: 'why', record: null },
    ]);
    expect([letters.count, letters.bytes]).to.deep.equal([2, [...simulated.files().values()][0]]);
  });

  it('shows what JSON does not know, and never throws', async () => {
    const letters = await DeadLetters.open(disk, { folder: 'dead' });
    const round: unknown[] = [];
    round.push(round);
    const records: [unknown, unknown][] = [
      [NaN, 'NaN'], [-0, '-0'], [12n, '12n'], [new Date(NOON), '2026-11-22T12:00:00.000Z'], [new Date(NaN), '(no date)'],
      [new Map([['a', 1]]), [['a', 1]]], [new Set([1, undefined]), [1, null]], [new Error('bad'), 'bad'], [() => 1, '(function)'],
      [JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": 1}')],
      [{ get a(): number { throw new Error('no'); } }, '(it cannot be shown)'],
      [new Uint8Array([0x61, 0xff]), { text: 'a\ufffd', base64: 'Yf8=' }],
      [{ toJSON: 5 }, { toJSON: 5 }],
    ];
    for (const [record] of records) letters.add(letter(record));
    letters.add(letter(round, NaN));
    letters.add(letter(Array.from({ length: 5000 }, (_, index) => index)));
    letters.add(letter('x'.repeat(200_000)));
    letters.add(letter(Buffer.alloc(200_000, 'y')));
    await letters.close();
    const found = (await lines()) as { time: string; record: unknown }[];
    expect(found.slice(0, records.length).map(({ record }) => record)).to.deep.equal(records.map(([, expected]) => expected));
    const [nested, many, long, bytes] = found.slice(records.length);
    expect(JSON.stringify(nested!.record)).to.contain('(nested too deeply)');
    expect(nested!.time).to.equal('1970-01-01T00:00:00.000Z');
    expect((many!.record as unknown[]).slice(-2)).to.deep.equal([999, '...']);
    expect(long!.record).to.have.length.below(66_000).and.match(/^"x+\.\.\. \(200002 characters\)$/);
    expect(bytes!.record).to.include({ bytes: 200_000 });
  });

  it('counts those of earlier, and begins a new file at every start and every day', async () => {
    for (const time of [NOON, NOON + HOUR]) {
      const letters = await DeadLetters.open(disk, { folder: 'dead' });
      letters.add(letter(1, time));
      await letters.close();
    }
    const letters = await DeadLetters.open(disk, { folder: 'dead' });
    expect([letters.count, letters.bytes]).to.deep.equal([2, [...simulated.files().values()].reduce((a, b) => a + b)]);
    letters.add(letter(2, NOON + 2 * HOUR));
    await settled();
    letters.add(letter(3, NOON + 11 * HOUR));
    await settled();
    letters.add(letter(4, NOON + 12 * HOUR));
    await letters.close();
    expect(paths()).to.deep.equal([
      'dead/2026-11-22T12-00-00-000Z-000001.jsonl', 'dead/2026-11-22T13-00-00-000Z-000002.jsonl',
      'dead/2026-11-22T14-00-00-000Z-000003.jsonl', 'dead/2026-11-23T00-00-00-000Z-000004.jsonl',
    ]);
    expect(letters.count).to.equal(5);
  });

  it('takes no more room than it may: the oldest go, and are counted', async () => {
    const letters = await DeadLetters.open(disk, { folder: 'dead', limitBytes: 8000 });
    for (let count = 1; count <= 200; count++) {
      letters.add(letter(count));
      await settled();
      expect([...simulated.files().values()].reduce((a, b) => a + b, 0)).to.be.at.most(8000);
    }
    await letters.close();
    const records = ((await lines()) as { record: number }[]).map(({ record }) => record);
    expect(records).to.deep.equal(Array.from({ length: records.length }, (_, index) => 201 - records.length + index));
    expect([letters.count, letters.removed, letters.refused]).to.deep.equal([records.length, 200 - records.length, 0]);
    expect(records.length).to.be.greaterThan(30);
  });

  it('writes in groups, and no more waits than memory may take', async () => {
    const letters = await DeadLetters.open(disk, { folder: 'dead' });
    const before = simulated.operations;
    for (let count = 0; count < 100; count++) letters.add(letter('x'.repeat(50_000)));
    expect(letters.count).to.be.within(15, 25);
    await letters.close();
    // The folder, the file, the write, and closing it.
    expect(simulated.operations - before).to.be.at.most(4);
    expect(letters.count + letters.refused).to.equal(100);
    letters.add(letter(1));
    expect(letters.refused).to.be.greaterThan(75);
  });

  it('goes on where the disk does not', async () => {
    const letters = await DeadLetters.open(disk, { folder: 'dead' });
    simulated.capacity = 50;
    letters.add(letter(1));
    letters.add(letter(2));
    await settled();
    expect([letters.count, letters.refused]).to.deep.equal([0, 2]);
    expect(letters.problem).to.contain('ENOSPC');
    simulated.capacity = Infinity;
    letters.add(letter(3));
    await letters.close();
    expect(letters.count).to.equal(1);
    const broken = { ...disk, list: () => Promise.reject(new Error('EIO: x')), makeFolder: () => Promise.reject(new Error('EIO: y')) };
    const other = await DeadLetters.open(broken, { folder: 'dead' });
    other.add(letter(1));
    await other.close();
    expect([other.count, other.refused, other.problem]).to.deep.equal([0, 1, 'EIO: y']);
  });
});
