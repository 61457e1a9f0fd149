import { expect } from 'chai';
import { type DStream, IllegalArgumentError, ManualClock, type Pair, type RDD, StreamingContext } from '../../../src/streaming';
import { type Output, outputsOf, program, type ProgramOptions, recorded, rejectionOf } from '../program';

type Batch = Pair<string, number>[];
type Pairs = DStream<Pair<string, number>>;
type PairOutputs = Output<Pair<string, number>>[];

const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;

const FORMS: Record<string, (stream: Pairs, window: number, slide?: number) => Pairs> = {
  plain: (stream, window, slide) => stream.reduceByKeyAndWindow(add, window, slide),
  inverse: (stream, window, slide) => stream.reduceByKeyAndWindow(add, subtract, window, slide),
};

function inverse(
  batches: Batch[],
  window: number,
  slide: number,
  options: ProgramOptions & { filter?: (pair: Pair<string, number>) => boolean; duration?: number } = {},
): Promise<PairOutputs> {
  const { filter, duration = batches.length * 1000, ...others } = options;
  return outputsOf(
    duration,
    (ssc) => ssc.queueStream(batches).reduceByKeyAndWindow(add, subtract, window, slide, filter === undefined ? {} : { filter }),
    others,
  );
}

describe('reduceByKeyAndWindow', () => {
  for (const [name, form] of Object.entries(FORMS)) {
    describe(`${name} form`, () => {
      const run = (batches: Batch[], window: number, slide?: number, options?: ProgramOptions): Promise<PairOutputs> =>
        outputsOf(batches.length * 1000, (ssc) => form(ssc.queueStream(batches), window, slide), options);

      it('combines the values of the window; a key leaves with its last batch', async () => {
        expect(await run([[['a', 1]], [['b', 2], ['b', 3]], [], [['a', 5]]], 2000)).to.deep.equal([
          [1000, [['a', 1]]], [2000, [['a', 1], ['b', 5]]], [3000, [['b', 5]]], [4000, [['a', 5]]],
        ]);
      });

      it('keeps a key whose values come to 0 while it is in the window', async () => {
        expect(await run([[['a', 1]], [['a', -1]], [], []], 2000)).to.deep.equal([
          [1000, [['a', 1]]], [2000, [['a', 0]]], [3000, [['a', -1]]], [4000, []],
        ]);
      });

      it('slides less often than batches come', async () => {
        const batches = [1, 2, 3, 4, 5, 6].map((n): Batch => [['a', n]]);
        expect(await run(batches, 4000, 2000)).to.deep.equal([[2000, [['a', 3]]], [4000, [['a', 10]]], [6000, [['a', 18]]]]);
      });

      it('tumbles', async () => {
        expect(await run([[['a', 1]], [['a', 2]], [['b', 3]], [['a', 4]]], 2000, 2000)).to.deep.equal([
          [2000, [['a', 3]]], [4000, [['b', 3], ['a', 4]]],
        ]);
      });

      it('leaves out what lies between windows when it slides by more than the window', async () => {
        expect(await run([[['a', 1]], [['b', 2]], [['a', 4]], [['a', 8], ['b', 16]], [['c', 1]], []], 1000, 2000)).to.deep.equal([
          [2000, [['b', 2]]], [4000, [['a', 8], ['b', 16]]], [6000, []],
        ]);
      });

      it('is aligned to the epoch', async () => {
        // Batches at 2000, ..., 6000.
        const batches = [1, 2, 3, 4, 5].map((n): Batch => [['a', n]]);
        expect(await run(batches, 4000, 2000, { startAt: 1500 })).to.deep.equal([
          [2000, [['a', 1]]], [4000, [['a', 6]]], [6000, [['a', 14]]],
        ]);
      });

      it('fails while a batch that cannot be reduced is in the window, and is right again afterwards', async () => {
        const { ssc, clock, errors } = program();
        const batches: Batch[] = [[['a', 1]], [['a', 1], ['a', 13]], [['a', 3]], [['a', 4]], [['a', 5]]];
        const careful = (a: number, b: number): number => {
          if (b === 13) throw new Error('13');
          return a + b;
        };
        const stream = ssc.queueStream(batches);
        const outputs = recorded(
          name === 'plain'
            ? stream.reduceByKeyAndWindow(careful, 2000)
            : stream.reduceByKeyAndWindow(careful, subtract, 2000),
        );
        await ssc.start();
        await clock.advance(5000);
        await ssc.stop();
        expect(outputs).to.deep.equal([[1000, [['a', 1]]], [4000, [['a', 7]]], [5000, [['a', 9]]]]);
        expect(errors).to.deep.equal(['13', '13']);
        expect((await rejectionOf(ssc.awaitTermination())).message).to.equal('13');
      });
    });
  }

  describe('the inverse form alone', () => {
    it('combines only what comes and takes out only what leaves, however long the window', async () => {
      const calls = { reduce: 0, inverse: 0 };
      const { ssc, clock } = program();
      const batches = Array.from({ length: 60 }, (_, n): Batch => [['a', n]]);
      recorded(
        ssc.queueStream(batches).reduceByKeyAndWindow(
          (a, b) => {
            calls.reduce++;
            return a + b;
          },
          (a, b) => {
            calls.inverse++;
            return a - b;
          },
          50_000,
        ),
      );
      await ssc.start();
      await clock.advance(60_000);
      await ssc.stop();
      expect(calls).to.deep.equal({ reduce: 59, inverse: 10 });
    });

    it('leaves out what the filter rejects, and gives it again when the filter takes it', async () => {
      const batches: Batch[] = [[['a', 1], ['b', 5]], [['a', 10]], [], []];
      expect(await inverse(batches, 2000, 1000, { filter: ([, value]) => value >= 5 })).to.deep.equal([
        [1000, [['b', 5]]], [2000, [['a', 11], ['b', 5]]], [3000, [['a', 10]]], [4000, []],
      ]);
    });

    it('computes every slide though no output looks at it, so that slides do not pile up', async () => {
      const { ssc, clock } = program();
      const rdds: RDD<Pair<string, number>>[] = [];
      const stream = ssc.queueStream([1, 2, 3, 4].map((n): Batch => [['a', n]]));
      stream.reduceByKeyAndWindow(add, subtract, 2000).foreachRDD((rdd) => rdds.push(rdd));
      await ssc.start();
      await clock.advance(4000);
      expect(rdds.map((rdd) => rdd.dependencies.length)).to.deep.equal([0, 0, 0, 0]);
      await ssc.stop();
      expect(await rdds[3]?.collect()).to.deep.equal([['a', 7]]);
    });

    it('takes keys by value', async () => {
      const outputs = await outputsOf(3000, (ssc) =>
        ssc
          .queueStream<Pair<unknown, number>>([
            [[{ x: 1, y: 2 }, 1], [1, 1]],
            [[{ y: 2, x: 1 }, 2], ['1', 2], ['__proto__', 2]],
            [],
          ])
          .reduceByKeyAndWindow(add, subtract, 2000),
      );
      expect(outputs).to.deep.equal([
        [1000, [[{ x: 1, y: 2 }, 1], [1, 1]]],
        [2000, [[{ x: 1, y: 2 }, 3], [1, 1], ['1', 2], ['__proto__', 2]]],
        [3000, [[{ x: 1, y: 2 }, 2], ['1', 2], ['__proto__', 2]]],
      ]);
    });

    it('refuses durations that do not fit', () => {
      const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });
      const stream = ssc.queueStream<Pair<string, number>>([]);
      expect(() => stream.reduceByKeyAndWindow(add, subtract, 1500)).to.throw(IllegalArgumentError, /1000 or 2000 ms/u);
      expect(() => stream.reduceByKeyAndWindow(add, subtract, 2000, 700)).to.throw(IllegalArgumentError, /700 ms.*use 1000 ms/u);
      expect(() => stream.reduceByKeyAndWindow(add, 2500)).to.throw(IllegalArgumentError, /2000 or 3000 ms/u);
    });
  });

  describe('the inverse form with compatibility: spark', () => {
    const spark = { compatibility: 'spark' } as const;
    const notZero = ([, value]: Pair<string, number>): boolean => value !== 0;

    it('keeps keys that left, with what the inverse function leaves', async () => {
      expect(await inverse([[['a', 1]], [['b', 2]], [], [['a', 5]]], 2000, 1000, spark)).to.deep.equal([
        [1000, [['a', 1]]], [2000, [['a', 1], ['b', 2]]], [3000, [['a', 0], ['b', 2]]], [4000, [['a', 5], ['b', 0]]],
      ]);
    });

    it('forgets keys that the filter rejects', async () => {
      expect(await inverse([[['a', 1]], [['b', 2]], [], [['a', 5]]], 2000, 1000, { ...spark, filter: notZero })).to.deep.equal([
        [1000, [['a', 1]]], [2000, [['a', 1], ['b', 2]]], [3000, [['b', 2]]], [4000, [['a', 5]]],
      ]);
    });

    it('keeps keys also when windows do not overlap, and what lies between windows stays out', async () => {
      expect(await inverse([[['a', 1]], [['b', 2]], []], 1000, 1000, spark)).to.deep.equal([
        [1000, [['a', 1]]], [2000, [['a', 0], ['b', 2]]], [3000, [['a', 0], ['b', 0]]],
      ]);
      expect(await inverse([[['a', 1]], [['b', 2]], [['c', 4]], [['a', 8]], [], []], 1000, 2000, spark)).to.deep.equal([
        [2000, [['b', 2]]], [4000, [['b', 0], ['a', 8]]], [6000, [['b', 0], ['a', 0]]],
      ]);
    });

    it('is aligned to the start', async () => {
      // Batches at 2000, ..., 6000; the zero time is 1000.
      const batches = [1, 2, 3, 4, 5].map((n): Batch => [['a', n]]);
      expect(await inverse(batches, 4000, 2000, { ...spark, startAt: 1500 })).to.deep.equal([
        [3000, [['a', 3]]], [5000, [['a', 10]]],
      ]);
    });
  });
});
