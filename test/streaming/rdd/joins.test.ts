import { expect } from 'chai';
import * as fc from 'fast-check';
import { IllegalArgumentError, ManualClock, type Pair, StreamingContext } from '../../../src/streaming';
import { cogrouped, joined, type JoinKind } from '../oracle/batches';
import { rejectionOf, sorted } from '../program';

const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });

const KINDS: readonly JoinKind[] = ['join', 'leftOuterJoin', 'rightOuterJoin', 'fullOuterJoin'];

const LEFT: Pair<string, number>[] = [['a', 1], ['b', 2], ['a', 3], ['c', 4]];
const RIGHT: Pair<string, string>[] = [['b', 'x'], ['a', 'y'], ['d', 'z'], ['a', 'w']];

describe('cogroup and joins of RDDs', () => {
  const left = ssc.parallelize(LEFT, 2);
  const right = ssc.parallelize(RIGHT, 3);

  it('cogroup gives every key of either side with its values, in their order', async () => {
    expect(await left.cogroup(right).collect()).to.deep.equal([
      ['a', [[1, 3], ['y', 'w']]], ['b', [[2], ['x']]], ['c', [[4], []]], ['d', [[], ['z']]],
    ]);
  });

  it('join gives every pair of values of a key on both sides', async () => {
    expect(await left.join(right).collect()).to.deep.equal([
      ['a', [1, 'y']], ['a', [1, 'w']], ['a', [3, 'y']], ['a', [3, 'w']], ['b', [2, 'x']],
    ]);
  });

  it('outer joins have null for the side without the key', async () => {
    const both = await left.join(right).collect();
    expect(await left.leftOuterJoin(right).collect()).to.deep.equal([...both, ['c', [4, null]]]);
    expect(await left.rightOuterJoin(right).collect()).to.deep.equal([...both, ['d', [null, 'z']]]);
    expect(await left.fullOuterJoin(right).collect()).to.deep.equal([...both, ['c', [4, null]], ['d', [null, 'z']]]);
  });

  it('a value that is null or undefined is a value', async () => {
    const odd = ssc.parallelize<Pair<string, null | undefined>>([['a', null], ['a', undefined]]);
    expect(await odd.leftOuterJoin(ssc.parallelize<Pair<string, number>>([['a', 1]])).collect()).to.deep.equal([
      ['a', [null, 1]], ['a', [undefined, 1]],
    ]);
  });

  it('keys are equal by value', async () => {
    const keys = [NaN, -0, 1, '1', null, undefined, '__proto__', { x: 1, y: [2] }, [1], 1n, true];
    const others = [NaN, 0, 1, '1', null, undefined, '__proto__', { y: [2], x: 1 }, [1], 1n, true];
    const pairsOf = (all: unknown[]): Pair<unknown, number>[] => all.map((key, index) => [key, index]);
    for (const numPartitions of [1, 2, 4, 7]) {
      const found = await ssc.parallelize(pairsOf(keys), 3).join(ssc.parallelize(pairsOf(others)), numPartitions).collect();
      expect(found.map(([, [one, other]]) => [one, other]).sort(([a], [b]) => (a ?? 0) - (b ?? 0))).to.deep.equal(
        keys.map((_, index) => [index, index]),
      );
    }
  });

  it('a key -0 is shown as 0, whichever comes first', async () => {
    const pairs = ssc.parallelize<Pair<number, number>>([[-0, 1], [0, 2]]);
    for (const [key] of [...(await pairs.groupByKey().collect()), ...(await pairs.cogroup(pairs).collect())]) {
      expect(Object.is(key, 0)).to.equal(true);
    }
  });

  it('subtractByKey, subtract and intersection', async () => {
    expect(await left.subtractByKey(right).collect()).to.deep.equal([['c', 4]]);
    const numbers = ssc.parallelize([3, 1, 1, 2, NaN], 2);
    expect(await numbers.subtract(ssc.parallelize([2, 5, NaN])).collect()).to.deep.equal([3, 1, 1]);
    expect(await numbers.intersection(ssc.parallelize([NaN, 1, 1, 7, 3])).collect()).to.deep.equal([3, 1, NaN]);
    expect(await left.intersection(ssc.parallelize<Pair<string, number>>([['c', 4], ['b', 1]])).collect()).to.deep.equal([['c', 4]]);
  });

  it('without records on one side or both', async () => {
    const none = ssc.parallelize<Pair<string, number>>([]);
    expect(await left.join(none).collect()).to.deep.equal([]);
    expect(await none.join(left).collect()).to.deep.equal([]);
    expect(await none.fullOuterJoin(none).collect()).to.deep.equal([]);
    expect(await left.leftOuterJoin(none).count()).to.equal(4);
    expect(await none.rightOuterJoin(left).count()).to.equal(4);
  });

  it('have as many partitions as they are told, with equal keys in one', async () => {
    const grouped = left.cogroup(right, 3);
    expect(grouped.getNumPartitions()).to.equal(3);
    expect(left.join(right, 5).getNumPartitions()).to.equal(5);
    expect(sorted(await grouped.keys().collect())).to.deep.equal(['a', 'b', 'c', 'd']);
    const many = ssc.parallelize(Array.from({ length: 100 }, (_, key): Pair<number, number> => [key, key]));
    const sizes = (await many.cogroup(many, 4).glom().collect()).map((pairs) => pairs.length);
    expect(Math.min(...sizes), sizes.join(' ')).to.be.greaterThan(10);
    expect(() => left.join(right, 1.5)).to.throw(IllegalArgumentError, '1.5');
  });

  it('refuse records that are no keys', async () => {
    const failure = await rejectionOf(ssc.parallelize([[new Map(), 1]] as Pair<unknown, number>[]).join(right).collect());
    expect(failure).to.be.instanceOf(TypeError);
    expect(failure.message).to.contain('Map');
  });

  it('give what an oracle gives that looks at every pair of records', async () => {
    const key = fc.constantFrom<unknown>('a', '1', 1, NaN, 0, -0, null, undefined, '__proto__');
    const records = fc.array(fc.tuple(key, fc.integer({ min: 0, max: 99 })), { maxLength: 12 });
    const shown = (all: readonly unknown[]): string[] =>
      all.map((one) => JSON.stringify(one, (_, value: unknown) => (value === undefined ? 'undefined' : Object.is(value, NaN) ? 'NaN' : value)));
    await fc.assert(
      fc.asyncProperty(records, records, async (ones, others) => {
        for (const numPartitions of [1, 2, 4, 7]) {
          const [one, other] = [ssc.parallelize(ones, numPartitions), ssc.parallelize(others, numPartitions)];
          for (const kind of KINDS) {
            const found = await one[kind](other, numPartitions).collect();
            expect(shown(found).sort(), kind).to.deep.equal(shown(joined(kind, ones, others)).sort());
          }
          // The order of values within a key is that of the input.
          const groups = await one.cogroup(other, numPartitions).collect();
          expect(shown(groups).sort()).to.deep.equal(shown(cogrouped(ones, others)).sort());
        }
      }),
      { numRuns: 60 },
    );
  });
});
