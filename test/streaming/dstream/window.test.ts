import { expect } from 'chai';
import { IllegalArgumentError, ManualClock, StreamingContext } from '../../../src/streaming';
import { type Output, outputsOf, program, type ProgramOptions, recorded } from '../program';

/** A window over batches [1], [2], [3], ... for `duration` ms. */
function windowed(
  windowDuration: number,
  slideDuration: number | undefined,
  duration: number,
  options: ProgramOptions = {},
): Promise<Output<number>[]> {
  const batches = Array.from({ length: duration / (options.batchInterval ?? 1000) }, (_, index) => [index + 1]);
  return outputsOf(duration, (ssc) => ssc.queueStream(batches).window(windowDuration, slideDuration), options);
}

describe('window', () => {
  it('W = S: every batch is in one window', async () => {
    expect(await windowed(2000, 2000, 5000)).to.deep.equal([[2000, [1, 2]], [4000, [3, 4]]]);
  });

  it('W > S: windows overlap, and the first ones hold what there is', async () => {
    const expected = [[1000, [1]], [2000, [1, 2]], [3000, [1, 2, 3]], [4000, [2, 3, 4]], [5000, [3, 4, 5]]];
    expect(await windowed(3000, 1000, 5000)).to.deep.equal(expected);
    expect(await windowed(3000, undefined, 5000)).to.deep.equal(expected);
    expect(await windowed(3000, 2000, 6000)).to.deep.equal([[2000, [1, 2]], [4000, [2, 3, 4]], [6000, [4, 5, 6]]]);
  });

  it('S > W: what lies between windows is left out', async () => {
    expect(await windowed(1000, 3000, 6000)).to.deep.equal([[3000, [3]], [6000, [6]]]);
    expect(await windowed(2000, 3000, 6000)).to.deep.equal([[3000, [2, 3]], [6000, [5, 6]]]);
  });

  it('goes by time also where the batch interval is not a second', async () => {
    expect(await windowed(750, 500, 1500, { batchInterval: 250 })).to.deep.equal([
      [500, [1, 2]], [1000, [2, 3, 4]], [1500, [4, 5, 6]],
    ]);
  });

  it('slides at multiples of S since the epoch, wherever the program starts', async () => {
    // Batches at 3000, 4000, ..., 8000.
    expect(await windowed(4000, 2000, 6000, { startAt: 2500 })).to.deep.equal([
      [4000, [1, 2]], [6000, [1, 2, 3, 4]], [8000, [3, 4, 5, 6]],
    ]);
    // Batches at 2000, ..., 6000: the first slide has one of its two batches.
    expect(await windowed(2000, 2000, 5000, { startAt: 1500 })).to.deep.equal([[2000, [1]], [4000, [2, 3]], [6000, [4, 5]]]);
  });

  it('slides at multiples of S since the start with compatibility: spark', async () => {
    expect(await windowed(2000, 2000, 5000, { startAt: 1500, compatibility: 'spark' })).to.deep.equal([
      [3000, [1, 2]], [5000, [3, 4]],
    ]);
    expect(await windowed(3000, 1000, 3000, { startAt: 1500, compatibility: 'spark' })).to.deep.equal([
      [2000, [1]], [3000, [1, 2]], [4000, [1, 2, 3]],
    ]);
  });

  it('takes empty batches and batches without RDD as nothing', async () => {
    expect(await outputsOf(4000, (ssc) => ssc.queueStream([[1], null, [], [4]]).window(2000))).to.deep.equal([
      [1000, [1]], [2000, [1]], [3000, []], [4000, [4]],
    ]);
  });

  it('can be put on a window', async () => {
    const batches = (): number[][] => Array.from({ length: 8 }, (_, index) => [index + 1]);
    expect(await outputsOf(6000, (ssc) => ssc.queueStream(batches()).window(2000, 2000).window(4000, 2000))).to.deep.equal([
      [2000, [1, 2]], [4000, [1, 2, 3, 4]], [6000, [3, 4, 5, 6]],
    ]);
    const counts = await outputsOf(8000, (ssc) => ssc.queueStream(batches()).window(2000, 2000).window(4000, 4000).count());
    expect(counts).to.deep.equal([[4000, [4]], [8000, [4]]]);
  });

  it('computes each batch once, as it comes, also when it slides less often', async () => {
    for (const slide of [1000, 3000]) {
      const calls: [number, number][] = [];
      const { ssc, clock } = program();
      const numbers = ssc.queueStream([[1], [2], [3], [4], [5], [6]]).map((n) => {
        calls.push([clock.now(), n]);
        return n;
      });
      recorded(numbers.window(3000, slide));
      await ssc.start();
      await clock.advance(6000);
      await ssc.stop();
      expect(calls).to.deep.equal([1, 2, 3, 4, 5, 6].map((n) => [n * 1000, n]));
    }
  });

  it('does not compute batches that no window will hold', async () => {
    const calls: number[] = [];
    await outputsOf(6000, (ssc) =>
      ssc
        .queueStream([[1], [2], [3], [4], [5], [6]])
        .map((n) => {
          calls.push(n);
          return n;
        })
        .window(1000, 3000),
    );
    expect(calls).to.deep.equal([3, 6]);
  });

  describe('refuses durations that do not fit', () => {
    const numbers = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() }).queueStream([[1]]);

    it('not a multiple: the message has the numbers and the nearest that fit', () => {
      expect(() => numbers.window(2500)).to.throw(IllegalArgumentError, /duration of 2500 ms.*1000 ms; use 2000 or 3000 ms/u);
      expect(() => numbers.window(400)).to.throw(IllegalArgumentError, /400 ms.*use 1000 ms/u);
      expect(() => numbers.window(3000, 1500)).to.throw(IllegalArgumentError, /slide duration of 1500 ms.*use 1000 or 2000 ms/u);
      expect(() => numbers.window(2000, 2000).window(3000)).to.throw(IllegalArgumentError, /3000 ms.*use 2000 or 4000 ms/u);
    });

    for (const duration of [0, -1000, 1000.5, NaN, Infinity]) {
      it(String(duration), () => {
        expect(() => numbers.window(duration)).to.throw(IllegalArgumentError, String(duration));
        expect(() => numbers.window(2000, duration)).to.throw(IllegalArgumentError, String(duration));
      });
    }
  });
});
