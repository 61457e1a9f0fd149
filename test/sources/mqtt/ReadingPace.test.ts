import { expect } from 'chai';
import { ManualClock } from '../../../src/ports/ManualClock';
import { ReadingPace } from '../../../src/sources/mqtt/ReadingPace';

const SMALL = 100;

/** The lengths of the rests of a stream that never pauses: ms. Each rest collects so many bytes. */
async function rests(count: number, collected: number, batch?: { readonly interval: number }): Promise<number[]> {
  const clock = new ManualClock();
  const untilBatch = batch === undefined ? [] : [() => batch.interval - (clock.now() % batch.interval)];
  const pace = new ReadingPace(clock, ...untilBatch);
  const lengths: number[] = [];
  const read = (size: number): void => {
    const began = clock.now();
    pace.read(size, () => lengths.push(clock.now() - began));
  };
  while (lengths.length < count) {
    if (collected > SMALL) read(collected);
    read(SMALL);
    read(SMALL);
    expect(pace.isResting).to.equal(true);
    await clock.advance(30);
    expect(pace.isResting).to.equal(false);
  }
  return lengths;
}

describe('ReadingPace', () => {
  it('rests for 5 ms where nobody knows when the next batch is', async () => {
    expect(await rests(4, SMALL)).to.deep.equal([5, 5, 5, 5]);
  });

  it('rests longer from time to time, for 20 ms at most', async () => {
    expect(await rests(5, SMALL, { interval: 1_000_000 })).to.deep.equal([5, 10, 20, 20, 20]);
  });

  it('has read all 2 ms before the batch, but for rests of 5 ms', async () => {
    // They begin every 30 ms: 100, 70, 40 and 10 ms before the first batch, then 80, 50 and 20 ms before the second.
    expect(await rests(8, SMALL, { interval: 100 })).to.deep.equal([5, 10, 20, 8, 20, 20, 18, 20]);
    expect(await rests(3, SMALL, { interval: 3 })).to.deep.equal([5, 5, 5]);
  });

  it('begins with 5 ms again where a rest has collected more than 64 KiB', async () => {
    expect(await rests(3, 65_536 - 2 * SMALL, { interval: 1_000_000 })).to.deep.equal([5, 10, 20]);
    expect(await rests(3, 65_537 - 2 * SMALL, { interval: 1_000_000 })).to.deep.equal([5, 5, 5]);
  });

  it('does not rest where chunks are 2 ms apart, or large', async () => {
    const clock = new ManualClock();
    const pace = new ReadingPace(clock, () => 1000);
    const over = (): void => {
      throw new Error('There was no rest.');
    };
    for (const size of [SMALL, SMALL, 16_384, SMALL]) {
      pace.read(size, over);
      expect(pace.isResting).to.equal(false);
      await clock.advance(2);
    }
    pace.read(16_384, over);
    pace.read(16_384, over);
    expect(pace.isResting).to.equal(false);
  });

  it('does not say that a rest is over that was ended', async () => {
    const clock = new ManualClock();
    const pace = new ReadingPace(clock);
    let isOver = false;
    for (let chunk = 0; chunk < 2; chunk++) pace.read(SMALL, () => (isOver = true));
    pace.stop();
    await clock.advance(100);
    expect([isOver, pace.isResting]).to.deep.equal([false, false]);
  });
});
