import { expect } from 'chai';
import { IllegalArgumentError, PIDRateEstimator } from '../../../src/streaming';

describe('Spark: PIDRateEstimatorSuite', () => {
  const estimator = (): PIDRateEstimator => new PIDRateEstimator(20, 1, 0, 0, 10);
  /** 50 batches, 20 ms apart. */
  const steps = Array.from({ length: 50 }, (_, n) => n + 1);

  it('checks its parameters', () => {
    const wrong: [number, number, number, number, number][] = [
      [0, 1, 2, 3, 10], [-1, 1, 2, 3, 10], [100, -1, 0, 0, 10], [100, 0, -1, 0, 10], [100, 0, 0, -1, 10],
      [100, 0, 0, 0, 0], [100, 0, 0, 0, -10], [NaN, 1, 2, 3, 10], [100, NaN, 0, 0, 10],
    ];
    for (const parameters of wrong) expect(() => new PIDRateEstimator(...parameters)).to.throw(IllegalArgumentError);
    expect(new PIDRateEstimator(1, 0, 0, 0, 0.5)).to.be.instanceOf(PIDRateEstimator);
  });

  it('first bound is none, the second is not', () => {
    const p = estimator();
    expect(p.compute(0, 10, 10, 0)).to.equal(undefined);
    // 1,000 records a second
    expect(p.compute(10, 10, 10, 0)).to.equal(1000);
  });

  it('no estimate between two calls at one time', () => {
    const p = estimator();
    p.compute(0, 10, 10, 0);
    expect(p.compute(10, 10, 10, 0)).to.equal(1000);
    expect(p.compute(10, 10, 10, 0)).to.equal(undefined);
  });

  it('no estimate without records', () => {
    const p = estimator();
    p.compute(0, 10, 10, 0);
    expect(p.compute(10, 0, 10, 0)).to.equal(undefined);
  });

  it('no estimate without processing delay', () => {
    const p = estimator();
    p.compute(0, 10, 10, 0);
    expect(p.compute(10, 10, 0, 0)).to.equal(undefined);
  });

  it('estimates are never below the minimum', () => {
    const p = new PIDRateEstimator(20, 1, 1, 0, 10);
    // 1 to 50 records in 20 s, after 200 ms of waiting: between 0.05 and 2.5 records a second.
    const rates = steps.map((n) => p.compute(n * 20, n, 20_000, 200));
    expect(rates[0]).to.equal(undefined);
    for (const rate of rates.slice(1)) expect(rate).to.equal(10);
  });

  it('with no accumulated or positive error, follows the processing speed', () => {
    const p = new PIDRateEstimator(20, 1, 1, 0, 10);
    // n + 20 records in 20 ms, nothing waits, the speed rises: no error is ever positive.
    const rates = steps.map((n) => p.compute(n * 20, n + 20, 20, 0));
    for (const [index, rate] of rates.entries()) if (index > 0) expect(rate).to.be.closeTo(((index + 21) / 20) * 1000, 1e-9);
  });

  it('with no accumulated but some positive error, follows a speed that falls', () => {
    const p = new PIDRateEstimator(20, 1, 1, 0, 10);
    const rates = steps.map((n) => p.compute(n * 20, 100 - n, 20, 0));
    for (const [index, rate] of rates.entries()) if (index > 0) expect(rate).to.be.closeTo(((99 - index) / 20) * 1000, 1e-9);
  });

  it('with some accumulated error, stays below the processing speed', () => {
    const p = new PIDRateEstimator(20, 1, 0.01, 0, 10);
    const rates = steps.map((n) => p.compute(n * 20, n + 20, 20, 100));
    // Taken off: 0.01 * 100 ms * measured / 20 ms, a twentieth of the measured speed.
    for (const [index, rate] of rates.entries()) if (index > 0) expect(rate).to.be.closeTo(0.95 * (index + 21) * 50, 1e-9);
  });

  it('the derivative part counts the change of the error by the second', () => {
    const p = new PIDRateEstimator(1000, 0.5, 0, 0.25, 10);
    expect(p.compute(1000, 1000, 1000, 0)).to.equal(undefined);
    // measured 800, error 200, change 200 / 1 s: 1000 - 100 - 50
    expect(p.compute(2000, 800, 1000, 0)).to.equal(850);
    // measured 800, error 50, change (50 - 200) / 2 s = -75: 850 - 25 + 18.75
    expect(p.compute(4000, 800, 1000, 0)).to.equal(843.75);
  });
});
