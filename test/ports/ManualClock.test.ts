import { expect } from 'chai';
import { ManualClock } from '../../src/ports/ManualClock';
import { rejectionOf } from '../streaming/program';

describe('ManualClock', () => {
  it('stands still until it is moved', async () => {
    const clock = new ManualClock(5000);
    expect([clock.now(), clock.monotonic()]).to.deep.equal([5000, 5000]);
    await clock.advance(250);
    expect([clock.now(), clock.monotonic()]).to.deep.equal([5250, 5250]);
    expect(new ManualClock().now()).to.equal(0);
  });

  it('fires timers in the order of their times, then of their making, each at its own time', async () => {
    const clock = new ManualClock();
    const fired: [string, number][] = [];
    const note = (name: string) => () => fired.push([name, clock.now()]);
    clock.schedule(300, note('c'));
    clock.schedule(100, note('a'));
    clock.schedule(300, note('d'));
    clock.schedule(200, note('b'));
    clock.schedule(301, note('e'));
    await clock.advance(300);
    expect(fired).to.deep.equal([['a', 100], ['b', 200], ['c', 300], ['d', 300]]);
    expect(clock.pendingTimers).to.equal(1);
  });

  it('fires timers that timers make, and takes a delay of 0 or less as at once, but not before the call returns', async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    const again = (): void => {
      fired.push(clock.now());
      if (fired.length < 3) clock.schedule(100, again);
    };
    clock.schedule(-5, again);
    expect(fired).to.deep.equal([]);
    await clock.advance(0);
    expect(fired).to.deep.equal([0]);
    await clock.advance(1000);
    expect(fired).to.deep.equal([0, 100, 200]);
  });

  it('does not fire what was cancelled; cancelling late is harmless', async () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    const first = clock.schedule(10, () => {
      fired.push('first');
      second.cancel();
    });
    const second = clock.schedule(10, () => fired.push('second'));
    await clock.advance(20);
    first.cancel();
    expect(fired).to.deep.equal(['first']);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('waits for tracked work, however many turns it takes, also when it fails', async () => {
    const clock = new ManualClock();
    let ended = 0;
    const work = async (fails: boolean): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      ended++;
      if (fails) throw new Error('tracked');
    };
    for (const fails of [false, true]) {
      clock.schedule(100, () => {
        clock.track(work(fails));
      });
    }
    await clock.advance(100);
    expect(ended).to.equal(2);
  });

  it('does not move on before the work that a timer set off has settled', async () => {
    const clock = new ManualClock();
    const seen: number[] = [];
    clock.schedule(100, () => {
      clock.track(
        new Promise<void>((resolve) => {
          setImmediate(() => {
            seen.push(clock.now());
            resolve();
          });
        }),
      );
    });
    clock.schedule(200, () => seen.push(clock.now()));
    await clock.advance(1000);
    expect(seen).to.deep.equal([100, 200]);
  });

  it('lets work sleep without being held up by it', async () => {
    const clock = new ManualClock();
    const seen: number[] = [];
    const work = async (): Promise<void> => {
      await clock.sleep(1500);
      seen.push(clock.now());
      await clock.sleep(500);
      seen.push(clock.now());
    };
    clock.track(work());
    await clock.advance(1000);
    expect(seen).to.deep.equal([]);
    await clock.advance(500);
    expect(seen).to.deep.equal([1500]);
    await clock.advance(5000);
    expect(seen).to.deep.equal([1500, 2000]);
  });

  it('does not go back when it is moved twice at once', async () => {
    const clock = new ManualClock();
    await Promise.all([clock.advance(1000), clock.advance(400)]);
    expect(clock.now()).to.equal(1000);
  });

  for (const duration of [-1, NaN]) {
    it(`cannot be moved by ${String(duration)}`, async () => {
      const failure = await rejectionOf(new ManualClock().advance(duration));
      expect(failure).to.be.instanceOf(RangeError);
      expect(failure.message).to.contain(String(duration));
    });
  }
});
