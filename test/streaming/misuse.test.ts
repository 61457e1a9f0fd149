/**
 * One case for each row of Spark's table of misuse (spark-semantics, section 5) that has a counterpart here: the same kind of
 * error at the same moment. Rows without a case, and why:
 *
 * - "second context active in the process": contexts run side by side here, on purpose.
 * - "stateful or inverse window without checkpoint directory": neither needs one here. Stateful streams are refused with
 *   compatibility: 'spark'; inverse windows are not, on purpose.
 * - "checkpointing with a closure that cannot be serialised", "DStream used inside a closure shipped to tasks": functions are not
 *   serialised here.
 * - "recover a queueStream", "unreadable checkpoint": in recovery/recovery.test.ts and recovery/getOrCreate.test.ts;
 * - "changed classes in a checkpoint": a checkpoint has plain data only; "receiver WAL without checkpoint directory": there is no
 *   switch, the log comes with the directory.
 * - "unknown estimator": there is one, and no option to choose another.
 * - "local or local[1] master with receivers", "dynamic allocation ...": there are no masters and no executors.
 * - "batch duration set twice": it is an argument of the only constructor, and cannot be.
 * - Rows that begin with "Structured": structured streaming is another API.
 */
import { expect } from 'chai';
import {
  type DStream, IllegalArgumentError, IllegalStateError, ManualClock, NoSuchElementError, type Pair, PIDRateEstimator, Receiver,
  type State, StateSpec, StreamingContext, StreamingError, type StreamingContextOptions, UnsupportedOperationError,
} from '../../src/streaming';
import { program, type Program, recorded, rejectionOf } from './program';

type Numbers = DStream<number>;
type Pairs = DStream<Pair<string, number>>;

class Idle extends Receiver<number> {
  onStart(): void {
    // Nothing comes.
  }

  onStop(): void {
    // Nothing is open.
  }
}

const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;

function pairsOf(ssc: Program['ssc']): Pairs {
  return ssc.queueStream<Pair<string, number>>([[['a', 1]]]);
}

/** A program that runs, over one stream. */
async function running(): Promise<Program & { numbers: Numbers }> {
  const parts = program();
  const numbers = parts.ssc.queueStream([[1], [2]]);
  recorded(numbers);
  await parts.ssc.start();
  return { ...parts, numbers };
}

/** What awaitTermination is rejected with after the first batches of a program. */
async function failureOf(build: (ssc: Program['ssc']) => DStream<unknown>): Promise<Error> {
  const { ssc, clock } = program();
  recorded(build(ssc));
  await ssc.start();
  const failure = rejectionOf(ssc.awaitTermination());
  await clock.advance(2000);
  await ssc.stop();
  return failure;
}

describe('misuse', () => {
  describe('window or slide not a multiple of the parent\'s slide: when the operator is created', () => {
    const operators: Record<string, (numbers: Numbers, pairs: Pairs, window: number, slide: number) => unknown> = {
      window: (numbers, _, window, slide) => numbers.window(window, slide),
      reduceByWindow: (numbers, _, window, slide) => numbers.reduceByWindow(add, window, slide),
      'reduceByWindow with inverse': (numbers, _, window, slide) => numbers.reduceByWindow(add, subtract, window, slide),
      countByWindow: (numbers, _, window, slide) => numbers.countByWindow(window, slide),
      countByValueAndWindow: (numbers, _, window, slide) => numbers.countByValueAndWindow(window, slide),
      groupByKeyAndWindow: (_, pairs, window, slide) => pairs.groupByKeyAndWindow(window, slide),
      reduceByKeyAndWindow: (_, pairs, window, slide) => pairs.reduceByKeyAndWindow(add, window, slide),
      'reduceByKeyAndWindow with inverse': (_, pairs, window, slide) => pairs.reduceByKeyAndWindow(add, subtract, window, slide),
    };
    for (const [name, create] of Object.entries(operators)) {
      it(name, () => {
        const { ssc } = program();
        const [numbers, pairs] = [ssc.queueStream([[1]]), pairsOf(ssc)];
        const core = 'must be a multiple of the slide duration of the parent stream';
        expect(() => create(numbers, pairs, 2500, 1000)).to.throw(IllegalArgumentError, `The window duration of 2500 ms ${core}`);
        expect(() => create(numbers, pairs, 2000, 1500)).to.throw(IllegalArgumentError, `The slide duration of 1500 ms ${core}`);
        expect(() => create(numbers, pairs, 2500, 1000)).to.throw('use 2000 or 3000 ms');
        for (const wrong of [0, -1000, NaN, 1000.5]) expect(() => create(numbers, pairs, wrong, 1000)).to.throw(IllegalArgumentError);
      });
    }

    it('of a window on a window, whose slide counts', () => {
      const twice = program().ssc.queueStream([[1]]).window(4000, 2000);
      expect(() => twice.window(3000, 2000)).to.throw(IllegalArgumentError, 'which is 2000 ms');
    });
  });

  describe('union or transform over different slides or contexts, or an empty list: when it is created', () => {
    const operators: Record<string, (first: Numbers, second: Numbers) => unknown> = {
      union: (first, second) => first.union(second),
      'union of the context': (first, second) => first.context.union([first, second]),
      transformWith: (first, second) => first.transformWith(second, (rdd) => rdd),
      'transform of the context': (first, second) => first.context.transform([first, second], ([rdd]) => rdd),
      join: (first, second) => first.map((n) => [n, n]).join(second.map((n) => [n, n])),
      cogroup: (first, second) => first.map((n) => [n, n]).cogroup(second.map((n) => [n, n])),
    };
    for (const [name, create] of Object.entries(operators)) {
      it(name, () => {
        const { ssc } = program();
        const numbers = ssc.queueStream([[1]]);
        expect(() => create(numbers, numbers.window(2000, 2000))).to.throw(IllegalArgumentError, /1000 ms and 2000 ms/u);
        expect(() => create(numbers, program().ssc.queueStream([[1]]))).to.throw(IllegalArgumentError, 'the same StreamingContext');
      });
    }

    it('of nothing', () => {
      const { ssc } = program();
      expect(() => ssc.union([])).to.throw(IllegalArgumentError, 'union needs at least one stream');
      expect(() => ssc.transform([], () => ssc.parallelize([1]))).to.throw(IllegalArgumentError, 'transform needs at least one stream');
    });
  });

  it('start without output operation: refused, and the context is stopped', async () => {
    const { ssc } = program();
    ssc.queueStream([[1]]).map((n) => n);
    const failure = await rejectionOf(ssc.start());
    expect(failure).to.be.instanceOf(IllegalArgumentError);
    expect(failure.message).to.contain('No output operations registered, so nothing to execute');
    expect(ssc.getState()).to.equal('STOPPED');
  });

  describe('input, transformation or output added after start or after stop', () => {
    const additions: Record<string, (ssc: Program['ssc'], numbers: Numbers) => unknown> = {
      queueStream: (ssc) => ssc.queueStream([[1]]),
      receiverStream: (ssc) => ssc.receiverStream(new Idle()),
      map: (_, numbers) => numbers.map((n) => n),
      window: (_, numbers) => numbers.window(2000),
      union: (_, numbers) => numbers.union(numbers),
      transform: (_, numbers) => numbers.transform((rdd) => rdd),
      updateStateByKey: (_, numbers) => numbers.map((n) => [n, n]).updateStateByKey(() => 1),
      foreachRDD: (_, numbers) => {
        numbers.foreachRDD(() => undefined);
      },
      print: (_, numbers) => {
        numbers.print();
      },
    };
    for (const [name, addition] of Object.entries(additions)) {
      it(name, async () => {
        const { ssc, numbers } = await running();
        expect(() => addition(ssc, numbers)).to.throw(IllegalStateError, /after starting the context.*before start/u);
        await ssc.stop();
        expect(() => addition(ssc, numbers)).to.throw(IllegalStateError, /after stopping the context/u);
      });
    }
  });

  it('start twice: a warning, and still ACTIVE; after stop: refused', async () => {
    const { ssc, warnings } = await running();
    await ssc.start();
    expect(warnings).to.deep.equal(['The StreamingContext has already been started.']);
    expect(ssc.getState()).to.equal('ACTIVE');
    await ssc.stop();
    const failure = await rejectionOf(ssc.start());
    expect(failure).to.be.instanceOf(IllegalStateError);
    expect(failure.message).to.contain('make a new one');
  });

  describe('stateful without checkpoint directory: at start, with compatibility: spark', () => {
    const streams: Record<string, (pairs: Pairs) => DStream<unknown>> = {
      updateStateByKey: (pairs) => pairs.updateStateByKey(() => 1),
      mapWithState: (pairs) => pairs.mapWithState(StateSpec.function((key: string) => key)),
    };
    for (const [name, build] of Object.entries(streams)) {
      it(name, async () => {
        const { ssc } = program({ compatibility: 'spark' });
        recorded(build(pairsOf(ssc)));
        const failure = await rejectionOf(ssc.start());
        expect(failure).to.be.instanceOf(IllegalArgumentError);
        expect(failure.message).to.contain('The checkpoint directory has not been set');
        expect(ssc.getState()).to.equal('STOPPED');
        const ours = program();
        recorded(build(pairsOf(ours.ssc)));
        await ours.ssc.start();
        await ours.ssc.stop();
      });
    }
  });

  describe('checkpoint interval < slide, not a multiple, or >= remember: at start', () => {
    for (const [interval, message] of [[500, 'shorter than the slide duration'], [2500, 'multiple']] as const) {
      it(`${String(interval)} ms for a slide of 2,000 ms`, async () => {
        const { ssc } = program({ checkpointDirectory: 'checkpoints' });
        recorded(ssc.queueStream([[1]]).window(4000, 2000).checkpoint(interval));
        const failure = await rejectionOf(ssc.start());
        expect(failure).to.be.instanceOf(IllegalArgumentError);
        expect(failure.message).to.contain(message).and.to.contain(String(interval));
        expect(ssc.getState()).to.equal('STOPPED');
      });
    }
    // ">= remember" cannot come about: a stream that is checkpointed remembers at least twice the interval.
  });

  it('persist or checkpoint interval changed after start', async () => {
    const { ssc, numbers } = await running();
    expect(() => numbers.persist()).to.throw(UnsupportedOperationError, 'call it before start()');
    expect(() => numbers.cache()).to.throw(UnsupportedOperationError, 'call it before start()');
    expect(() => numbers.checkpoint(2000)).to.throw(UnsupportedOperationError, 'call it before start()');
    await ssc.stop();
  });

  describe('transform returns null, or a parent gives no RDD: when jobs are generated, told by awaitTermination', () => {
    for (const nothing of [null, undefined]) {
      it(`transform gives ${String(nothing)}`, async () => {
        const failure = await failureOf((ssc) => ssc.queueStream([[1]]).transform(() => nothing as never));
        expect(failure).to.be.instanceOf(StreamingError);
        expect(failure.message).to.contain(`must return an RDD, and gave ${String(nothing)} at time 1000 ms`);
      });
    }

    const withoutParent: Record<string, (numbers: Numbers, none: Numbers) => DStream<unknown>> = {
      union: (numbers, none) => numbers.union(none),
      transformWith: (numbers, none) => numbers.transformWith(none, (rdd) => rdd),
      join: (numbers, none) => numbers.map((n) => [n, n]).join(none.map((n) => [n, n])),
    };
    for (const [name, build] of Object.entries(withoutParent)) {
      it(`${name} without the RDD of a parent`, async () => {
        const failure = await failureOf((ssc) => build(ssc.queueStream([[1]]), ssc.queueStream<number>([null])));
        expect(failure).to.be.instanceOf(StreamingError);
        expect(failure.message).to.contain("couldn't generate an RDD from a parent stream at time 1000 ms");
      });
    }
  });

  describe('exception in a user function: the job fails, told by awaitTermination', () => {
    const thrown = new TypeError('in user code');
    const fail = (): never => {
      throw thrown;
    };
    const streams: Record<string, (ssc: Program['ssc']) => DStream<unknown>> = {
      map: (ssc) => ssc.queueStream([[1]]).map(fail),
      flatMap: (ssc) => ssc.queueStream([[1]]).flatMap(fail),
      filter: (ssc) => ssc.queueStream([[1]]).filter(fail),
      mapPartitions: (ssc) => ssc.queueStream([[1]]).mapPartitions(fail),
      reduce: (ssc) => ssc.queueStream([[1, 2]]).reduce(fail),
      transform: (ssc) => ssc.queueStream([[1]]).transform(fail),
      updateStateByKey: (ssc) => pairsOf(ssc).updateStateByKey(fail),
      mapWithState: (ssc) => pairsOf(ssc).mapWithState(StateSpec.function(fail)),
    };
    for (const [name, build] of Object.entries(streams)) {
      it(name, async () => {
        expect(await failureOf(build)).to.equal(thrown);
      });
    }

    it('foreachRDD, thrown or rejected', async () => {
      for (const action of [fail, () => Promise.reject(thrown)]) {
        const { ssc, clock } = program();
        ssc.queueStream([[1]]).foreachRDD(action);
        await ssc.start();
        const failure = rejectionOf(ssc.awaitTerminationOrTimeout(5000));
        await clock.advance(1000);
        expect(await failure).to.equal(thrown);
        await ssc.stop();
      }
    });
  });

  it('slice before start', () => {
    expect(() => program().ssc.queueStream([[1]]).slice(0, 1000)).to.throw(StreamingError, /has not been initialized; start/u);
  });

  describe('batch duration null', () => {
    for (const batchInterval of [null, undefined, 0, -1000, 0.5, NaN, '1000']) {
      it(`batchInterval: ${JSON.stringify(batchInterval)}`, () => {
        const options = { batchInterval, clock: new ManualClock() } as unknown as StreamingContextOptions;
        expect(() => new StreamingContext(options)).to.throw(IllegalArgumentError, /batchInterval is .*whole number of milliseconds above 0/u);
      });
    }

    it("compatibility that is not 'spark'", () => {
      const options = { batchInterval: 1000, compatibility: 'flink' } as unknown as StreamingContextOptions;
      expect(() => new StreamingContext(options)).to.throw(IllegalArgumentError, 'compatibility is "flink"');
    });

    for (const options of [null, undefined, 1000]) {
      it(`options: ${String(options)}`, () => {
        expect(() => new StreamingContext(options as unknown as StreamingContextOptions)).to.throw(
          IllegalArgumentError,
          'new StreamingContext({ batchInterval: 1000 })',
        );
      });
    }
  });

  it('remember set twice, or not before start', async () => {
    const { ssc } = program();
    for (const wrong of [0, -1, NaN, 1.5]) expect(() => { ssc.remember(wrong); }).to.throw(IllegalArgumentError, 'remember is');
    ssc.remember(5000);
    expect(() => { ssc.remember(6000); }).to.throw(IllegalArgumentError, /set to 5000 ms already.*only once/u);
    recorded(ssc.queueStream([[1]]));
    await ssc.start();
    expect(() => { ssc.remember(6000); }).to.throw(IllegalStateError, 'before start()');
    await ssc.stop();
    expect(() => { ssc.remember(6000); }).to.throw(IllegalStateError);
  });

  it('an output without a function, a listener that is none', () => {
    const { ssc } = program();
    for (const wrong of [undefined, null, 'print'] as unknown as (() => void)[]) {
      expect(() => { ssc.queueStream([[1]]).foreachRDD(wrong); }).to.throw(IllegalArgumentError, 'foreachRDD needs a function');
    }
    expect(() => { ssc.addStreamingListener(null as never); }).to.throw(IllegalArgumentError, 'must be an object');
  });

  it('blockInterval <= 0', () => {
    for (const blockInterval of [0, -200, NaN]) {
      expect(() => new StreamingContext({ batchInterval: 1000, blockInterval })).to.throw(
        IllegalArgumentError,
        `blockInterval is ${String(blockInterval)}`,
      );
    }
  });

  it('PID parameters negative, minRate <= 0', () => {
    expect(() => new PIDRateEstimator(1000, -1, 0, 0, 1)).to.throw(IllegalArgumentError, 'proportional is -1');
    expect(() => new PIDRateEstimator(1000, 0, -1, 0, 1)).to.throw(IllegalArgumentError, 'integral is -1');
    expect(() => new PIDRateEstimator(1000, 0, 0, -1, 1)).to.throw(IllegalArgumentError, 'derivative is -1');
    expect(() => new PIDRateEstimator(1000, 0, 0, 0, 0)).to.throw(IllegalArgumentError, 'minRate is 0');
    expect(() => new PIDRateEstimator(0, 0, 0, 0, 1)).to.throw(IllegalArgumentError, 'batch interval of a PIDRateEstimator is 0');
    expect(() => new StreamingContext({ batchInterval: 1000, backpressure: { proportional: -1 } })).to.throw(IllegalArgumentError);
  });

  it('stop from a listener callback', async () => {
    const { ssc, clock } = program();
    const answers: Promise<Error>[] = [];
    ssc.addStreamingListener({
      onBatchStarted: () => {
        answers.push(rejectionOf(ssc.stop()));
      },
    });
    recorded(ssc.queueStream([[1]]));
    await ssc.start();
    await clock.advance(1000);
    const failure = await answers[0];
    expect(failure).to.be.instanceOf(StreamingError);
    expect(failure?.message).to.contain('stop was called by a streaming listener').and.to.contain('call it from outside');
    expect(ssc.getState()).to.equal('ACTIVE');
    await ssc.stop();
  });

  describe('State.update or remove after remove or in time-out; State.get when absent', () => {
    type Use = (state: State<number>) => unknown;
    const failing = async (use: Use, timesOut: boolean): Promise<Error> => {
      const { ssc, clock } = program();
      const failures: unknown[] = [];
      const spec = StateSpec.function((_key: string, _value: number | undefined, state: State<number>) => {
        if (state.isTimingOut() !== timesOut) {
          state.update(1);
          return 0;
        }
        try {
          return use(state);
        } catch (thrown) {
          failures.push(thrown);
          throw thrown;
        }
      }).timeout(1000);
      recorded(pairsOf(ssc).mapWithState(spec));
      await ssc.start();
      const failure = rejectionOf(ssc.awaitTermination());
      await clock.advance(5000);
      await ssc.stop();
      expect(await failure).to.equal(failures[0]);
      return failure;
    };
    const removed = (use: Use): Use => (state) => {
      state.update(1);
      state.remove();
      return use(state);
    };
    const cases: readonly [name: string, use: Use, timesOut: boolean, error: new (message: string) => Error][] = [
      ['update after remove', removed((state) => { state.update(2); }), false, IllegalArgumentError],
      ['remove after remove', removed((state) => { state.remove(); }), false, IllegalArgumentError],
      ['update while timing out', (state) => { state.update(2); }, true, IllegalArgumentError],
      ['remove while timing out', (state) => { state.remove(); }, true, IllegalArgumentError],
      ['get without state', (state) => state.get(), false, NoSuchElementError],
    ];
    for (const [name, use, timesOut, error] of cases) {
      it(name, async () => {
        expect(await failing(use, timesOut)).to.be.instanceOf(error);
      });
    }
  });
});
