import { expect } from 'chai';
import { type DStream, IllegalArgumentError, type Pair } from '../../../src/streaming';
import { asSets, type Batches, context, input, type Options, run } from './harness';

type Count = Pair<string, number>;

/** Spark's largest case: a key comes and goes, others join it, and the window runs empty. */
const big: Batches<Count> = [
  [['a', 1]],
  [['a', 1], ['b', 1]],
  [['a', 1], ['b', 1], ['c', 1]],
  [['a', 1], ['b', 1]],
  [['a', 1]],
  [],
  [['a', 1]],
  [['a', 1], ['b', 1]],
  [['a', 1], ['b', 1], ['c', 1]],
  [['a', 1], ['b', 1]],
  [['a', 1]],
  [],
];
const bigGrouped: unknown[][] = [
  [['a', 1]],
  [['a', 2], ['b', 1]],
  [['a', 2], ['b', 2], ['c', 1]],
  [['a', 2], ['b', 2], ['c', 1]],
  [['a', 2], ['b', 1]],
  [['a', 1]],
  [['a', 1]],
  [['a', 2], ['b', 1]],
  [['a', 2], ['b', 2], ['c', 1]],
  [['a', 2], ['b', 2], ['c', 1]],
  [['a', 2], ['b', 1]],
  [['a', 1]],
];
/** What Spark itself gives with an inverse function and without a filter: keys stay, with 0. */
const bigInverse: unknown[][] = [
  [['a', 1]],
  [['a', 2], ['b', 1]],
  [['a', 2], ['b', 2], ['c', 1]],
  [['a', 2], ['b', 2], ['c', 1]],
  [['a', 2], ['b', 1], ['c', 0]],
  [['a', 1], ['b', 0], ['c', 0]],
  [['a', 1], ['b', 0], ['c', 0]],
  [['a', 2], ['b', 1], ['c', 0]],
  [['a', 2], ['b', 2], ['c', 1]],
  [['a', 2], ['b', 2], ['c', 1]],
  [['a', 2], ['b', 1], ['c', 0]],
  [['a', 1], ['b', 0], ['c', 0]],
];

const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;
const SPARK: Options = { compatibility: 'spark', checkpointDirectory: 'checkpoints' };

describe('Spark: WindowOperationsSuite', () => {
  describe('window', () => {
    const singles = [[0], [1], [2], [3], [4], [5]];
    const cases: [string, number, number, number[][]][] = [
      ['basic: 2 s every 1 s', 2000, 1000, [[0], [0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]],
      ['tumbling: 2 s every 2 s', 2000, 2000, [[0, 1], [2, 3], [4, 5]]],
      ['larger: 4 s every 2 s', 4000, 2000, [[0, 1], [0, 1, 2, 3], [2, 3, 4, 5]]],
      ['non-overlapping, with gaps: 1 s every 2 s', 1000, 2000, [[1], [3], [5]]],
    ];
    for (const [title, window, slide, expected] of cases) {
      it(title, async () => {
        expect(await run(singles, (stream) => stream.window(window, slide))).to.deep.equal(expected);
      });
    }

    it('slides with its parent when nothing else is said, and runs on after the input', async () => {
      const outputs = await run([[1], [2]], (stream) => stream.window(2000), { numBatches: 4 });
      expect(outputs).to.deep.equal([[1], [1, 2], [2], []]);
    });

    it('persistence: what is under a window is persisted; a window is not', () => {
      const { ssc } = context();
      const stream = input(ssc, [[1]]).map((n) => n);
      const windowed = stream.window(4000, 2000);
      expect(stream.isPersisted).to.equal(true);
      expect(windowed.isPersisted).to.equal(false);
    });

    it('persisting a window persists that window', () => {
      const { ssc } = context();
      expect(input(ssc, [[1]]).window(4000, 2000).persist().isPersisted).to.equal(true);
    });

    it('refuses what is no multiple of the parent', () => {
      const { ssc } = context();
      const stream = input(ssc, [[1]]);
      const wanted = 'must be a multiple of the slide duration of the parent stream';
      expect(() => stream.window(1500)).to.throw(IllegalArgumentError, wanted);
      expect(() => stream.window(2000, 1500)).to.throw(IllegalArgumentError, 'must be a multiple');
      expect(() => stream.window(2000, 2000).window(3000)).to.throw(IllegalArgumentError, 'must be a multiple');
    });
  });

  /** Name, input, expected, window, slide. */
  const reduceCases: [string, Batches<Count>, unknown[][], number, number][] = [
    ['basic reduction', [[['a', 1], ['a', 3]]], [[['a', 4]]], 2000, 1000],
    ['key already in the window, value added', [[['a', 1]], [['a', 1]]], [[['a', 1]], [['a', 2]]], 2000, 1000],
    ['new key', [[['a', 1]], [['a', 1], ['b', 1]]], [[['a', 1]], [['a', 2], ['b', 1]]], 2000, 1000],
    ['key removed', [[['a', 1]], [], []], [[['a', 1]], [['a', 1]], []], 2000, 1000],
    [
      'larger slide',
      big,
      [[['a', 2], ['b', 1]], [['a', 4], ['b', 3], ['c', 1]], [['a', 3], ['b', 2], ['c', 1]],
        [['a', 3], ['b', 1]], [['a', 4], ['b', 3], ['c', 1]], [['a', 3], ['b', 2], ['c', 1]]],
      4000, 2000,
    ],
    ['big test', big, bigGrouped, 2000, 1000],
  ];

  describe('reduceByKeyAndWindow', () => {
    for (const [title, batches, expected, window, slide] of reduceCases) {
      it(title, async () => {
        const outputs = await run(batches, (stream) => stream.reduceByKeyAndWindow(add, window, slide));
        expect(asSets(outputs)).to.deep.equal(expected);
      });
    }
  });

  describe('reduceByKeyAndWindow with an inverse function', () => {
    for (const [title, batches, expected, window, slide] of reduceCases) {
      it(title, async () => {
        const outputs = await run(batches, (stream) => stream.reduceByKeyAndWindow(add, subtract, window, slide));
        expect(asSets(outputs)).to.deep.equal(expected);
      });
    }

    it('key removed, as Spark: it stays with 0', async () => {
      const batches: Batches<Count> = [[['a', 1]], [], []];
      const outputs = await run(batches, (stream) => stream.reduceByKeyAndWindow(add, subtract, 2000, 1000), SPARK);
      expect(outputs).to.deep.equal([[['a', 1]], [['a', 1]], [['a', 0]]]);
    });

    it('big test, as Spark: keys stay with 0', async () => {
      const outputs = await run(big, (stream) => stream.reduceByKeyAndWindow(add, subtract, 2000, 1000), SPARK);
      expect(asSets(outputs)).to.deep.equal(bigInverse);
    });

    for (const [title, options] of [['', {}], [', as Spark', SPARK]] as const) {
      it(`with inverse and filter functions - big test${title}`, async () => {
        const present = ([, count]: Count): boolean => count !== 0;
        const filter = { filter: present };
        const named = await run(big, (stream) => stream.reduceByKeyAndWindow(add, subtract, 2000, 1000, filter), options);
        expect(asSets(named)).to.deep.equal(bigGrouped);
        const asScala = await run(big, (stream) => stream.reduceByKeyAndWindow(add, subtract, 2000, 1000, 4, present), options);
        expect(asSets(asScala)).to.deep.equal(bigGrouped);
      });
    }

    it('the same with a checkpoint directory', async () => {
      const directory = { checkpointDirectory: 'checkpoints' };
      const outputs = await run(big, (stream) => stream.reduceByKeyAndWindow(add, subtract, 2000, 1000), directory);
      expect(asSets(outputs)).to.deep.equal(bigGrouped);
    });

    it('slide longer than the window: only the window counts', async () => {
      const outputs = await run(big, (stream) => stream.reduceByKeyAndWindow(add, subtract, 1000, 3000));
      expect(asSets(outputs)).to.deep.equal([[['a', 1], ['b', 1], ['c', 1]], [], [['a', 1], ['b', 1], ['c', 1]], []]);
    });
  });

  it('groupByKeyAndWindow', async () => {
    const outputs = await run(big, (stream) => stream.groupByKeyAndWindow(2000, 1000));
    const ones = bigGrouped.map((batch) =>
      batch.map((pair) => {
        const [key, count] = pair as [string, number];
        return [key, Array.from({ length: count }, () => 1)];
      }),
    );
    expect(asSets(outputs)).to.deep.equal(ones);
  });

  it('countByWindow', async () => {
    const batches = [[1], [1], [1, 2], [0], [], []];
    const outputs = await run(batches, (stream) => stream.countByWindow(2000, 1000), { numBatches: 7 });
    expect(outputs).to.deep.equal([[1], [2], [3], [3], [1], [0], [0]]);
  });

  it('countByWindow before anything came: an empty RDD', async () => {
    const outputs = await run<number, number>([[], [], [1]], (stream) => stream.countByWindow(2000, 1000));
    expect(outputs).to.deep.equal([[], [], [1]]);
  });

  it('countByValueAndWindow: values vanish when they leave', async () => {
    const batches = [['a'], ['b', 'b'], ['a', 'b']];
    const outputs = await run(batches, (stream) => stream.countByValueAndWindow(2000, 1000), { numBatches: 5 });
    expect(asSets(outputs)).to.deep.equal([
      [['a', 1]], [['a', 1], ['b', 2]], [['a', 1], ['b', 3]], [['a', 1], ['b', 1]], [],
    ]);
  });

  describe('reduceByWindow', () => {
    const batches = [[1], [2], [], [], [5]];

    it('without an inverse function: nothing for an empty window', async () => {
      expect(await run(batches, (stream) => stream.reduceByWindow(add, 2000, 1000))).to.deep.equal([[1], [3], [2], [], [5]]);
    });

    it('with an inverse function: nothing for an empty window; as Spark, what the inverse function leaves', async () => {
      const windowed = (stream: DStream<number>): DStream<number> => stream.reduceByWindow(add, subtract, 2000, 1000);
      expect(await run(batches, windowed)).to.deep.equal([[1], [3], [2], [], [5]]);
      expect(await run(batches, windowed, SPARK)).to.deep.equal([[1], [3], [2], [0], [5]]);
    });
  });

  it('windows begin at the epoch; as Spark, at the start of the program', async () => {
    const run3 = async (options: Options): Promise<number[]> => {
      const { ssc, clock } = context(options);
      await clock.advance(1000);
      const times: number[] = [];
      input(ssc, [[1], [2], [3], [4]]).window(2000, 2000).foreachRDD((_rdd, time) => times.push(time));
      await ssc.start();
      await clock.advance(4000);
      await ssc.stop();
      return times;
    };
    // Batches at 2, 3, 4 and 5 s.
    expect(await run3({})).to.deep.equal([2000, 4000]);
    expect(await run3({ compatibility: 'spark' })).to.deep.equal([3000, 5000]);
  });
});
