import { expect } from 'chai';
import {
  type DStream, IllegalArgumentError, IllegalStateError, ManualClock, Receiver, StreamingContext, type StreamingListener,
} from '../../src/streaming';
import { BlockInputDStream } from '../../src/streaming/dstream/BlockInputDStream';
import { ReceiverBuffer } from '../../src/streaming/receiver/ReceiverBuffer';
import { type Program, program, recorded, rejectionOf, waitingIn } from './program';

class Silent extends Receiver<number> {
  onStart(): void {
    // The test stores.
  }

  onStop(): void | Promise<void> {
    // Nothing is open.
  }
}

/** A program that has been started, with one output over [1], [2], [3]. */
async function running(): Promise<Program & { outputs: [number, number[]][] }> {
  const parts = program();
  const outputs = recorded(parts.ssc.queueStream([[1], [2], [3]]));
  await parts.ssc.start();
  return { ...parts, outputs };
}

describe('StreamingContext', () => {
  for (const interval of [0, -1, 0.5, NaN, Infinity]) {
    it(`refuses a batch interval of ${String(interval)}`, () => {
      expect(() => new StreamingContext({ batchInterval: interval, clock: new ManualClock() })).to.throw(
        IllegalArgumentError,
        `batchInterval is ${String(interval)}`,
      );
    });
  }

  it('goes from INITIALIZED to ACTIVE to STOPPED', async () => {
    const { ssc } = program();
    recorded(ssc.queueStream([[1]]));
    expect(ssc.getState()).to.equal('INITIALIZED');
    await ssc.start();
    expect(ssc.getState()).to.equal('ACTIVE');
    await ssc.stop();
    expect(ssc.getState()).to.equal('STOPPED');
  });

  it('has its first batch at the next multiple of the interval, without batches in between', async () => {
    const { ssc, clock } = program({ startAt: 2500 });
    const outputs = recorded(ssc.queueStream([[1], [2]]));
    await ssc.start();
    await clock.advance(1600);
    await ssc.stop();
    expect(outputs).to.deep.equal([[3000, [1]], [4000, [2]]]);
  });

  it('goes on after a given batch time', async () => {
    const { ssc, clock } = program({ startAt: 2500, startAfter: 5000 });
    const outputs = recorded(ssc.queueStream([[1]]).window(4000, 2000));
    await ssc.start();
    await clock.advance(3500);
    await ssc.stop();
    // The clock stands behind that time: time goes on from there, and does not wait until the clock is that late again.
    expect(outputs).to.deep.equal([[6000, [1]], [8000, [1]]]);
    expect(ssc.lastCompletedTime).to.equal(8000);
  });

  describe('start', () => {
    it('a second time only warns', async () => {
      const { ssc, clock, warnings, outputs } = await running();
      await ssc.start();
      expect(ssc.getState()).to.equal('ACTIVE');
      expect(warnings).to.have.length(1);
      await clock.advance(1000);
      expect(outputs).to.deep.equal([[1000, [1]]]);
      await ssc.stop();
    });

    it('without outputs is refused, and the context is stopped', async () => {
      const { ssc, clock } = program();
      ssc.queueStream([[1]]).map((n) => n);
      const failure = await rejectionOf(ssc.start());
      expect(failure).to.be.instanceOf(IllegalArgumentError);
      expect(failure.message).to.contain('No output operations registered, so nothing to execute');
      expect(ssc.getState()).to.equal('STOPPED');
      await ssc.awaitTermination();
      expect(clock.pendingTimers).to.equal(0);
    });

    it('that fails ends what has begun, and is rejected with what was thrown', async () => {
      const { ssc, clock } = program();
      const log: string[] = [];
      class Input extends BlockInputDStream<number> {
        readonly #fails: boolean;

        constructor(fails: boolean) {
          super(ssc, 'test', new ReceiverBuffer<number>());
          this.#fails = fails;
        }

        override start(): void {
          log.push(`start ${String(this.id)} ${ssc.getState()}`);
          if (this.#fails) throw new RangeError('no such port');
        }

        override stop(): Promise<void> {
          log.push(`stop ${String(this.id)}`);
          return Promise.resolve();
        }
      }
      recorded(new Input(false).union(new Input(true)));
      const failure = await rejectionOf(ssc.start());
      expect(failure).to.be.instanceOf(RangeError);
      expect(log).to.deep.equal(['start 0 ACTIVE', 'start 1 ACTIVE', 'stop 0', 'stop 1']);
      expect(ssc.getState()).to.equal('STOPPED');
      expect(clock.pendingTimers).to.equal(0);
      expect(await rejectionOf(ssc.start())).to.be.instanceOf(IllegalStateError);
      await ssc.awaitTermination();
    });

    it('after stop is refused', async () => {
      const { ssc } = await running();
      await ssc.stop();
      expect(await rejectionOf(ssc.start())).to.be.instanceOf(IllegalStateError);
    });
  });

  describe('streams and outputs', () => {
    const additions: Record<string, (ssc: Program['ssc'], stream: ReturnType<Program['ssc']['queueStream']>) => unknown> = {
      'an input': (ssc) => ssc.queueStream([[1]]),
      'a receiver': (ssc) => ssc.receiverStream(new Silent()),
      'a transformation': (_, stream) => stream.map((n) => n),
      'a window': (_, stream) => stream.window(2000),
      'a union': (ssc, stream) => ssc.union([stream, stream]),
      'an output': (_, stream) => {
        stream.foreachRDD(() => undefined);
      },
    };
    for (const [what, add] of Object.entries(additions)) {
      it(`${what} cannot be added after start or stop`, async () => {
        const { ssc, clock } = program();
        const stream = ssc.queueStream<unknown>([[1]]);
        const outputs = recorded(stream);
        await ssc.start();
        expect(() => add(ssc, stream)).to.throw(IllegalStateError, 'after starting');
        await clock.advance(1000);
        await ssc.stop();
        expect(() => add(ssc, stream)).to.throw(IllegalStateError, 'after stopping');
        expect(outputs).to.deep.equal([[1000, [1]]]);
      });
    }
  });

  describe('stop', () => {
    it('twice waits for the first', async () => {
      const { ssc, clock } = await running();
      await clock.advance(1000);
      const first = ssc.stop();
      expect(ssc.stop()).to.equal(first);
      await first;
      await ssc.stop(true, true);
      expect(ssc.getState()).to.equal('STOPPED');
      expect(clock.pendingTimers).to.equal(0);
    });

    it('before start stops for good', async () => {
      const { ssc } = program();
      recorded(ssc.queueStream([[1]]));
      await ssc.stop();
      expect(ssc.getState()).to.equal('STOPPED');
      await ssc.awaitTermination();
      expect(await rejectionOf(ssc.start())).to.be.instanceOf(IllegalStateError);
    });

    it('makes no further batch and leaves no timer', async () => {
      const { ssc, clock, outputs } = await running();
      await clock.advance(1500);
      await ssc.stop();
      expect(clock.pendingTimers).to.equal(0);
      await clock.advance(5000);
      expect(outputs).to.deep.equal([[1000, [1]]]);
    });

    it('from within an output works when it is not awaited there', async () => {
      const { ssc, clock } = program();
      const times: number[] = [];
      ssc.queueStream([[1], [2]]).foreachRDD((_, time) => {
        times.push(time);
        void ssc.stop();
      });
      await ssc.start();
      await clock.advance(3000);
      await ssc.awaitTermination();
      expect(times).to.deep.equal([1000]);
      expect(ssc.getState()).to.equal('STOPPED');
    });

    for (const [name, stop] of Object.entries({
      'by flags': (ssc: Program['ssc']) => ssc.stop(true, true),
      'by name': (ssc: Program['ssc']) => ssc.stop({ gracefully: true }),
    })) {
      it(`gracefully (${name}) processes everything received first`, async () => {
        const { ssc, clock } = program();
        const receiver = new Silent();
        const outputs = recorded(ssc.receiverStream(receiver).union(ssc.queueStream([[10], [20], [30]])));
        await ssc.start();
        await clock.advance(1200);
        receiver.store(1);
        await stop(ssc);
        expect(outputs).to.deep.equal([[1000, [10]], [2000, [1, 20]], [3000, [30]]]);
        expect(clock.pendingTimers).to.equal(0);
      });
    }

    it('gracefully waits for jobs that run and for batches that wait', async () => {
      const { ssc, clock } = program();
      const ended: number[] = [];
      ssc.queueStream([[1], [2]]).foreachRDD(async (_, time) => {
        await clock.sleep(1700);
        ended.push(time);
      });
      await ssc.start();
      await clock.advance(2000);
      const stopping = ssc.stop({ gracefully: true });
      await clock.advance(10_000);
      await stopping;
      expect(ended.slice(0, 2)).to.deep.equal([1000, 2000]);
      expect(ssc.getState()).to.equal('STOPPED');
    });

    for (const gracefully of [false, true]) {
      it(`awaited by an output ${gracefully ? '(gracefully) ' : ''}does not wait for that output`, async () => {
        const clock = new ManualClock();
        // The context of the public face: it knows who calls.
        const ssc = new StreamingContext({ batchInterval: 1000, clock });
        const log: string[] = [];
        ssc.queueStream([[1], [2]]).foreachRDD(async (rdd, time) => {
          const records = await rdd.collect();
          if (time === 1000) await ssc.stop({ gracefully });
          log.push(`${String(time)}: ${records.join()} ${ssc.getState()}`);
        });
        await ssc.start();
        const ended = ssc.awaitTermination();
        await clock.advance(1000);
        await ended;
        expect(ssc.getState()).to.equal('STOPPED');
        const drained = gracefully ? ['2000: 2 ACTIVE'] : [];
        expect(log).to.deep.equal(['1000: 1 ACTIVE', ...drained]);
        expect(clock.pendingTimers).to.equal(0);
      });
    }

    it('awaited by an output of another context waits', async () => {
      const clock = new ManualClock();
      const [first, second] = [1, 2].map(() => new StreamingContext({ batchInterval: 1000, clock }));
      if (first === undefined || second === undefined) return expect.fail();
      recorded(first.queueStream([[1]]));
      let state: string | undefined;
      second.queueStream([[1]], { defaultRDD: null }).foreachRDD(async () => {
        await first.stop();
        state = first.getState();
      });
      await first.start();
      await second.start();
      await clock.advance(1000);
      expect(state).to.equal('STOPPED');
      await second.stop();
    });

    it('waits 10 s for an output that does not end, and says so', async () => {
      const { ssc, clock, warnings } = program();
      ssc.queueStream([[1]]).foreachRDD(() => clock.sleep(1e9));
      await ssc.start();
      await clock.advance(1000);
      const stopping = ssc.stop();
      await clock.advance(9999);
      expect(ssc.getState()).to.equal('ACTIVE');
      await clock.advance(1);
      await stopping;
      expect(ssc.getState()).to.equal('STOPPED');
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.contain('10000 ms').and.to.contain('an output of the batch of 1000 ms');
    });

    for (const [given, limit] of [[undefined, 10_000], [3000, 3000]] as const) {
      it(`gracefully gives up after ${String(limit)} ms, and says what it gave up`, async () => {
        const { ssc, clock, warnings } = program(given === undefined ? {} : { gracefulStopTimeout: given });
        const times: number[] = [];
        ssc.queueStream([[1], [2], [3]]).foreachRDD(async (_, time) => {
          times.push(time);
          await clock.sleep(100_000);
        });
        await ssc.start();
        await clock.advance(2000);
        const stopping = ssc.stop({ gracefully: true });
        await clock.advance(limit - 1);
        expect(ssc.getState()).to.equal('ACTIVE');
        await clock.advance(1);
        await stopping;
        expect(ssc.getState()).to.equal('STOPPED');
        expect(warnings).to.have.length(1);
        expect(warnings[0]).to.match(new RegExp(`given up after ${String(limit)} ms: 3 batches .* batch of 1000 ms.*gracefulStopTimeout`, 'u'));
        await clock.advance(1_000_000);
        expect(times).to.deep.equal([1000]);
      });
    }

    it('gracefully takes nothing that comes later, and makes no batch after a receiver that ended too late', async () => {
      const { ssc, clock, warnings } = program({ gracefulStopTimeout: 500 });
      const receiver = new (class extends Silent {
        override onStop(): Promise<void> {
          return clock.sleep(2000);
        }
      })();
      const outputs = recorded(ssc.receiverStream(receiver));
      await ssc.start();
      await clock.advance(1000);
      const stopping = ssc.stop({ gracefully: true });
      await clock.advance(500);
      await stopping;
      expect(warnings[0]).to.contain('the input 0 (');
      await clock.advance(5000);
      expect(() => {
        receiver.store(1);
      }).to.throw(IllegalStateError, 'had been stopped');
      expect(outputs).to.deep.equal([[1000, []]]);
      expect(clock.pendingTimers).to.equal(0);
    });

    it('waits 10 s for a receiver that does not end, and no longer', async () => {
      const { ssc, clock, warnings } = program();
      class Hanging extends Silent {
        override onStop(): Promise<void> {
          return new Promise(() => undefined);
        }
      }
      recorded(ssc.receiverStream(new Hanging()));
      await ssc.start();
      const stopping = ssc.stop();
      await clock.advance(9999);
      expect(ssc.getState()).to.equal('ACTIVE');
      await clock.advance(1);
      await stopping;
      expect(ssc.getState()).to.equal('STOPPED');
      expect(warnings[0]).to.contain('the input 0 (Hanging)');
      expect(clock.pendingTimers).to.equal(0);
    });

    it('leaves what inputs hold to another program when it is a finish', async () => {
      const { ssc, clock } = program();
      const queue = ssc.queueStream([[1], [2], [3]]);
      const outputs = recorded(queue);
      await ssc.start();
      await clock.advance(2000);
      await ssc.finish();
      expect(outputs).to.deep.equal([[1000, [1]], [2000, [2]]]);
      expect(waitingIn(queue)).to.deep.equal([[3]]);
      expect(ssc.lastCompletedTime).to.equal(2000);
    });
  });

  describe('awaitTermination', () => {
    it('ends with the context', async () => {
      const { ssc, clock } = await running();
      let ended = false;
      const waiting = ssc.awaitTermination().then(() => {
        ended = true;
      });
      await clock.advance(5000);
      expect(ended).to.equal(false);
      await ssc.stop();
      await waiting;
    });

    it('is rejected as soon as there is an error', async () => {
      const { ssc, clock } = program();
      ssc.queueStream([[1]]).foreachRDD(() => Promise.reject(new Error('sink is down')));
      await ssc.start();
      const waiting = rejectionOf(ssc.awaitTermination());
      await clock.advance(1000);
      expect((await waiting).message).to.equal('sink is down');
      await ssc.stop();
    });

    it('gives true when the context stopped in time and false when not, and leaves no timer', async () => {
      const { ssc, clock } = await running();
      const early = ssc.awaitTerminationOrTimeout(2500);
      const late = ssc.awaitTerminationOrTimeout(5000);
      await clock.advance(2500);
      expect(await early).to.equal(false);
      await ssc.stop();
      expect(await late).to.equal(true);
      expect(await ssc.awaitTerminationOrTimeout(0)).to.equal(true);
      expect(clock.pendingTimers).to.equal(0);
    });
  });

  describe('remember', () => {
    it('has every stream keep its RDDs for longer', async () => {
      const { ssc, clock } = program();
      ssc.remember(4000);
      const numbers = ssc.queueStream([[1], [2], [3], [4], [5], [6]]);
      const doubled = numbers.map((n) => 2 * n);
      recorded(doubled.window(2000));
      await ssc.start();
      await clock.advance(6000);
      const times = [1000, 2000, 3000, 6000];
      const kept = async (stream: DStream<number>): Promise<number[][]> =>
        Promise.all(times.map(async (time) => (await stream.slice(time, time)[0]?.collect()) ?? []));
      // A window asks its parents for 2,000 ms more. What is not there any more is computed again, from an empty batch.
      expect(await kept(doubled)).to.deep.equal([[2], [4], [6], [12]]);
      await clock.advance(1000);
      expect(await kept(doubled)).to.deep.equal([[], [4], [6], [12]]);
      await ssc.stop();
    });
  });

  describe('a failed batch', () => {
    it('does not end the program, unless that is wanted: then nothing is begun after it, and what waits goes back', async () => {
      for (const onBatchFailure of ['continue', 'stop'] as const) {
        const { ssc, clock } = program({ onBatchFailure });
        const queue = ssc.queueStream([[1], [2], [3], [4]]);
        const outputs = recorded(queue.map((n) => {
          if (n === 2) throw new Error('two');
          return n;
        }));
        await ssc.start();
        await clock.advance(3000);
        expect((await rejectionOf(ssc.awaitTermination())).message).to.equal('two');
        expect(ssc.getState()).to.equal(onBatchFailure === 'stop' ? 'STOPPED' : 'ACTIVE');
        expect(outputs).to.deep.equal(onBatchFailure === 'stop' ? [[1000, [1]]] : [[1000, [1]], [3000, [3]]]);
        expect(waitingIn(queue)).to.deep.equal(onBatchFailure === 'stop' ? [[3], [4]] : [[4]]);
        await ssc.stop();
        expect(clock.pendingTimers).to.equal(0);
      }
    });

    it('that makes the program stop gives back the batches that waited for it', async () => {
      const { ssc, clock } = program({ onBatchFailure: 'stop' });
      const queue = ssc.queueStream([[1], [2], [3], [4]]);
      queue.foreachRDD(async () => {
        await clock.sleep(2500);
        throw new Error('slow and wrong');
      });
      await ssc.start();
      await clock.advance(5000);
      expect(ssc.getState()).to.equal('STOPPED');
      expect(waitingIn(queue)).to.deep.equal([[2], [3], [4]]);
    });
  });

  it('restarts receivers after the delay it is given', async () => {
    const { ssc, clock } = program({ receiverRestartDelay: 300 });
    const starts: number[] = [];
    const receiver = new (class extends Silent {
      override onStart(): void {
        starts.push(clock.now());
      }
    })();
    recorded(ssc.receiverStream(receiver));
    await ssc.start();
    receiver.restart('again');
    await clock.advance(1000);
    await ssc.stop();
    expect(starts).to.deep.equal([0, 300]);
  });

  it('shares a clock with another one: each has its own grid, errors and end', async () => {
    const clock = new ManualClock(0);
    const first = program({ clock });
    const second = program({ clock, batchInterval: 1500 });
    const events: [string, number][] = [];
    const listener = (name: string): StreamingListener => ({
      onBatchCompleted: ({ batchInfo }) => events.push([name, batchInfo.batchTime]),
    });
    first.ssc.addStreamingListener(listener('first'));
    second.ssc.addStreamingListener(listener('second'));
    recorded(first.ssc.queueStream([[1]]));
    second.ssc.queueStream([[1]]).foreachRDD(() => Promise.reject(new Error('second')));
    await first.ssc.start();
    await second.ssc.start();
    await clock.advance(3000);
    await first.ssc.stop();
    expect(first.errors).to.deep.equal([]);
    expect(clock.pendingTimers).to.equal(1);
    await clock.advance(1500);
    await second.ssc.stop();
    expect(events).to.deep.equal([
      ['first', 1000], ['second', 1500], ['first', 2000], ['second', 3000], ['first', 3000], ['second', 4500],
    ]);
    await first.ssc.awaitTermination();
    expect((await rejectionOf(second.ssc.awaitTermination())).message).to.equal('second');
    expect(clock.pendingTimers).to.equal(0);
  });

  it('keeps only the RDDs that later batches need', async () => {
    const { ssc, clock } = program();
    const numbers = ssc.queueStream(Array.from({ length: 100 }, (_, n) => [n]));
    const window = numbers.window(3000);
    recorded(window);
    await ssc.start();
    await clock.advance(100_000);
    // The slide of 1,000 ms and the window of 3,000 ms; an RDD computed again for an older time has no records any more.
    const [older, newer] = [numbers.slice(96_000, 96_000), numbers.slice(97_000, 97_000)];
    expect(await older[0]?.collect()).to.deep.equal([]);
    expect(await newer[0]?.collect()).to.deep.equal([96]);
    await ssc.stop();
  });
});
