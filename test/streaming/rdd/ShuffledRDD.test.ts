import { expect } from 'chai';
import { ManualClock, StreamingContext } from '../../../src/streaming';
import { rejectionOf } from '../program';

const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });

const PARTITIONS = [1, 2, 4, 7];

/** Each group is keys that are equal by value; no two groups are. */
const EQUAL_KEYS: readonly (readonly unknown[])[] = [
  [1, 1.0],
  ['1', '1'],
  [1n, 1n],
  [NaN, Number('x')],
  ['NaN'],
  [0, -0],
  [null, null],
  ['null'],
  [undefined, undefined],
  ['undefined'],
  [true, true],
  ['true'],
  ['__proto__', '__proto__'],
  ['constructor'],
  [''],
  [{ a: 1, b: [2] }, { b: [2], a: 1 }],
  [{ a: 1 }],
  [[1, 2], [1, 2]],
  [['1', 2]],
  [new Date(5), new Date(5)],
  [5],
];

describe('keyed RDDs', () => {
  for (const numPartitions of PARTITIONS) {
    it(`take keys as equal by value, in ${String(numPartitions)} partitions`, async () => {
      const pairs = EQUAL_KEYS.flatMap((keys, group) => keys.map((key) => [key, group] as const));
      const counts = await ssc.parallelize(pairs, 3).groupByKey(numPartitions).collect();
      const found = counts.map(([key, groups]) => [groups[0] ?? -1, groups, key] as const).sort(([a], [b]) => a - b);
      expect(found.map(([, groups]) => groups)).to.deep.equal(EQUAL_KEYS.map((keys, group) => keys.map(() => group)));
      // The key that comes out is the one that came first.
      for (const [group, , key] of found) expect(key).to.deep.equal(EQUAL_KEYS[group]?.[0]);
    });
  }

  it('keep a key in one partition, whatever partitions its records came from', async () => {
    const tens = Array.from({ length: 100 }, (_, n): readonly [number, number] => [n % 10, 1]);
    const rdd = ssc.parallelize(tens, 7).reduceByKey((a, b) => a + b, 4);
    const partitions = await rdd.runJob((iterate) => {
      const keys: number[] = [];
      iterate(([key, count]) => {
        keys.push(key);
        expect(count).to.equal(10);
      });
      return keys;
    });
    expect(partitions).to.have.length(4);
    expect(partitions.flat().sort()).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('combine within the partitions first, so that less is shuffled', async () => {
    let merges = 0;
    const rdd = ssc.parallelize<readonly [string, number]>(Array.from({ length: 30 }, () => ['a', 1]), 3).combineByKey(
      (value) => value,
      (combined, value) => combined + value,
      (first, second) => {
        merges++;
        return first + second;
      },
    );
    expect(await rdd.collect()).to.deep.equal([['a', 30]]);
    expect(merges).to.equal(2);
  });

  it('group values in their order', async () => {
    const pairs = [['a', 1], ['b', 2], ['a', 3], ['b', 4], ['a', 5]] as const;
    for (const numPartitions of PARTITIONS) {
      const grouped = await ssc.parallelize(pairs, numPartitions).groupByKey().collect();
      expect(grouped).to.deep.equal([['a', [1, 3, 5]], ['b', [2, 4]]]);
    }
  });

  it('give groups that can be grouped again without changing those before', async () => {
    const once = ssc.parallelize([['a', 1], ['a', 2]] as const, 2).groupByKey();
    const twice = once.union(once).reduceByKey((first, second) => [...first, ...second]);
    expect(await twice.collect()).to.deep.equal([['a', [1, 2, 1, 2]]]);
    expect(await once.collect()).to.deep.equal([['a', [1, 2]]]);
  });

  it('begin again after a reduce function has failed', async () => {
    let broken = true;
    const rdd = ssc.parallelize<readonly [string, number]>([['a', 1], ['a', 2], ['a', 3]]).reduceByKey((a, b) => {
      if (broken) throw new Error('not yet');
      return a + b;
    });
    expect((await rejectionOf(rdd.collect())).message).to.equal('not yet');
    broken = false;
    expect(await rdd.collect()).to.deep.equal([['a', 6]]);
  });

  it('refuse keys that have no value of their own, and say so', async () => {
    const rdd = ssc.parallelize([[(): number => 1, 1] as const]).groupByKey();
    expect(await rejectionOf(rdd.collect())).to.be.instanceOf(TypeError);
  });
});
