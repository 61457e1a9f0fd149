import { expect } from 'chai';
import * as fc from 'fast-check';
import { IllegalArgumentError, ManualClock, StreamingContext, StreamingError } from '../../../src/streaming';
import { rejectionOf } from '../program';

const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });

describe('fold, aggregate, max, min, sum', () => {
  for (const numPartitions of [1, 2, 4, 7]) {
    it(`over ${String(numPartitions)} partitions`, async () => {
      const words = ssc.parallelize(['b', 'a', 'd', 'c', 'd'], numPartitions);
      expect(await words.fold('', (first, second) => first + second)).to.equal('badcd');
      expect(
        await words.aggregate(
          { letters: '', count: 0 },
          (result, word) => ({ letters: result.letters + word, count: result.count + 1 }),
          (first, second) => ({ letters: first.letters + second.letters, count: first.count + second.count }),
        ),
      ).to.deep.equal({ letters: 'badcd', count: 5 });
      expect(await words.max()).to.equal('d');
      expect(await words.min()).to.equal('a');
    });

    it(`aggregate may change what it begins with: each of ${String(numPartitions)} partitions has its own`, async () => {
      const zero = { all: [] as number[], counts: new Map<number, number>() };
      const combined = await ssc.parallelize([1, 2, 2, 3], numPartitions).aggregate(
        zero,
        (result, n) => {
          result.all.push(n);
          result.counts.set(n, (result.counts.get(n) ?? 0) + 1);
          return result;
        },
        (first, second) => {
          first.all.push(...second.all);
          for (const [n, count] of second.counts) first.counts.set(n, (first.counts.get(n) ?? 0) + count);
          return first;
        },
      );
      expect(combined).to.deep.equal({ all: [1, 2, 2, 3], counts: new Map([[1, 1], [2, 2], [3, 1]]) });
      expect(zero).to.deep.equal({ all: [], counts: new Map() });
    });
  }

  it('fold and aggregate over nothing give what they begin with', async () => {
    const none = ssc.parallelize<number>([], 3);
    expect(await none.fold(0, (a, b) => a + b)).to.equal(0);
    expect(await none.aggregate('', (text, n) => text + String(n), (a, b) => a + b)).to.equal('');
  });

  it('max and min of numbers: NaN is the largest, of equal records the first is taken', async () => {
    expect(await ssc.parallelize([1, NaN, -2]).max()).to.be.NaN;
    expect(await ssc.parallelize([1, NaN, -2]).min()).to.equal(-2);
    const records = [{ n: 1, id: 'a' }, { n: 1, id: 'b' }];
    const byN = (first: { n: number }, second: { n: number }): number => first.n - second.n;
    expect((await ssc.parallelize(records, 2).max(byN)).id).to.equal('a');
    expect((await ssc.parallelize(records, 2).min(byN)).id).to.equal('a');
    expect(await ssc.parallelize<number | undefined>([undefined]).max()).to.equal(undefined);
  });

  it('max and min need records, and an order', async () => {
    const none = ssc.parallelize<number>([]);
    expect((await rejectionOf(none.max())).message).to.match(/^max needs at least one record/u);
    expect(await rejectionOf(none.min())).to.be.instanceOf(StreamingError);
    expect(await rejectionOf(ssc.parallelize([{}, {}]).max())).to.be.instanceOf(IllegalArgumentError);
  });

  it('sum is exact: the same to the last bit in any order and any partitions', async () => {
    expect(await ssc.parallelize([1e308, 1e308, -1e308]).sum()).to.equal(1e308);
    expect(await ssc.parallelize([0.1, 0.2, 0.3, -0.3, -0.2, -0.1], 3).sum()).to.equal(0);
    expect(await ssc.parallelize<number>([]).sum()).to.equal(0);
    expect(await ssc.parallelize([1, NaN]).sum()).to.be.NaN;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 20 }), async (numbers) => {
        const once = await ssc.parallelize(numbers).sum();
        for (const numPartitions of [2, 4, 7]) {
          expect(await ssc.parallelize([...numbers].reverse(), numPartitions).sum()).to.equal(once);
        }
      }),
    );
  });
});
