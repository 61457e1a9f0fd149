import { expect } from 'chai';
import { ManualClock, StreamingContext } from '../../../src/streaming';

const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });

describe('narrow transformations', () => {
  it('give what the array methods of the same name give', async () => {
    const numbers = ssc.parallelize([1, 2, 3, 4], 2);
    expect(await numbers.map((n) => n * 10).collect()).to.deep.equal([10, 20, 30, 40]);
    expect(await numbers.filter((n) => n % 2 === 0).collect()).to.deep.equal([2, 4]);
    expect(await numbers.flatMap((n) => Array<number>(n % 3).fill(n)).collect()).to.deep.equal([1, 2, 2, 4]);
    expect(await numbers.flatMap((n) => new Set([n, n])).collect()).to.deep.equal([1, 2, 3, 4]);
  });

  it('leave keys alone where only values are meant', async () => {
    const pairs = ssc.parallelize(['a', 'bb', 'cc']).keyBy((word) => word.length);
    expect(await pairs.collect()).to.deep.equal([[1, 'a'], [2, 'bb'], [2, 'cc']]);
    expect(await pairs.mapValues((word) => word.toUpperCase()).collect()).to.deep.equal([[1, 'A'], [2, 'BB'], [2, 'CC']]);
    expect(await pairs.flatMapValues((word) => word.split('')).collect()).to.deep.equal([
      [1, 'a'], [2, 'b'], [2, 'b'], [2, 'c'], [2, 'c'],
    ]);
  });

  it('keep undefined, null and NaN as records', async () => {
    const odd = [undefined, null, NaN, 0, ''];
    expect(await ssc.parallelize(odd).map((record) => record).collect()).to.deep.equal(odd);
  });

  it('run in one pass: each record goes through all steps before the next one is read', async () => {
    const steps: string[] = [];
    const rdd = ssc
      .parallelize([1, 2], 1)
      .map((n) => {
        steps.push(`map ${String(n)}`);
        return n;
      })
      .filter((n) => {
        steps.push(`filter ${String(n)}`);
        return true;
      })
      .flatMap((n) => {
        steps.push(`flatMap ${String(n)}`);
        return [n];
      });
    await rdd.foreach((n) => steps.push(`action ${String(n)}`));
    expect(steps).to.deep.equal(
      [1, 2].flatMap((n) => ['map', 'filter', 'flatMap', 'action'].map((step) => `${step} ${String(n)}`)),
    );
  });

  it('pass an error of a user function on as it is', async () => {
    const failure = new Error('user code');
    const rdd = ssc.parallelize([1]).map(() => {
      throw failure;
    });
    let caught: unknown;
    await rdd.collect().catch((thrown: unknown) => {
      caught = thrown;
    });
    expect(caught).to.equal(failure);
  });
});
