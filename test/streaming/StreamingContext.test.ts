import { expect } from 'chai';
import {
  IllegalArgumentError, IllegalStateError, ManualClock, Receiver, StreamingContext, type StreamingListener,
} from '../../src/streaming';
import { type Program, program, recorded, rejectionOf } from './program';

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
    expect(outputs).to.deep.equal([[6000, [1]]]);
    expect(ssc.lastCompletedTime).to.equal(6000);
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

    it('waits 10 s for a receiver that does not end, and no longer', async () => {
      const { ssc, clock } = program();
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
      expect(clock.pendingTimers).to.equal(0);
    });

    it('leaves what inputs hold to another program when it is a finish', async () => {
      const { ssc, clock } = program();
      const queue = [[1], [2], [3]];
      const outputs = recorded(ssc.queueStream(queue));
      await ssc.start();
      await clock.advance(2000);
      await ssc.finish();
      expect(outputs).to.deep.equal([[1000, [1]], [2000, [2]]]);
      expect(queue).to.deep.equal([[3]]);
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
