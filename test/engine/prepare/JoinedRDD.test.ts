import { expect } from 'chai';
import fc from 'fast-check';
import { DataRecord, type RecordKey } from '../../../src/engine/DataRecord';
import { JoinedRDD, type JoinFigures, type JoinMode } from '../../../src/engine/prepare/JoinedRDD';
import '../../../src/streaming/operations';
import { ParallelCollectionRDD } from '../../../src/streaming/rdd/ParallelCollectionRDD';

type Side = readonly (readonly [key: RecordKey, payload: unknown])[];

/** Records numbered in the order in which they stand, spread over partitions in another order. */
function rdd(side: Side, partitions = 1, shift = 0): ParallelCollectionRDD<DataRecord> {
  const records = side.map(([key, payload], index) => new DataRecord(payload, 'topic', key, 0, index));
  const turned = [...records.slice(shift % (records.length + 1)), ...records.slice(0, shift % (records.length + 1))];
  return ParallelCollectionRDD.of({ defaultParallelism: partitions }, turned, partitions);
}

async function joined(
  left: Side, right: Side, mode: JoinMode, { partitions = 1, shift = 0, limit = 1_000_000 } = {},
): Promise<{ readonly payloads: unknown[]; readonly records: DataRecord[]; readonly figures: JoinFigures[] }> {
  const figures: JoinFigures[] = [];
  const result = new JoinedRDD(rdd(left, partitions, shift), rdd(right, partitions, shift), mode, 5000, limit, (read) => figures.push(read));
  const records = await result.collect();
  return { payloads: records.map(({ payload }) => payload), records, figures };
}

const row = (key: RecordKey, left: unknown, right: unknown): unknown => ({ key, left, right });

describe('JoinedRDD', () => {
  const left: Side = [['a', 1], ['b', 2], ['a', 3]];
  const right: Side = [['c', 'z'], ['a', 'x'], ['a', 'y']];
  const pairs = [row('a', 1, 'x'), row('a', 1, 'y'), row('a', 3, 'x'), row('a', 3, 'y')];
  const cases: readonly [JoinMode, unknown[]][] = [
    ['inner', pairs],
    ['left', [...pairs, row('b', 2, null)]],
    ['right', [...pairs, row('c', null, 'z')]],
    ['full', [...pairs, row('b', 2, null), row('c', null, 'z')]],
    ['cogroup', [row('a', [1, 3], ['x', 'y']), row('b', [2], []), row('c', [], ['z'])]],
  ];
  for (const [mode, expected] of cases) {
    it(`${mode}: all pairs of each key, keys in the order of their first record`, async () => {
      expect((await joined(left, right, mode)).payloads).to.deep.equal(expected);
    });

    it(`${mode} of sides without records`, async () => {
      const onlyLeft = mode === 'cogroup' ? [row('a', [1], [])] : mode === 'left' || mode === 'full' ? [row('a', 1, null)] : [];
      const onlyRight = mode === 'cogroup' ? [row('a', [], [1])] : mode === 'right' || mode === 'full' ? [row('a', null, 1)] : [];
      expect((await joined([['a', 1]], [], mode)).payloads).to.deep.equal(onlyLeft);
      expect((await joined([], [['a', 1]], mode)).payloads).to.deep.equal(onlyRight);
      expect((await joined([], [], mode)).payloads).to.deep.equal([]);
    });
  }

  it('gives records the key, its text as topic, and the time of the batch', async () => {
    const { records } = await joined([[7, 'l']], [[7, 'r']], 'inner');
    expect(records.map(({ key, topic, time }) => [key, topic, time])).to.deep.equal([[7, '7', 5000]]);
  });

  it('compares keys by value: 1 is not "1", null and NaN are keys like any other', async () => {
    const keys: Side = [[1, 'number'], ['1', 'text'], [null, 'none'], [NaN, 'nan'], [true, 'true'], ['__proto__', 'proto']];
    expect((await joined(keys, keys, 'inner')).payloads).to.deep.equal(keys.map(([key, payload]) => row(key, payload, payload)));
  });

  it('gives no more pairs than the limit, says how many it left out, and still gives what has no partner', async () => {
    const many: Side = Array.from({ length: 10 }, (_, index) => ['k', index]);
    const { payloads, figures } = await joined([...many, ['only', 0]], many, 'full', { limit: 25 });
    expect(payloads).to.have.length(26);
    expect(payloads.at(-2)).to.deep.equal(row('k', 2, 4));
    expect(payloads.at(-1)).to.deep.equal(row('only', 0, null));
    expect(figures).to.deep.equal([{ recordsIn: 21, pairsLeftOut: 75 }]);
    expect((await joined(many, many, 'inner', { limit: 100 })).figures).to.deep.equal([{ recordsIn: 20, pairsLeftOut: 0 }]);
    expect((await joined(many, many, 'cogroup', { limit: 1 })).figures).to.deep.equal([{ recordsIn: 20, pairsLeftOut: 0 }]);
  });

  it('agrees with nested loops over all records, whatever the partitions', async () => {
    const side = fc.array(fc.tuple(fc.constantFrom<RecordKey>('a', 'b', 'c', 1, '1', null), fc.nat(9)), { maxLength: 12 });
    const modes = fc.constantFrom<JoinMode>('inner', 'left', 'right', 'full', 'cogroup');
    await fc.assert(
      fc.asyncProperty(side, side, modes, fc.nat(12), async (one, other, mode, shift) => {
        const expected = nestedLoops(one, other, mode);
        for (const partitions of [1, 2, 4, 7]) {
          expect((await joined(one, other, mode, { partitions, shift })).payloads).to.deep.equal(expected);
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** The same by going through everything for each key. */
function nestedLoops(left: Side, right: Side, mode: JoinMode): unknown[] {
  const results: unknown[] = [];
  const keys = [...left, ...right].map(([key]) => key).filter((key, index, all) => all.findIndex((one) => Object.is(one, key)) === index);
  for (const key of keys) {
    const ofLeft = left.filter((one) => Object.is(one[0], key)).map(([, payload]) => payload);
    const ofRight = right.filter((one) => Object.is(one[0], key)).map(([, payload]) => payload);
    if (mode === 'cogroup') {
      results.push(row(key, ofLeft, ofRight));
      continue;
    }
    for (const one of ofLeft) for (const other of ofRight) results.push(row(key, one, other));
    if (ofRight.length === 0 && ['left', 'full'].includes(mode)) for (const one of ofLeft) results.push(row(key, one, null));
    if (ofLeft.length === 0 && ['right', 'full'].includes(mode)) for (const other of ofRight) results.push(row(key, null, other));
  }
  return results;
}
