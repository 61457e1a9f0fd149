import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  type DStream, IllegalArgumentError, ManualClock, type Pair, StreamingContext, StreamingError,
} from '../../../src/streaming';
import { cogrouped, eachBatch, joined, type JoinKind, type KeyedRecord, queued, windowsOf } from '../oracle/batches';
import { outputsOf, program, recorded, rejectionOf, sorted } from '../program';

const KINDS: readonly JoinKind[] = ['join', 'leftOuterJoin', 'rightOuterJoin', 'fullOuterJoin'];

type Keyed<V> = Pair<string, V>;

const LEFT: Keyed<number>[][] = [[['a', 1], ['b', 2], ['a', 3]], [['a', 4]], [], [['c', 5]]];
const RIGHT: Keyed<string>[][] = [[['a', 'x'], ['c', 'y']], [['b', 'z']], [['a', 'w']], [['c', 'v'], ['c', 'u']]];

function run<U>(build: (left: DStream<Keyed<number>>, right: DStream<Keyed<string>>) => DStream<U>): Promise<[number, U[]][]> {
  return outputsOf(5000, (ssc) => build(ssc.queueStream([...LEFT]), ssc.queueStream([...RIGHT])));
}

describe('joins of streams', () => {
  it('cogroup gives every key of either side in the batch, with its values', async () => {
    expect(await run((left, right) => left.cogroup(right))).to.deep.equal([
      [1000, [['a', [[1, 3], ['x']]], ['b', [[2], []]], ['c', [[], ['y']]]]],
      [2000, [['a', [[4], []]], ['b', [[], ['z']]]]],
      [3000, [['a', [[], ['w']]]]],
      [4000, [['c', [[5], ['v', 'u']]]]],
      [5000, []],
    ]);
  });

  it('join gives every pair of values of a key in the same batch, and nothing across batches', async () => {
    expect(await run((left, right) => left.join(right))).to.deep.equal([
      [1000, [['a', [1, 'x']], ['a', [3, 'x']]]], [2000, []], [3000, []], [4000, [['c', [5, 'v']], ['c', [5, 'u']]]], [5000, []],
    ]);
  });

  it('leftOuterJoin, rightOuterJoin and fullOuterJoin have null for the side without the key', async () => {
    const last = [4000, [['c', [5, 'v']], ['c', [5, 'u']]]];
    expect(await run((left, right) => left.leftOuterJoin(right))).to.deep.equal([
      [1000, [['a', [1, 'x']], ['a', [3, 'x']], ['b', [2, null]]]], [2000, [['a', [4, null]]]], [3000, []], last, [5000, []],
    ]);
    expect(await run((left, right) => left.rightOuterJoin(right))).to.deep.equal([
      [1000, [['a', [1, 'x']], ['a', [3, 'x']], ['c', [null, 'y']]]], [2000, [['b', [null, 'z']]]], [3000, [['a', [null, 'w']]]],
      last, [5000, []],
    ]);
    expect(await run((left, right) => left.fullOuterJoin(right))).to.deep.equal([
      [1000, [['a', [1, 'x']], ['a', [3, 'x']], ['b', [2, null]], ['c', [null, 'y']]]],
      [2000, [['a', [4, null]], ['b', [null, 'z']]]], [3000, [['a', [null, 'w']]]], last, [5000, []],
    ]);
  });

  it('join across batches by the same window on both', async () => {
    expect(await run((left, right) => left.window(2000, 2000).join(right.window(2000, 2000)))).to.deep.equal([
      [2000, [['a', [1, 'x']], ['a', [3, 'x']], ['a', [4, 'x']], ['b', [2, 'z']]]],
      [4000, [['c', [5, 'v']], ['c', [5, 'u']]]],
    ]);
  });

  it('a stream with itself', async () => {
    expect(await run((left) => left.join(left))).to.deep.equal([
      [1000, [['a', [1, 1]], ['a', [1, 3]], ['a', [3, 1]], ['a', [3, 3]], ['b', [2, 2]]]],
      [2000, [['a', [4, 4]]]], [3000, []], [4000, [['c', [5, 5]]]], [5000, []],
    ]);
  });

  it('take a number of partitions', async () => {
    for (const kind of ['cogroup', ...KINDS] as const) {
      const { ssc, clock } = program();
      const counts: number[] = [];
      ssc.queueStream([...LEFT])[kind](ssc.queueStream([...RIGHT]), 3).foreachRDD((rdd) => counts.push(rdd.getNumPartitions()));
      await ssc.start();
      await clock.advance(1000);
      await ssc.stop();
      expect(counts, kind).to.deep.equal([3]);
    }
  });

  for (const kind of ['cogroup', ...KINDS] as const) {
    it(`${kind} refuses other slide durations and other contexts, and says its name`, () => {
      const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });
      const left = ssc.queueStream([...LEFT]);
      const slow = ssc.queueStream([...RIGHT]).window(2000, 2000);
      expect(() => left[kind](slow)).to.throw(IllegalArgumentError, new RegExp(`^${kind}: .*1000 ms and 2000 ms`, 'u'));
      expect(() => left[kind](left, 0)).to.throw(IllegalArgumentError, 'number of partitions is 0');
      const other = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() }).queueStream([...RIGHT]);
      expect(() => left[kind](other)).to.throw(IllegalArgumentError, new RegExp(`^${kind}: .*same StreamingContext`, 'u'));
    });

    it(`${kind} fails at a batch where a parent has no RDD, and goes on`, async () => {
      const { ssc, clock } = program();
      const right: (Keyed<string>[] | null)[] = [[['a', 'x']], null, [['a', 'y']]];
      const left = ssc.queueStream<Keyed<number>>([[['a', 1]], [['a', 2]], [['a', 3]]]);
      const times = recorded(left[kind](ssc.queueStream(right)).map(() => 0));
      await ssc.start();
      await clock.advance(3000);
      const failure = await rejectionOf(ssc.awaitTermination());
      expect(failure).to.be.instanceOf(StreamingError);
      expect(failure.message).to.match(new RegExp(`^${kind}: .*2000 ms`, 'u'));
      expect(times).to.deep.equal([[1000, [0]], [3000, [0]]]);
      await ssc.stop();
    });
  }
});

describe('joins of windows against an oracle that computes each from the whole input', () => {
  const record = fc.tuple(fc.constantFrom<unknown>('a', '1', 1, NaN, null, '__proto__'), fc.integer({ min: 0, max: 9 }));
  const batches = fc.array(fc.oneof({ weight: 5, arbitrary: fc.array(record, { maxLength: 3 }) }, { weight: 1, arbitrary: fc.constant(null) }), {
    minLength: 8,
    maxLength: 8,
  });
  const shown = (all: readonly unknown[]): string[] =>
    sorted(all.map((one) => JSON.stringify(one, (_, value: unknown) => (Object.is(value, NaN) ? 'NaN' : value))));

  for (const kind of ['cogroup', ...KINDS] as const) {
    it(kind, async () => {
      await fc.assert(
        fc.asyncProperty(
          batches, batches, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }),
          async (ones, others, leftBatches, rightBatches, slideBatches) => {
            const slide = slideBatches * 1000;
            const rightOf = new Map(windowsOf(queued(others), rightBatches * 1000, slide).map(({ time, records }) => [time, records]));
            const expected = windowsOf(queued(ones), leftBatches * 1000, slide).flatMap(({ time, records }) =>
              eachBatch([{ time, records }], (left: readonly KeyedRecord<unknown, number>[]): readonly unknown[] =>
                kind === 'cogroup' ? cogrouped(left, rightOf.get(time) ?? []) : joined(kind, left, rightOf.get(time) ?? []),
              ),
            );
            for (const numPartitions of [1, 2, 4, 7]) {
              const found = await outputsOf<unknown>(8000, (ssc) =>
                ssc
                  .queueStream([...ones])
                  .repartition(numPartitions)
                  .window(leftBatches * 1000, slide)
                  [kind](ssc.queueStream([...others]).window(rightBatches * 1000, slide), numPartitions),
              );
              expect(found.map(([time, records]) => [time, shown(records)])).to.deep.equal(
                expected.map(({ time, records }) => [time, shown(records)]),
              );
            }
          },
        ),
        { numRuns: 25 },
      );
    });
  }
});
