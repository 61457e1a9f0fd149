import { expect } from 'chai';
import {
  IllegalArgumentError, IllegalStateError, ManualClock, Receiver, StreamingContext, StreamingError, UnsupportedOperationError,
} from '../../../src/streaming';
import { collected, context, errorOf, input, quietly } from './harness';

/** A context with one output over these batches. */
function small(batches: number[][] = [[1], [2], [3]]): ReturnType<typeof context> & { outputs: number[][] } {
  const made = context();
  return { ...made, outputs: collected(made.ssc.queueStream(batches)) };
}

describe('Spark: StreamingContextSuite', () => {
  it('start and stop state check', async () => {
    const { ssc } = small();
    expect(ssc.getState()).to.equal('INITIALIZED');
    await ssc.start();
    expect(ssc.getState()).to.equal('ACTIVE');
    await ssc.stop();
    expect(ssc.getState()).to.equal('STOPPED');
    expect((await errorOf(() => ssc.start())).name).to.equal('IllegalStateError');
  });

  it('start with no output operation: an error, and the context is stopped', async () => {
    const { ssc } = context();
    ssc.queueStream([[1]]).map((n) => n);
    const error = await errorOf(() => ssc.start());
    expect(error).to.be.instanceOf(IllegalArgumentError);
    expect(error.message).to.match(/^No output operations registered, so nothing to execute/);
    expect(ssc.getState()).to.equal('STOPPED');
  });

  it('start failure stops what had begun', async () => {
    const { ssc, clock } = context();
    let stopped = 0;
    class Good extends Receiver<number> {
      override onStart(): void {
        // Waits for nothing.
      }

      override onStop(): void {
        stopped++;
      }
    }
    ssc.receiverStream(new Good()).foreachRDD(() => undefined);
    ssc.queueStream([[1]]).map((n) => n).checkpoint(1500).foreachRDD(() => undefined);
    expect(await errorOf(() => ssc.start())).to.be.instanceOf(IllegalArgumentError);
    expect(ssc.getState()).to.equal('STOPPED');
    expect(clock.pendingTimers).to.equal(0);
    expect(stopped).to.equal(0);
    await ssc.awaitTermination();
  });

  it('start multiple times: the second only warns', async () => {
    const { ssc, clock, outputs } = small();
    await ssc.start();
    const lines = await quietly(() => ssc.start());
    expect(lines).to.have.lengthOf(1);
    await clock.advance(3000);
    expect(outputs).to.deep.equal([[1], [2], [3]]);
    expect(ssc.getState()).to.equal('ACTIVE');
    await ssc.stop();
  });

  it('stop multiple times', async () => {
    const { ssc } = small();
    await ssc.start();
    await ssc.stop();
    await ssc.stop();
    expect(ssc.getState()).to.equal('STOPPED');
  });

  it('stop before start: stopped, and cannot be started', async () => {
    const { ssc } = small();
    await ssc.stop();
    expect(ssc.getState()).to.equal('STOPPED');
    expect(await errorOf(() => ssc.start())).to.be.instanceOf(IllegalStateError);
  });

  it('start after stop', async () => {
    const { ssc } = small();
    await ssc.start();
    await ssc.stop();
    expect(await errorOf(() => ssc.start())).to.be.instanceOf(IllegalStateError);
  });

  it('a second context beside the first is allowed: several graphs run side by side', async () => {
    const first = small();
    const second = small();
    await first.ssc.start();
    await second.ssc.start();
    await Promise.all([first.clock.advance(1000), second.clock.advance(2000)]);
    await Promise.all([first.ssc.stop(), second.ssc.stop()]);
    expect(first.outputs).to.deep.equal([[1]]);
    expect(second.outputs).to.deep.equal([[1], [2]]);
  });

  for (const call of ['stop(true, true)', 'stop({ gracefully: true })']) {
    it(`${call} processes everything received before`, async () => {
      const { ssc, clock } = context();
      class Counting extends Receiver<number> {
        running = false;
        next = 0;

        override onStart(): void {
          this.running = true;
          this.bring();
        }

        bring(): void {
          if (!this.running) return;
          this.store(this.next++);
          clock.schedule(10, () => {
            this.bring();
          });
        }

        override onStop(): void {
          this.running = false;
        }
      }
      const receiver = new Counting();
      const outputs = collected(ssc.receiverStream(receiver));
      await ssc.start();
      await clock.advance(2500);
      await (call === 'stop(true, true)' ? ssc.stop(true, true) : ssc.stop({ gracefully: true }));
      expect(receiver.next).to.be.greaterThan(200);
      expect(outputs.flat()).to.deep.equal(Array.from({ length: receiver.next }, (_, n) => n));
    });
  }

  it('stop gracefully waits for a slow receiver, whose last records are still processed', async () => {
    const { ssc, clock } = context({ gracefulStopTimeout: 20_000 });
    class Slow extends Receiver<number> {
      override onStart(): void {
        this.store(1);
      }

      override async onStop(): Promise<void> {
        await clock.sleep(5000);
        this.store(2);
      }
    }
    const outputs = collected(ssc.receiverStream(new Slow()));
    await ssc.start();
    const stopping = ssc.stop(false, true);
    await clock.advance(5000);
    await stopping;
    expect(outputs.flat()).to.deep.equal([1, 2]);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('graceful stop makes no errors of job generation', async () => {
    const { ssc, clock, outputs } = small(Array.from({ length: 20 }, (_, n) => [n]));
    await ssc.start();
    await clock.advance(500);
    await ssc.stop(true, true);
    await ssc.awaitTermination();
    expect(outputs.flat()).to.have.lengthOf(20);
  });

  it('awaitTermination', async () => {
    const { ssc, clock } = small();
    await ssc.start();
    let ended = false;
    const waiting = ssc.awaitTermination().then(() => (ended = true));
    await clock.advance(2000);
    expect(ended).to.equal(false);
    expect(await Promise.all([ssc.awaitTerminationOrTimeout(500), clock.advance(500)])).to.deep.equal([false, undefined]);
    await ssc.stop();
    await waiting;
    expect(ended).to.equal(true);
    expect(await ssc.awaitTerminationOrTimeout(10_000)).to.equal(true);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('awaitTermination after stop returns at once', async () => {
    const { ssc } = small();
    await ssc.start();
    await ssc.stop();
    await ssc.awaitTermination();
    expect(await ssc.awaitTerminationOrTimeout(1)).to.equal(true);
  });

  it('awaitTermination with an error in a task: thrown, with its message; batches go on', async () => {
    const { ssc, clock } = context();
    const outputs = collected(
      input(ssc, [[1], [2], [3]]).map((n) => {
        if (n === 2) throw new TypeError('special exception');
        return n;
      }),
    );
    await quietly(async () => {
      await ssc.start();
      await clock.advance(3000);
      const error = await errorOf(() => ssc.awaitTermination());
      expect(error).to.be.instanceOf(TypeError);
      expect(error.message).to.equal('special exception');
      expect((await errorOf(() => ssc.awaitTerminationOrTimeout(1000))).message).to.equal('special exception');
      expect(ssc.getState()).to.equal('ACTIVE');
      await ssc.stop();
    });
    expect(outputs).to.deep.equal([[1], [3]]);
  });

  it('awaitTermination with an error in job generation', async () => {
    const { ssc, clock } = context();
    const outputs = collected(
      input(ssc, [[1], [2]]).transform((rdd, time) => {
        if (time === 1000) throw new TypeError('special exception');
        return rdd;
      }),
    );
    await quietly(async () => {
      await ssc.start();
      await clock.advance(2000);
      expect((await errorOf(() => ssc.awaitTermination())).message).to.equal('special exception');
      await ssc.stop();
    });
    expect(outputs).to.deep.equal([[2]]);
  });

  for (const moment of ['starting', 'stopping']) {
    it(`inputs, transformations and outputs after ${moment}`, async () => {
      const { ssc } = context();
      const stream = ssc.queueStream([[1]]);
      const pairs = stream.map((n) => [n, n]);
      pairs.foreachRDD(() => undefined);
      await ssc.start();
      if (moment === 'stopping') await ssc.stop();
      const calls: Record<string, () => unknown> = {
        queueStream: () => ssc.queueStream([[1]]),
        socketTextStream: () => ssc.socketTextStream('127.0.0.1', 1),
        map: () => stream.map((n) => n),
        window: () => stream.window(1000),
        reduceByKeyAndWindow: () => pairs.reduceByKeyAndWindow((a, b) => a + b, (a, b) => a - b, 1000),
        join: () => pairs.join(pairs),
        updateStateByKey: () => pairs.updateStateByKey(() => 1),
        'ssc.union': () => ssc.union([stream]),
        'ssc.transform': () => ssc.transform([stream], (rdds) => rdds[0]),
        foreachRDD: () => { stream.foreachRDD(() => undefined); },
        print: () => { stream.print(); },
        saveAsTextFiles: () => { stream.saveAsTextFiles('nothing'); },
      };
      for (const [name, call] of Object.entries(calls)) expect(call, name).to.throw(IllegalStateError, `after ${moment}`);
      await ssc.stop();
    });
  }

  it('persist and checkpoint after the start', async () => {
    const { ssc } = context();
    const stream = ssc.queueStream([[1]]);
    stream.foreachRDD(() => undefined);
    await ssc.start();
    expect(() => stream.persist()).to.throw(UnsupportedOperationError);
    expect(() => stream.cache()).to.throw(UnsupportedOperationError);
    expect(() => stream.checkpoint(1000)).to.throw(UnsupportedOperationError);
    await ssc.stop();
  });

  it('remember twice', () => {
    const { ssc } = context();
    ssc.remember(1000);
    expect(() => { ssc.remember(1000); }).to.throw(IllegalArgumentError);
  });

  it('a state without a checkpoint directory, as Spark', async () => {
    const { ssc } = context({ compatibility: 'spark' });
    ssc.queueStream([['a']]).map((word) => [word, 1]).updateStateByKey((values) => values.length).foreachRDD(() => undefined);
    const error = await errorOf(() => ssc.start());
    expect(error).to.be.instanceOf(IllegalArgumentError);
    expect(error.message).to.match(/^The checkpoint directory has not been set/);
  });

  it('stop from a listener is refused', async () => {
    const { ssc, clock } = small();
    const errors: unknown[] = [];
    ssc.addStreamingListener({
      onBatchCompleted: () => {
        void ssc.stop().catch((thrown: unknown) => errors.push(thrown));
      },
    });
    await ssc.start();
    await clock.advance(1000);
    expect(errors[0]).to.be.instanceOf(StreamingError);
    await ssc.stop();
  });

  it('batch times are multiples of the interval since the epoch, and missed ones come one by one', async () => {
    const clock = new ManualClock(12_345);
    const ssc = new StreamingContext({ batchInterval: 1000, clock });
    const times: number[] = [];
    ssc.queueStream([[1]]).foreachRDD((_rdd, time) => times.push(time));
    await ssc.start();
    await clock.advance(700);
    await clock.advance(3000);
    await ssc.stop();
    expect(times).to.deep.equal([13_000, 14_000, 15_000, 16_000]);
  });
});
