import { expect } from 'chai';
import {
  type DStream, IllegalArgumentError, ManualClock, type Pair, StreamingContext, StreamingError,
} from '../../../src/streaming';
import { outputsOf, program, type ProgramOptions, recorded, rejectionOf, sorted } from '../program';
import { SettableClock } from '../scheduler/SettableClock';

const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;

type Batches<T> = (readonly T[] | null)[];

/** One batch a second from 1,000 ms on. */
function run<T, U>(
  batches: Batches<T>,
  build: (stream: DStream<T>) => DStream<U>,
  options: ProgramOptions = {},
): Promise<[time: number, records: U[]][]> {
  return outputsOf(batches.length * 1000, (ssc) => build(ssc.queueStream([...batches])), options);
}

const spark = { compatibility: 'spark' } as const;

describe('reduceByWindow', () => {
  const FORMS: Record<string, (window: number, slide: number) => (stream: DStream<number>) => DStream<number>> = {
    plain: (window, slide) => (stream) => stream.reduceByWindow(add, window, slide),
    inverse: (window, slide) => (stream) => stream.reduceByWindow(add, subtract, window, slide),
  };
  for (const [name, form] of Object.entries(FORMS)) {
    describe(`${name} form`, () => {
      it('gives one record a slide, also for the first windows; none for a window without records', async () => {
        expect(await run([[1, 2], [3], [], null, [4]], form(2000, 1000))).to.deep.equal([
          [1000, [3]], [2000, [6]], [3000, [3]], [4000, []], [5000, [4]],
        ]);
      });

      it('slides less often than batches come, and by more than the window', async () => {
        const batches = [[1], [2], [4], [8], [16], [32]];
        expect(await run(batches, form(4000, 2000))).to.deep.equal([[2000, [3]], [4000, [15]], [6000, [60]]]);
        expect(await run(batches, form(1000, 3000))).to.deep.equal([[3000, [4]], [6000, [32]]]);
        expect(await run([[1], [], [], []], form(1000, 2000))).to.deep.equal([[2000, []], [4000, []]]);
      });

      it('keeps a result of 0 as long as there are records', async () => {
        expect(await run([[5, -5], [], []], form(2000, 1000))).to.deep.equal([[1000, [0]], [2000, [0]], [3000, []]]);
      });

      it('does not depend on partitions', async () => {
        for (const numPartitions of [1, 2, 4, 7]) {
          expect(await run([[1, 2, 3], [4, 5]], (stream) => form(2000, 1000)(stream.repartition(numPartitions)))).to.deep.equal([
            [1000, [6]], [2000, [15]],
          ]);
        }
      });
    });
  }

  it('keeps the order of the records, for functions that are not commutative', async () => {
    const join = (a: string, b: string): string => a + b;
    const withoutStart = (all: string, start: string): string => all.slice(start.length);
    const batches = [['a', 'b'], ['c'], [], ['d']];
    const expected = [[1000, ['ab']], [2000, ['abc']], [3000, ['c']], [4000, ['d']]];
    expect(await run(batches, (stream) => stream.reduceByWindow(join, 2000, 1000))).to.deep.equal(expected);
    expect(await run(batches, (stream) => stream.reduceByWindow(join, withoutStart, 2000, 1000))).to.deep.equal(expected);
  });

  it('with compatibility: spark the inverse form stays, with what the inverse function leaves', async () => {
    expect(await run([[], [1, 2], [], []], (stream) => stream.reduceByWindow(add, subtract, 1000, 1000), spark)).to.deep.equal([
      [1000, []], [2000, [3]], [3000, [0]], [4000, [0]],
    ]);
    expect(await run([[1, 2], [], []], (stream) => stream.reduceByWindow(add, 1000, 1000), spark)).to.deep.equal([
      [1000, [3]], [2000, []], [3000, []],
    ]);
  });

  it('gives one partition', async () => {
    const { ssc, clock } = program({ defaultParallelism: 4 });
    const counts: number[] = [];
    ssc.queueStream([[1, 2, 3]]).reduceByWindow(add, subtract, 1000, 1000).foreachRDD((rdd) => counts.push(rdd.getNumPartitions()));
    await ssc.start();
    await clock.advance(1000);
    await ssc.stop();
    expect(counts).to.deep.equal([1]);
  });

  it('refuses durations that do not fit', () => {
    const stream = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() }).queueStream([[1]]);
    expect(() => stream.reduceByWindow(add, 1500, 1000)).to.throw(IllegalArgumentError, /1000 or 2000 ms/u);
    expect(() => stream.reduceByWindow(add, subtract, 2000, 500)).to.throw(IllegalArgumentError, 'use 1000 ms');
    expect(() => stream.countByWindow(500, 1000)).to.throw(IllegalArgumentError, 'use 1000 ms');
    expect(() => stream.countByValueAndWindow(2000, 1001)).to.throw(IllegalArgumentError, /1000 or 2000 ms/u);
    expect(() => stream.map((n) => [n, n]).groupByKeyAndWindow(0)).to.throw(IllegalArgumentError, 'above 0');
  });
});

describe('countByWindow', () => {
  const count = (window: number, slide: number) => (stream: DStream<string>): DStream<number> => stream.countByWindow(window, slide);

  for (const options of [{}, spark]) {
    const mode = 'compatibility' in options ? 'as Spark' : 'by default';
    it(`gives no number before any record was seen, and then one every slide, 0 included (${mode})`, async () => {
      expect(await run([[], null, ['a', 'b'], ['c'], [], [], null, ['d']], count(2000, 1000), options)).to.deep.equal([
        [1000, []], [2000, []], [3000, [2]], [4000, [3]], [5000, [1]], [6000, [0]], [7000, [0]], [8000, [1]],
      ]);
    });

    it(`slides less often than batches come (${mode})`, async () => {
      expect(await run([['a'], ['b'], ['c'], [], [], [], [], []], count(4000, 2000), options)).to.deep.equal([
        [2000, [2]], [4000, [3]], [6000, [1]], [8000, [0]],
      ]);
    });

    it(`counts only what is in the windows when it slides by more (${mode})`, async () => {
      expect(await run([['gap'], [], ['gap'], ['a'], ['gap', 'gap'], []], count(1000, 2000), options)).to.deep.equal([
        [2000, []], [4000, [1]], [6000, [0]],
      ]);
    });
  }

  it('goes on with 0 after a pause in which slides were missed', async () => {
    const clock = new SettableClock(0);
    const ssc = new StreamingContext({ batchInterval: 1000, clock });
    const outputs = recorded(ssc.queueStream([['a'], ['b']]).countByWindow(2000, 1000));
    await ssc.start();
    clock.pass(1000);
    await clock.settled();
    clock.pause(60_000);
    await clock.settled();
    await ssc.stop();
    // Ten of the missed batches by their nominal times, the one in which the window may still close, and one for the rest.
    expect(outputs.map(([time]) => time)).to.deep.equal([...Array.from({ length: 12 }, (_, n) => (n + 1) * 1000), 61_000]);
    expect(outputs.map(([, records]) => records)).to.deep.equal([[1], [2], [1], ...Array<number[]>(10).fill([0])]);
  });
});

describe('countByValue and countByValueAndWindow', () => {
  it('countByValue counts each batch by itself', async () => {
    expect(await run([['a', 'b', 'a'], [], null, ['b']], (stream) => stream.countByValue())).to.deep.equal([
      [1000, [['a', 2], ['b', 1]]], [2000, []], [4000, [['b', 1]]],
    ]);
  });

  for (const options of [{}, spark]) {
    it(`values vanish when they leave the window (${'compatibility' in options ? 'as Spark' : 'by default'})`, async () => {
      expect(
        await run([['a', 'b', 'a'], ['b'], [], [], ['a']], (stream) => stream.countByValueAndWindow(2000, 1000), options),
      ).to.deep.equal([
        [1000, [['a', 2], ['b', 1]]], [2000, [['a', 2], ['b', 2]]], [3000, [['b', 1]]], [4000, []], [5000, [['a', 1]]],
      ]);
    });
  }

  it('compare values as keys are compared, in any number of partitions', async () => {
    const records: unknown[] = [NaN, 1, '1', { x: 1, y: 2 }, NaN, null, { y: 2, x: 1 }, -0, 0, '__proto__', undefined];
    for (const numPartitions of [1, 2, 4, 7]) {
      for (const build of [
        (stream: DStream<unknown>) => stream.countByValue(numPartitions),
        (stream: DStream<unknown>) => stream.countByValueAndWindow(1000, 1000, numPartitions),
      ]) {
        const outputs = await run([records], (stream) => build(stream.repartition(3)).map(([value, count]) => [typeof value, count]));
        expect(sorted(outputs[0]?.[1] ?? [])).to.deep.equal([
          ['number', 1], ['number', 2], ['number', 2], ['object', 1], ['object', 2], ['string', 1], ['string', 1], ['undefined', 1],
        ]);
      }
    }
  });

  it('give as many partitions as they are told', async () => {
    const { ssc, clock } = program();
    const counts: number[] = [];
    const words = ssc.queueStream([['a', 'b', 'c']]);
    words.countByValue(3).foreachRDD((rdd) => counts.push(rdd.getNumPartitions()));
    words.countByValueAndWindow(1000, 1000, 5).foreachRDD((rdd) => counts.push(rdd.getNumPartitions()));
    await ssc.start();
    await clock.advance(1000);
    await ssc.stop();
    expect(counts).to.deep.equal([3, 5]);
  });
});

describe('groupByKeyAndWindow', () => {
  const batches: Batches<Pair<string, number>> = [[['a', 1], ['b', 2], ['a', 3]], [['a', 4]], null, [['b', 5]], []];

  it('gives all values of the window in their order; keys without values are absent', async () => {
    expect(await run(batches, (stream) => stream.groupByKeyAndWindow(2000))).to.deep.equal([
      [1000, [['a', [1, 3]], ['b', [2]]]],
      [2000, [['a', [1, 3, 4]], ['b', [2]]]],
      [3000, [['a', [4]]]],
      [4000, [['b', [5]]]],
      [5000, [['b', [5]]]],
    ]);
    expect(await run(batches, (stream) => stream.groupByKeyAndWindow(3000, 2000))).to.deep.equal([
      [2000, [['a', [1, 3, 4]], ['b', [2]]]], [4000, [['a', [4]], ['b', [5]]]],
    ]);
    expect(await run(batches, (stream) => stream.groupByKeyAndWindow(1000, 2000))).to.deep.equal([
      [2000, [['a', [4]]]], [4000, [['b', [5]]]],
    ]);
  });

  it('gives arrays of its own: changing one changes no later window', async () => {
    const outputs = await run([[['a', 1]], [['a', 2]], [['a', 3]]] as Batches<Pair<string, number>>, (stream) =>
      stream.groupByKeyAndWindow(3000).mapValues((values) => {
        const copy = [...values];
        values.push(99);
        return copy;
      }),
    );
    expect(outputs.map(([, records]) => records)).to.deep.equal([[['a', [1]]], [['a', [1, 2]]], [['a', [1, 2, 3]]]]);
  });

  it('keeps the order of values in any number of partitions', async () => {
    for (const numPartitions of [1, 2, 4, 7]) {
      const outputs = await run(batches, (stream) => stream.repartition(numPartitions).groupByKeyAndWindow(2000, 1000, numPartitions));
      expect(outputs.map(([, records]) => sorted(records))).to.deep.equal([
        [['a', [1, 3]], ['b', [2]]], [['a', [1, 3, 4]], ['b', [2]]], [['a', [4]]], [['b', [5]]], [['b', [5]]],
      ]);
    }
  });
});

describe('reduceByKeyAndWindow in the forms that Spark has', () => {
  const batches: Batches<Pair<string, number>> = [[['a', 1], ['b', 2]], [['a', 3]], [], []];
  const expected = [[['a', 1], ['b', 2]], [['a', 4], ['b', 2]], [['a', 3]], []];

  const FORMS: Record<string, (stream: DStream<Pair<string, number>>) => DStream<Pair<string, number>>> = {
    '(reduce, window)': (stream) => stream.reduceByKeyAndWindow(add, 2000),
    '(reduce, window, slide)': (stream) => stream.reduceByKeyAndWindow(add, 2000, 1000),
    '(reduce, window, slide, numPartitions)': (stream) => stream.reduceByKeyAndWindow(add, 2000, 1000, 3),
    '(reduce, inverse, window)': (stream) => stream.reduceByKeyAndWindow(add, subtract, 2000),
    '(reduce, inverse, window, slide)': (stream) => stream.reduceByKeyAndWindow(add, subtract, 2000, 1000),
    '(reduce, inverse, window, slide, numPartitions)': (stream) => stream.reduceByKeyAndWindow(add, subtract, 2000, 1000, 3),
    '(reduce, inverse, window, slide, numPartitions, filter)': (stream) =>
      stream.reduceByKeyAndWindow(add, subtract, 2000, 1000, 3, ([, value]) => value !== 0),
    '(reduce, inverse, window, slide, {filter, numPartitions})': (stream) =>
      stream.reduceByKeyAndWindow(add, subtract, 2000, 1000, { filter: ([, value]) => value !== 0, numPartitions: 3 }),
  };
  for (const [name, form] of Object.entries(FORMS)) {
    it(name, async () => {
      const { ssc, clock } = program();
      const stream = form(ssc.queueStream([...batches]));
      const outputs = recorded(stream);
      const counts = new Set<number>();
      stream.foreachRDD((rdd) => counts.add(rdd.getNumPartitions()));
      await ssc.start();
      await clock.advance(4000);
      await ssc.stop();
      expect(outputs.map(([, records]) => sorted(records))).to.deep.equal(expected);
      expect([...counts]).to.deep.equal([name.includes('numPartitions') ? 3 : 1]);
    });
  }
});

describe('windows of streams without an RDD', () => {
  it('pass over them; and an error that reduce throws is told', async () => {
    expect(await run([null, [1], null, null], (stream) => stream.reduceByWindow(add, 2000, 1000))).to.deep.equal([
      [1000, []], [2000, [1]], [3000, [1]], [4000, []],
    ]);
    const { ssc, clock } = program();
    recorded(
      ssc.queueStream([[1, 2]]).reduceByWindow(
        () => {
          throw new StreamingError('cannot add');
        },
        1000,
        1000,
      ),
    );
    await ssc.start();
    await clock.advance(1000);
    expect((await rejectionOf(ssc.awaitTermination())).message).to.equal('cannot add');
    await ssc.stop();
  });
});
