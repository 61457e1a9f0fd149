import { expect } from 'chai';
import { SystemClock } from '../../src/ports/node/SystemClock';
import { Receiver, StreamingContext } from '../../src/streaming';
import type { ExecutionOptions } from '../../src/streaming/ExecutionOptions';
import { StreamingContext as CoreContext } from '../../src/streaming/StreamingContext';

/** Everything here runs on the machine's own clock: what hangs must not hold up what does not, and nothing may be left behind. */

const INTERVAL = 20;

/** A context on real time that keeps what it has to say to itself: that hangs, and that fails, is wanted here. */
function quiet(options: ExecutionOptions = {}): CoreContext {
  const log = { warn: (): void => undefined, error: (): void => undefined };
  return new CoreContext({ batchInterval: INTERVAL, clock: new SystemClock(), log, ...options });
}

const never = (): Promise<void> => new Promise(() => undefined);

/** Timers, sockets and workers that keep the process alive. */
function resources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => !['Immediate', 'TickObject'].includes(name)).sort();
}

/** What one context has open at the moment, beside what was open before. */
function openedSince(before: readonly string[]): string[] {
  const left = resources();
  for (const name of before) {
    const index = left.indexOf(name);
    if (index >= 0) left.splice(index, 1);
  }
  return left;
}

class Ticking extends Receiver<number> {
  #timer: NodeJS.Timeout | undefined;

  onStart(): void {
    let count = 0;
    this.#timer = setInterval(() => {
      this.store(count++);
    }, 1);
  }

  onStop(): void | Promise<void> {
    clearInterval(this.#timer);
  }
}

class HungAtStart extends Receiver<number> {
  onStart(): Promise<void> {
    return never();
  }

  onStop(): void {
    // It never began.
  }
}

class HungAtStop extends Ticking {
  override onStop(): Promise<void> {
    void super.onStop();
    return never();
  }
}

/** Each gives a context something that hangs or crawls. */
const TROUBLES: Record<string, (ssc: CoreContext) => void> = {
  'an output that never ends': (ssc) => {
    ssc.receiverStream(new Ticking()).foreachRDD(never);
  },
  'an output that is slower than its batches': (ssc) => {
    ssc.receiverStream(new Ticking()).foreachRDD(() => new Promise((resolve) => setTimeout(resolve, 5 * INTERVAL)));
  },
  'an output that always fails': (ssc) => {
    ssc.receiverStream(new Ticking()).foreachRDD(() => Promise.reject(new Error('down')));
  },
  'a receiver that hangs at its start': (ssc) => {
    ssc.receiverStream(new HungAtStart()).foreachRDD(() => undefined);
  },
  'a receiver that hangs at its stop': (ssc) => {
    ssc.receiverStream(new HungAtStop()).foreachRDD(() => undefined);
  },
};

/** Starts a healthy context; resolves when it has had `batches` batches with records, and has stopped. */
async function healthy(batches: number): Promise<number[]> {
  const ssc = new StreamingContext({ batchInterval: INTERVAL });
  const received: number[] = [];
  let enough: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    enough = resolve;
  });
  let seen = 0;
  ssc.receiverStream(new Ticking()).foreachRDD(async (rdd) => {
    const records = await rdd.collect();
    received.push(...records);
    if (records.length > 0 && ++seen === batches) enough();
  });
  await ssc.start();
  await done;
  await ssc.stop({ gracefully: true });
  expect(ssc.getState()).to.equal('STOPPED');
  return received;
}

describe('a context beside others, on real time', () => {
  for (const [name, trouble] of Object.entries(TROUBLES)) {
    it(`goes on beside ${name}`, async () => {
      const ssc = quiet();
      trouble(ssc);
      await ssc.start();
      const received = await healthy(5);
      expect(received).to.deep.equal(received.map((_, index) => index));
      // It may take its ten seconds; nobody waits for it here.
      void ssc.stop();
    });
  }

  it('leaves no timer, socket or worker behind when it has stopped', async () => {
    // What hung above stands still, or is gone after ten seconds; it must not be counted here.
    await new Promise((resolve) => setTimeout(resolve, 10 * INTERVAL));
    const before = resources();
    await healthy(3);
    expect(openedSince(before)).to.deep.equal([]);
  });

  it('leaves nothing behind either when it could not start, or was stopped by its own output', async () => {
    // The time limit of the test itself is set after its first turn.
    await Promise.resolve();
    const before = resources();
    const failing = new StreamingContext({ batchInterval: INTERVAL });
    await failing.start().catch(() => undefined);
    const ssc = new StreamingContext({ batchInterval: INTERVAL, backpressure: true, concurrentJobs: 3 });
    ssc.receiverStream(new Ticking()).window(3 * INTERVAL).foreachRDD(() => ssc.stop());
    await ssc.start();
    await ssc.awaitTermination();
    expect(ssc.getState()).to.equal('STOPPED');
    expect(openedSince(before)).to.deep.equal([]);
  });
});
