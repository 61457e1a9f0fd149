import { expect } from 'chai';
import { type Batches, batchesOf, type ResultVerdict, verifyTotals, verifyWindows } from './verifyResults';

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) yield await Promise.resolve(value);
}

const reading = (sequence: number, sensor: string, value: number): string => JSON.stringify({ producer: 'p', sequence, sensor, value, text: '' });

/** Batches of 100 ms; none at 300. */
function batches(): Promise<Batches> {
  const files = [
    { batchTime: 200, rows: each([reading(2, 'a', 4)]) },
    { batchTime: 100, rows: each([reading(0, 'a', 1), reading(1, 'b', 2)]) },
    { batchTime: 400, rows: each([reading(3, 'b', 8), reading(4, 'b', 16)]) },
  ];
  return batchesOf(each(files));
}

/** By hand: windows (start, end] of 300 ms, every 200 ms, that end at 200, 400, 600. */
const WINDOWS = [
  { key: 'a', count: 2, sum: 5, windowStart: -100, windowEnd: 200 },
  { key: 'b', count: 1, sum: 2, windowStart: -100, windowEnd: 200 },
  { key: 'a', count: 1, sum: 4, windowStart: 100, windowEnd: 400 },
  { key: 'b', count: 2, sum: 24, windowStart: 100, windowEnd: 400 },
  { key: 'b', count: 2, sum: 24, windowStart: 300, windowEnd: 600 },
];
const SHAPE = { length: 300, slide: 200 };
const CLEAN = { checked: 5, missing: 0, unexpected: 0, wrong: 0, repeated: 0 };

async function windows(rows: readonly object[], until?: number): Promise<ResultVerdict> {
  return verifyWindows(await batches(), each(rows.map((row) => JSON.stringify(row))), SHAPE, until);
}

describe('verifyWindows', () => {
  it('agrees with windows computed by hand', async () => {
    expect(await windows(WINDOWS)).to.deep.equal({ ...CLEAN, examples: [] });
  });

  it('finds a missing, a repeated, a wrong and an unexpected window', async () => {
    expect(await windows(WINDOWS.slice(0, 4))).to.deep.include({ ...CLEAN, checked: 4, missing: 1, examples: ['missing: b in the window until 600'] });
    expect(await windows([...WINDOWS, WINDOWS[1]!])).to.deep.include({ ...CLEAN, repeated: 1 });
    expect(await windows(WINDOWS.map((row) => ({ ...row, sum: row.sum + (row.windowEnd === 600 ? 1 : 0) })))).to.deep.include({ ...CLEAN, wrong: 1 });
    expect(await windows([...WINDOWS, { ...WINDOWS[0], windowEnd: 800 }])).to.deep.include({ ...CLEAN, unexpected: 1 });
    expect(await windows([...WINDOWS, { ...WINDOWS[0], windowEnd: 300 }])).to.deep.include({ ...CLEAN, unexpected: 1, wrong: 1 });
  });

  it('finds everything missing where there is no result at all', async () => {
    expect((await windows([])).missing).to.be.greaterThan(0);
  });

  it('does not demand windows that end after a given time', async () => {
    expect(await windows(WINDOWS.slice(0, 4), 400)).to.deep.include({ ...CLEAN, checked: 4 });
  });
});

describe('verifyTotals', () => {
  const file = (batchTime: number, rows: readonly object[]): { batchTime: number; rows: AsyncIterable<string> } => ({
    batchTime, rows: each(rows.map((row) => JSON.stringify(row))),
  });
  const first = [{ key: 'a', state: { count: 1, sum: 1 } }, { key: 'b', state: { count: 1, sum: 2 } }];
  const second = [{ key: 'a', state: { count: 2, sum: 5 } }];
  const fourth = [{ key: 'b', state: { count: 3, sum: 26 } }];

  it('agrees with totals computed by hand', async () => {
    const verdict = await verifyTotals(await batches(), each([file(100, first), file(200, second), file(400, fourth)]));
    expect(verdict).to.deep.equal({ ...CLEAN, checked: 4, examples: [] });
  });

  it('finds totals that began afresh, are missing, or of nobody', async () => {
    const afresh = await verifyTotals(await batches(), each([file(100, first), file(200, [{ key: 'a', state: { count: 1, sum: 4 } }]), file(400, fourth)]));
    expect(afresh).to.deep.include({ ...CLEAN, checked: 4, wrong: 1 });
    const missing = await verifyTotals(await batches(), each([file(100, first), file(400, fourth)]));
    expect(missing).to.deep.include({ ...CLEAN, checked: 3, missing: 1 });
    const strange = await verifyTotals(await batches(), each([file(100, [...first, { key: 'c', state: { count: 1, sum: 1 } }]), file(200, second), file(400, fourth)]));
    expect(strange).to.deep.include({ ...CLEAN, checked: 4, unexpected: 1 });
  });
});
