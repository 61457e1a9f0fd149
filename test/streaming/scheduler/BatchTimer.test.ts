import { expect } from 'chai';
import * as fc from 'fast-check';
import { BatchTimer } from '../../../src/streaming/scheduler/BatchTimer';
import { StreamingContext } from '../../../src/streaming';
import type { BatchState } from '../../../src/streaming/BatchState';
import { StatefulDStream } from '../../../src/streaming/dstream/StatefulDStream';
import { recorded } from '../program';
import { SettableClock } from './SettableClock';

interface Started {
  readonly clock: SettableClock;
  readonly timer: BatchTimer;
  readonly times: number[];
  readonly asked: [number, number][];
}

/** A timer of 1,000 ms that has been started. */
function started(wall: number, closing: readonly number[] = [], after?: number): Started {
  const clock = new SettableClock(wall);
  const times: number[] = [];
  const asked: [number, number][] = [];
  const timer = new BatchTimer(
    clock,
    1000,
    (time) => {
      times.push(time);
      return false;
    },
    (from, to) => {
      asked.push([from, to]);
      return closing;
    },
  );
  timer.start(timer.firstTime(after));
  return { clock, timer, times, asked };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: (to - from) / 1000 + 1 }, (_, index) => from + index * 1000);

describe('BatchTimer', () => {
  it('fires at the multiples of the interval, the first of them after the start', () => {
    const { clock, times } = started(2500);
    clock.pass(499);
    expect(times).to.deep.equal([]);
    clock.pass(1);
    expect(times).to.deep.equal([3000]);
    clock.pass(2000);
    expect(times).to.deep.equal([3000, 4000, 5000]);
  });

  it('does not fire at the very moment of its start', () => {
    const { clock, times } = started(2000);
    clock.pass(1000);
    expect(times).to.deep.equal([3000]);
  });

  it('begins after a given time, where a program goes on that ran ahead of the clock', () => {
    const { clock, times } = started(2500, [], 7000);
    clock.pass(5499);
    expect(times).to.deep.equal([]);
    clock.pass(1001);
    expect(times).to.deep.equal([8000, 9000]);
  });

  it('goes on after a given time that lies behind the clock, and makes up for the times since then', () => {
    const { clock, times, asked } = started(9300, [], 4000);
    expect(times).to.deep.equal([]);
    clock.pass(0);
    expect(times).to.deep.equal(range(5000, 9000));
    clock.pass(700);
    expect(times.at(-1)).to.equal(10_000);
    expect(asked).to.deep.equal([]);
  });

  it('goes on after a given time that is on another grid, or so long ago that most times become one', () => {
    const { clock, times, asked } = started(62_000, [30_000], 4700);
    clock.pass(0);
    expect(times).to.deep.equal([...range(5000, 14_000), 30_000, 62_000]);
    expect(asked).to.deep.equal([[14_000, 62_000]]);
  });

  it('takes no notice of a wall clock that is set back', () => {
    const { clock, times } = started(100_000);
    clock.pass(1500);
    clock.setWall(-60_000);
    clock.pass(3000);
    expect(times).to.deep.equal([101_000, 102_000, 103_000, 104_000]);
  });

  it('goes on from the batch time it is given where the wall clock has been set back behind it', () => {
    const clock = new SettableClock(100_000);
    const times: number[] = [];
    const timer = new BatchTimer(clock, 1000, (time) => times.push(time) === 0, () => []);
    timer.start(timer.firstTime(3_700_000), 3_700_000);
    expect(timer.now()).to.equal(3_700_000);
    clock.pass(2500);
    expect(times).to.deep.equal([3_701_000, 3_702_000]);
    // Once the wall clock is later than that it counts again.
    clock.setWall(3_700_000);
    clock.pass(500);
    expect(times.at(-1)).to.equal(3_803_000);
    timer.stop();
  });

  it('gives out nothing while no more can be taken, and makes up for it like for a pause', () => {
    const clock = new SettableClock(100_000);
    const times: number[] = [];
    let full = false;
    const timer = new BatchTimer(clock, 1000, (time) => times.push(time) === 0, () => [], () => !full);
    timer.start(timer.firstTime());
    clock.pass(2000);
    full = true;
    clock.pass(60_000);
    expect(times).to.deep.equal([101_000, 102_000]);
    full = false;
    clock.pass(1000);
    expect(times).to.deep.equal([101_000, 102_000, ...range(103_000, 112_000), 163_000]);
    clock.pass(1000);
    expect(times.at(-1)).to.equal(164_000);
    timer.stop();
  });

  it('follows a wall clock that is set forward, and makes up for the times in between', () => {
    const { clock, times } = started(100_000);
    clock.pass(1200);
    clock.setWall(3500);
    // The timer was armed for 800 ms from here; by then the wall clock says 105,500.
    clock.pass(800);
    expect(times).to.deep.equal(range(101_000, 105_000));
    clock.pass(500);
    expect(times.at(-1)).to.equal(106_000);
  });

  it('gives up to ten missed times one by one', () => {
    const { clock, times, asked } = started(0);
    clock.pause(10_900);
    expect(times).to.deep.equal(range(1000, 10_000));
    expect(asked).to.deep.equal([]);
    clock.pass(100);
    expect(times.at(-1)).to.equal(11_000);
  });

  it('makes one of all that were missed after the tenth', () => {
    const { clock, times, asked } = started(0);
    clock.pass(1000);
    clock.pause(60_700);
    expect(times).to.deep.equal([...range(1000, 11_000), 61_000]);
    expect(asked).to.deep.equal([[11_000, 61_000]]);
    clock.pass(300);
    expect(times.at(-1)).to.equal(62_000);
  });

  it('gives the closing times among them as well', () => {
    const { clock, times } = started(0, [15_000, 20_000]);
    clock.pause(60_000);
    expect(times).to.deep.equal([...range(1000, 10_000), 15_000, 20_000, 60_000]);
  });

  it('asks for the closing times again after one whose batch was given records, of which nobody knew', () => {
    const clock = new SettableClock(0);
    const times: number[] = [];
    const asked: [number, number][] = [];
    const timer = new BatchTimer(
      clock,
      1000,
      (time) => {
        times.push(time);
        return time === 15_000;
      },
      (from, to) => {
        asked.push([from, to]);
        return times.includes(15_000) ? [15_000, 30_000, 40_000, 45_000] : [15_000, 40_000];
      },
    );
    timer.start(timer.firstTime());
    clock.pause(60_000);
    expect(times).to.deep.equal([...range(1000, 10_000), 15_000, 30_000, 40_000, 45_000, 60_000]);
    expect(asked).to.deep.equal([[10_000, 60_000], [10_000, 60_000]]);
  });

  it('stops at once, also when it is stopped by what it calls', () => {
    const clock = new SettableClock(0);
    const times: number[] = [];
    const timer: BatchTimer = new BatchTimer(
      clock,
      1000,
      (time) => {
        times.push(time);
        if (time === 3000) timer.stop();
        return true;
      },
      () => [],
    );
    timer.start(timer.firstTime());
    expect(timer.isRunning).to.equal(true);
    clock.pause(8000);
    expect(times).to.deep.equal([1000, 2000, 3000]);
    expect(timer.isRunning).to.equal(false);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('can be told to go ahead of the clock', () => {
    const { timer, times } = started(0);
    timer.fireNext();
    timer.fireNext();
    expect(times).to.deep.equal([1000, 2000]);
    expect(timer.nextTime).to.equal(3000);
  });

  it('gives times on the grid that rise strictly, whatever clock and machine do', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(5000) }),
      fc.record({ kind: fc.constant('pause' as const), ms: fc.nat(40_000) }),
      fc.record({ kind: fc.constant('setWall' as const), ms: fc.integer({ min: -100_000, max: 100_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.nat(10_000_000), (steps, wall) => {
        const { clock, times } = started(wall);
        for (const { kind, ms } of steps) clock[kind](ms);
        clock.pass(1000);
        expect(times.length).to.be.at.least(1);
        times.forEach((time, index) => {
          expect(time % 1000).to.equal(0);
          expect(time).to.be.greaterThan(times[index - 1] ?? wall);
        });
      }),
    );
  });
});

describe('a program whose machine was asleep', () => {
  it('closes every window that still held data, at its time', async () => {
    const clock = new SettableClock(0);
    const ssc = new StreamingContext({ batchInterval: 1000, clock });
    const batches = range(1000, 11_000).map((time) => [time / 1000]);
    const outputs = recorded(ssc.queueStream(batches).window(20_000, 5000));
    const times: number[] = [];
    ssc.addStreamingListener({ onBatchCompleted: ({ batchInfo }) => times.push(batchInfo.batchTime) });
    await ssc.start();
    clock.pass(1000);
    clock.pause(60_500);
    await clock.settled();
    await ssc.finish();
    expect(times).to.deep.equal([...range(1000, 11_000), 15_000, 20_000, 25_000, 30_000, 61_000]);
    const numbers = (from: number, to: number): number[] => range(from * 1000, to * 1000).map((time) => time / 1000);
    expect(outputs).to.deep.equal([
      [5000, numbers(1, 5)], [10_000, numbers(1, 10)],
      [15_000, numbers(1, 11)], [20_000, numbers(1, 11)], [25_000, numbers(6, 11)], [30_000, [11]],
    ]);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('closes a window on a window as late as its records may still be in it', async () => {
    const clock = new SettableClock(0);
    const ssc = new StreamingContext({ batchInterval: 1000, clock });
    const input = ssc.queueStream(range(1000, 10_000).map((time) => [time]));
    const outputs = recorded(input.window(10_000, 5000).window(10_000, 5000));
    await ssc.start();
    clock.pause(60_500);
    await clock.settled();
    await ssc.finish();
    expect(outputs.map(([time, records]) => [time, records.length])).to.deep.equal([
      [5000, 5], [10_000, 15], [15_000, 15], [20_000, 5], [25_000, 0], [60_000, 0],
    ]);
  });

  it('gives the same sums in both forms over the gap', async () => {
    const clock = new SettableClock(0);
    const ssc = new StreamingContext({ batchInterval: 1000, clock });
    const pairs = ssc.queueStream(range(1000, 20_000).map((time) => ['a', time / 1000] as const).map((pair) => [pair]));
    const plain = recorded(pairs.reduceByKeyAndWindow((a, b) => a + b, 7000, 2000));
    const inverse = recorded(pairs.reduceByKeyAndWindow((a, b) => a + b, (a, b) => a - b, 7000, 2000));
    await ssc.start();
    clock.pass(3000);
    clock.pause(31_500);
    clock.pass(4000);
    await clock.settled();
    await ssc.finish();
    expect(inverse).to.deep.equal(plain);
    // Ten missed times up to 13,000; after that the slides before 20,000; then the clock again.
    expect(plain.map(([time]) => time)).to.deep.equal([
      2000, 4000, 6000, 8000, 10_000, 12_000, 14_000, 16_000, 18_000, 34_000, 36_000, 38_000,
    ]);
  });

  for (const { name, windowDuration, expected } of [
    { name: 'a tumbling window', windowDuration: 30_000, expected: [[30_000, [1]]] },
    { name: 'a sliding window', windowDuration: 60_000, expected: [[30_000, [1]], [60_000, [1]]] },
  ]) {
    it(`closes ${name} over state that has not taken its records in yet`, async () => {
      const clock = new SettableClock(0);
      const ssc = new StreamingContext({ batchInterval: 1000, clock });
      const state = new Panes(windowDuration, 30_000);
      const slow = ssc
        .queueStream([[], [], [], [1]], { oneAtATime: true })
        .transform((rdd) => rdd.mapPartitionsAwaiting((records) => Promise.resolve(records)));
      const outputs = recorded(new StatefulDStream(slow, state, 30_000, windowDuration));
      await ssc.start();
      clock.pass(3000);
      await clock.settled();
      clock.pause(120_500);
      await clock.settled();
      await ssc.finish();
      expect(outputs).to.deep.equal(expected);
      expect(ssc.lastCompletedTime).to.equal(123_000);
    });
  }

  it('asks state alone for closing times once it has taken everything in', async () => {
    const clock = new SettableClock(0);
    const ssc = new StreamingContext({ batchInterval: 1000, clock });
    const stream = new StatefulDStream(ssc.queueStream([[1]]), new Panes(5000, 5000), 5000);
    recorded(stream);
    await ssc.start();
    clock.pass(3000);
    expect(new Set(stream.closingTimes(3000, 60_000))).to.deep.equal(new Set([5000]));
    await clock.settled();
    clock.pass(3000);
    await clock.settled();
    expect(stream.closingTimes(6000, 60_000)).to.deep.equal([]);
    // And for a batch that was given records, though its jobs have not been made.
    expect(stream.closingTimes(6000, 60_000, 6000)).to.deep.equal([]);
    expect(stream.closingTimes(6000, 60_000, 7000)).to.deep.equal([10_000]);
    await ssc.finish();
  });
});

/** A window of records that says where it closes only for the batches it has taken in. */
class Panes implements BatchState<number, number> {
  readonly #length: number;
  readonly #slide: number;
  #panes: [number, number[]][] = [];

  constructor(length: number, slide: number) {
    this.#length = length;
    this.#slide = slide;
  }

  take(time: number, records: (emit: (record: number) => void) => void): void {
    const pane: number[] = [];
    records((record) => pane.push(record));
    if (pane.length > 0) this.#panes.push([time, pane]);
  }

  emit(time: number): readonly number[] {
    return this.#panes.flatMap(([taken, records]) => (taken > time - this.#length && taken <= time ? records : []));
  }

  closingTimes(after: number, before: number): readonly number[] {
    const times: number[] = [];
    const last = this.#panes.at(-1)?.[0] ?? -Infinity;
    for (let time = after + 1; time < Math.min(before, last + this.#length); time++) {
      if (time % this.#slide === 0) times.push(time);
    }
    return times;
  }
}
