import { expect } from 'chai';
import { type RateControl, RateController } from '../../../src/streaming/scheduler/RateController';

/** What the estimator says after a batch, and how long the batch was processed and had waited (ms). */
type Batch = readonly [estimate: number | undefined, processing: number, scheduling: number];

const CONTROL: RateControl = { batchInterval: 1000, initialRate: Infinity, maxRate: Infinity, asSpark: false };

/** The rates that are published over batches with these figures. */
function published(batches: readonly Batch[], change: Partial<RateControl> = {}): number[] {
  const rates: number[] = [];
  const estimates = batches.map(([estimate]) => estimate);
  const controller = new RateController({ compute: () => estimates.shift() }, { ...CONTROL, ...change }, (rate) => rates.push(rate));
  batches.forEach(([, processingDelay, schedulingDelay], index) => {
    controller.batchCompleted(10, { processingEndTime: index, processingDelay, schedulingDelay });
  });
  expect(controller.rate).to.equal(rates.at(-1));
  return rates;
}

describe('RateController', () => {
  it('publishes whole numbers below the maximum, and nothing that is not above 0', () => {
    const batches: Batch[] = [[250.9, 2000, 0], [undefined, 2000, 0], [0.9, 2000, 0], [-5, 2000, 0], [900, 2000, 0], [100, 2000, 0]];
    expect(published(batches, { maxRate: 500 })).to.deep.equal([500, 250, 500, 100]);
  });

  it('begins with the smaller of the initial and the maximum rate', () => {
    expect(published([])).to.deep.equal([Infinity]);
    expect(published([], { initialRate: 50 })).to.deep.equal([50]);
    expect(published([], { initialRate: 50, maxRate: 20 })).to.deep.equal([20]);
  });

  it('is not lowered by a batch that was in time, but may rise', () => {
    expect(published([[20, 500, 0]])).to.deep.equal([Infinity]);
    // 1 ms over its interval; then light, so that 30 is not taken but 200 is; 100 ms late is still punctual, 101 ms is not.
    const batches: Batch[] = [[100, 1001, 0], [30, 999, 0], [200, 999, 0], [150, 500, 100], [140, 500, 101], [130, 1000, 0]];
    expect(published(batches)).to.deep.equal([Infinity, 100, 200, 140, 130]);
  });

  it('takes every estimate with compatibility: spark', () => {
    expect(published([[20, 500, 0], [10, 1, 0]], { asSpark: true })).to.deep.equal([Infinity, 20, 10]);
  });

  it('hands the figures of the batch to the estimator, and leaves out a batch that has none', () => {
    const asked: number[][] = [];
    const compute = (...figures: number[]): undefined => {
      asked.push(figures);
    };
    const controller = new RateController({ compute }, CONTROL, () => undefined);
    controller.batchCompleted(7, { processingEndTime: 5500, processingDelay: 300, schedulingDelay: 200 });
    controller.batchCompleted(7, { schedulingDelay: 200 });
    expect(asked).to.deep.equal([[5500, 7, 300, 200]]);
  });
});
