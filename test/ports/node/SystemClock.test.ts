import { expect } from 'chai';
import { SystemClock } from '../../../src/ports/node/SystemClock';

/** Long delays are cut into pieces of at most this many ms, the longest that Node's timers take. */
const LONGEST = 2 ** 31 - 1;

/** Replaces the timers of Node while `body` runs; each given delay is written down, and fires when the test says so. */
function withTimers(body: (delays: (number | undefined)[], fire: () => void) => void): void {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const delays: (number | undefined)[] = [];
  let pending: (() => void) | undefined;
  const fake = (action: () => void, delay?: number): number => {
    pending = action;
    return delays.push(delay);
  };
  Object.assign(globalThis, {
    setTimeout: fake,
    clearTimeout: () => {
      pending = undefined;
    },
  });
  try {
    body(delays, () => {
      const action = pending;
      pending = undefined;
      action?.();
    });
  } finally {
    Object.assign(globalThis, real);
  }
}

describe('SystemClock', () => {
  const clock = new SystemClock();

  it('tells the time of the machine, and time that only moves forward', () => {
    const before = Date.now();
    expect(clock.now()).to.be.within(before, before + 1000);
    const first = clock.monotonic();
    expect(clock.monotonic()).to.be.at.least(first);
  });

  it('fires once, after the delay and not within the call', async () => {
    const begun = clock.monotonic();
    let fired = 0;
    await new Promise<void>((resolve) => {
      clock.schedule(20, () => {
        fired++;
        resolve();
      });
      expect(fired).to.equal(0);
    });
    // Node rounds to whole milliseconds.
    expect(clock.monotonic() - begun).to.be.at.least(19);
    expect(fired).to.equal(1);
  });

  it('takes 0 and less as soon as possible, but not within the call', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      clock.schedule(-10, () => {
        order.push('fired');
        resolve();
      });
      order.push('scheduled');
    });
    expect(order).to.deep.equal(['scheduled', 'fired']);
  });

  it('does not fire after it was cancelled', async () => {
    let fired = false;
    const timer = clock.schedule(5, () => {
      fired = true;
    });
    timer.cancel();
    await new Promise((resolve) => setTimeout(resolve, 15));
    timer.cancel();
    expect(fired).to.equal(false);
  });

  it('cuts delays that Node would fire at once into pieces', () => {
    withTimers((delays, fire) => {
      let fired = 0;
      clock.schedule(2 * LONGEST + 5, () => fired++);
      fire();
      fire();
      expect(fired).to.equal(0);
      fire();
      expect(fired).to.equal(1);
      expect(delays).to.deep.equal([LONGEST, LONGEST, 5]);
    });
  });

  it('can cancel a long delay in any of its pieces', () => {
    withTimers((delays, fire) => {
      let fired = 0;
      const timer = clock.schedule(LONGEST + 10, () => fired++);
      fire();
      timer.cancel();
      fire();
      expect(fired).to.equal(0);
      expect(delays).to.deep.equal([LONGEST, 10]);
    });
  });
});
