import { expect } from 'chai';
import {
  type DStream, IllegalArgumentError, ManualClock, type RDD, StreamingContext, StreamingError,
} from '../../../src/streaming';
import { outputsOf, type Program, program, recorded, rejectionOf } from '../program';

describe('union', () => {
  it('puts the streams one after the other, batch by batch', async () => {
    const build = (ssc: Program['ssc']): DStream<number>[] => [
      ssc.queueStream([[1], [2]]),
      ssc.queueStream([[10], [], [30]]),
      ssc.queueStream([[100, 101]]),
    ];
    const expected = [[1000, [1, 10, 100, 101]], [2000, [2]], [3000, [30]]];
    expect(await outputsOf(3000, (ssc) => ssc.union(build(ssc)))).to.deep.equal(expected);
    expect(
      await outputsOf(3000, (ssc) => {
        const [first, second, third] = build(ssc) as [DStream<number>, DStream<number>, DStream<number>];
        return first.union(second).union(third);
      }),
    ).to.deep.equal(expected);
  });

  it('takes a stream with itself', async () => {
    expect(
      await outputsOf(1000, (ssc) => {
        const stream = ssc.queueStream([[1, 2]]);
        return stream.union(stream);
      }),
    ).to.deep.equal([[1000, [1, 2, 1, 2]]]);
  });

  it('fails at a batch where a parent has no RDD: awaitTermination says so, advance goes on', async () => {
    const { ssc, clock, errors } = program();
    const outputs = recorded(ssc.queueStream([[1], [2], [3]]).union(ssc.queueStream([[10], null, [30]])));
    await ssc.start();
    await clock.advance(3000);
    expect(outputs).to.deep.equal([[1000, [1, 10]], [3000, [3, 30]]]);
    const failure = await rejectionOf(ssc.awaitTermination());
    expect(failure).to.be.instanceOf(StreamingError);
    expect(failure.message).to.match(/union.*2000/u);
    expect(errors).to.deep.equal([failure.message]);
    await ssc.stop();
  });
});

describe('transform', () => {
  it('calls the function at every batch, so that it may read what changes outside', async () => {
    let factor = 1;
    const times: number[] = [];
    const { ssc, clock } = program();
    const outputs = recorded(
      ssc.queueStream([[1, 2], [3]]).transform((rdd, time) => {
        times.push(time);
        const now = factor;
        return rdd.map((n) => n * now);
      }),
    );
    await ssc.start();
    await clock.advance(1000);
    factor = 100;
    await clock.advance(2000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1000, [1, 2]], [2000, [300]], [3000, []]]);
    expect(times).to.deep.equal([1000, 2000, 3000]);
  });

  it('brings RDDs made elsewhere in', async () => {
    expect(await outputsOf(2000, (ssc) => {
      const fixed = ssc.parallelize([0]);
      return ssc.queueStream([[1], [2]]).transform((rdd) => fixed.union(rdd));
    })).to.deep.equal([[1000, [0, 1]], [2000, [0, 2]]]);
  });

  it('transformWith and ssc.transform give the RDDs of one time', async () => {
    const build = (ssc: Program['ssc']): [DStream<number>, DStream<string>] => [
      ssc.queueStream([[1], [2]]),
      ssc.queueStream([['a'], ['b']]),
    ];
    const expected = [[1000, ['1', 'a', '1000']], [2000, ['2', 'b', '2000']]];
    expect(
      await outputsOf(2000, (ssc) => {
        const [numbers, words] = build(ssc);
        return numbers.transformWith(words, (left, right, time) =>
          left.map(String).union(right).union(ssc.parallelize([String(time)])),
        );
      }),
    ).to.deep.equal(expected);
    expect(
      await outputsOf(2000, (ssc) =>
        ssc.transform(build(ssc), ([left, right], time) =>
          left.map(String).union(right).union(ssc.parallelize([String(time)])),
        ),
      ),
    ).to.deep.equal(expected);
  });

  it('fails at a batch where the function gives null, and loses that batch alone', async () => {
    const { ssc, clock } = program();
    const outputs = recorded(
      ssc.queueStream([[1], [2], [3]]).transform((rdd, time) => (time === 2000 ? (null as unknown as RDD<number>) : rdd)),
    );
    await ssc.start();
    await clock.advance(3000);
    const failure = await rejectionOf(ssc.awaitTermination());
    expect(failure).to.be.instanceOf(StreamingError);
    expect(failure.message).to.match(/null.*2000/u);
    expect(outputs).to.deep.equal([[1000, [1]], [3000, [3]]]);
    await ssc.stop();
  });
});

describe('union and transform of streams that do not fit', () => {
  const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });
  const numbers = ssc.queueStream([[1]]);

  it('refuse none at all', () => {
    expect(() => ssc.union([])).to.throw(IllegalArgumentError, 'at least one');
    expect(() => ssc.transform([], () => ssc.parallelize([1]))).to.throw(IllegalArgumentError, 'at least one');
  });

  it('refuse different slide durations, and say which', () => {
    const slow = numbers.window(2000, 2000);
    expect(() => numbers.union(slow)).to.throw(IllegalArgumentError, /1000 ms and 2000 ms/u);
    expect(() => numbers.transformWith(slow, (rdd) => rdd)).to.throw(IllegalArgumentError, /1000 ms and 2000 ms/u);
  });

  it('refuse another context', () => {
    const other = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() }).queueStream([[1]]);
    expect(() => numbers.union(other)).to.throw(IllegalArgumentError, 'same StreamingContext');
  });
});
