import { expect } from 'chai';
import type { ProgressEvent } from '../../../src/engine/Engine';
import { Rates } from '../../../src/flow/monitor/Rates';

const counts = (recordsIn: number): ProgressEvent['operators'] =>
  ({ r: { recordsIn, recordsOut: recordsIn / 2, failed: 0, skipped: 0, refused: 0, waiting: 0, keys: 0 } });

describe('Rates', () => {
  it('are taken over the last five seconds', () => {
    const rates = new Rates(0);
    // 100 a second for ten seconds, then 20 a second for five.
    for (let second = 1; second <= 10; second++) rates.add(second * 1000, counts(second * 100), 1000);
    expect(rates.of('r', 'recordsIn', 10_000, 1000)).to.equal(100);
    expect(rates.of('r', 'recordsOut', 10_000, 1000)).to.equal(50);
    rates.add(11_000, counts(1020), 1000);
    expect(rates.of('r', 'recordsIn', 11_000, 1000)).to.equal((4 * 100 + 20) / 5);
    for (let second = 12; second <= 15; second++) rates.add(second * 1000, counts(1000 + (second - 10) * 20), 1000);
    expect(rates.of('r', 'recordsIn', 15_000, 1000)).to.equal(20);
  });

  it('are taken over a whole batch where that is longer', () => {
    const rates = new Rates(0);
    rates.add(60_000, counts(6000), 60_000);
    for (const time of [60_000, 90_000, 119_999]) expect(rates.of('r', 'recordsIn', time, 60_000)).to.equal(100);
    rates.add(120_000, counts(6600), 60_000);
    expect(rates.of('r', 'recordsIn', 120_000, 60_000)).to.equal(10);
  });

  it('fall to nothing when nothing has been told for two batches', () => {
    const rates = new Rates(0);
    rates.add(1000, counts(100), 1000);
    expect(rates.of('r', 'recordsIn', 3000, 1000)).to.equal(100);
    expect(rates.of('r', 'recordsIn', 3001, 1000)).to.equal(0);
  });

  it('count what is told after a silence for the last batch alone', () => {
    const rates = new Rates(0);
    rates.add(1000, counts(100), 1000);
    rates.add(101_000, counts(150), 1000);
    // 100 in the first second, 50 in the last: one second each.
    expect(rates.of('r', 'recordsIn', 101_000, 1000)).to.equal(75);
  });

  it('are 0 for who is not known, before anything was told, and where counts went back', () => {
    const rates = new Rates(0);
    expect(rates.of('r', 'recordsIn', 0, 1000)).to.equal(0);
    rates.add(1000, counts(100), 1000);
    expect(rates.of('__proto__', 'recordsIn', 1000, 1000)).to.equal(0);
    for (let second = 2; second <= 7; second++) rates.add(second * 1000, counts(10), 1000);
    expect(rates.of('r', 'recordsIn', 7000, 1000)).to.equal(0);
  });

  it('count what a long batch brought over the time that it took', () => {
    const rates = new Rates(0);
    rates.add(1000, counts(100), 1000);
    for (let number = 1; number <= 5; number++) {
      const time = 1000 + number * 18_000;
      rates.ran(17_000);
      rates.add(time, counts(100 + number * 5400), 1000);
      // Longer than a second is the time without news; the batch itself took 17 s, and an earlier look is within 17 s of work.
      if (number > 1) expect(rates.of('r', 'recordsIn', time, 1000)).to.equal(Math.round((5400 / 17) * 10) / 10);
    }
  });

  it('stay what they were while a batch runs, however long', () => {
    const rates = new Rates(0);
    rates.add(1000, counts(100), 1000);
    expect(rates.of('r', 'recordsIn', 60_000, 1000, true)).to.equal(100);
    expect(rates.of('r', 'recordsIn', 60_000, 1000, false)).to.equal(0);
  });

  it('are taken over the last batch where that took longer than five seconds, though news came meanwhile', () => {
    const rates = new Rates(0);
    // 800 records come into each batch of eight seconds at its beginning.
    for (let second = 1; second <= 32; second++) {
      if (second % 8 === 0) rates.ran(8000);
      rates.add(second * 1000, counts(800 * Math.ceil(second / 8)), 1000);
      if (second > 16) expect(rates.of('r', 'recordsIn', second * 1000, 1000), String(second)).to.equal(100);
    }
  });
});
