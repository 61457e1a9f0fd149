import { expect } from 'chai';
import * as fc from 'fast-check';
import { IllegalArgumentError, PIDRateEstimator } from '../../../src/streaming';

/** Time, records, processing delay, scheduling delay (ms), and the rate that comes out. */
type Row = readonly [time: number, records: number, processing: number, scheduling: number, rate: number | undefined];

interface Table {
  readonly name: string;
  readonly parameters: readonly [interval: number, proportional: number, integral: number, derivative: number, minRate: number];
  readonly rows: readonly Row[];
}

const TABLES: readonly Table[] = [
  {
    name: "Spark's defaults",
    parameters: [1000, 1, 0.2, 0, 100],
    rows: [
      // measured = 1000 / 500 * 1000 = 2000: where it begins, no estimate yet
      [1000, 1000, 500, 0, undefined],
      // measured 1000, error 2000 - 1000 = 1000, history 0: 2000 - 1000
      [2000, 1000, 1000, 0, 1000],
      // measured 500, error 500, history 500 * 500 / 1000 = 250: 1000 - 500 - 0.2 * 250
      [3000, 1000, 2000, 500, 450],
      // measured 150, error 300, history 5000 * 150 / 1000 = 750: 450 - 300 - 150 = 0, and no lower than 100
      [4000, 450, 3000, 5000, 100],
      // not later, no records, no time: nothing changes
      [4000, 500, 100, 0, undefined],
      [3999, 500, 100, 0, undefined],
      [5000, 0, 100, 0, undefined],
      [5000, 500, 0, 0, undefined],
      // measured 200, error 100 - 200 = -100: 100 + 100; the time 5000 is not taken yet
      [5000, 100, 500, 0, 200],
    ],
  },
  {
    name: 'all three parts',
    parameters: [2000, 0.5, 0.1, 0.25, 10],
    rows: [
      [1000, 400, 1000, 0, undefined],
      // measured 300, error 100, history 1000 * 300 / 2000 = 150, change (100 - 0) / 2 = 50: 400 - 50 - 15 - 12.5
      [3000, 600, 2000, 1000, 322.5],
      // measured 500, error 322.5 - 500 = -177.5, history 0, change (-177.5 - 100) / 0.5 = -555: 322.5 + 88.75 + 138.75
      [3500, 500, 1000, 0, 550],
      // measured 250, error 300, history 400 * 250 / 2000 = 50, change (300 + 177.5) / 1 = 477.5: 550 - 150 - 5 - 119.375
      [4500, 250, 1000, 400, 275.625],
    ],
  },
  {
    name: 'a proportional part of 0, which never leaves what it measured first',
    parameters: [20, 0, 0, 0, 1],
    rows: [[0, 10, 10, 0, undefined], [20, 1, 10, 100, 1000], [40, 5000, 1, 0, 1000]],
  },
  {
    name: 'a light load: the speed is taken for what could be processed',
    parameters: [1000, 1, 0.2, 0, 1],
    // 10 records in 500 ms are 20 a second
    rows: [[1000, 10, 500, 0, undefined], [2000, 10, 500, 0, 20], [3000, 1, 500, 0, 2], [4000, 1, 5000, 0, 1]],
  },
];

/** The estimates of a whole history, each computed from all that came before it. */
function expectedRates([interval, kp, ki, kd, minRate]: Table['parameters'], history: readonly (readonly number[])[]): unknown[] {
  const accepted: { time: number; rate: number; error: number }[] = [];
  return history.map(([time = 0, records = 0, processing = 0, scheduling = 0]) => {
    const before = accepted.at(-1);
    if (records <= 0 || processing <= 0 || (before !== undefined && time <= before.time)) return undefined;
    const speed = (records / processing) * 1000;
    if (before === undefined) {
      accepted.push({ time, rate: speed, error: 0 });
      return undefined;
    }
    const error = before.rate - speed;
    const parts = [kp * error, (ki * (scheduling * speed)) / interval, (kd * (error - before.error) * 1000) / (time - before.time)];
    const rate = Math.max(minRate, before.rate - parts.reduce((sum, part) => sum + part, 0));
    accepted.push({ time, rate, error });
    return rate;
  });
}

describe('PIDRateEstimator', () => {
  for (const { name, parameters, rows } of TABLES) {
    it(`computes by hand: ${name}`, () => {
      const estimator = new PIDRateEstimator(...parameters);
      const rates = rows.map(([time, records, processing, scheduling]) => estimator.compute(time, records, processing, scheduling));
      expect(rates).to.deep.equal(rows.map((row) => row[4]));
    });
  }

  it('is max(measured * (1 - 0.2 * delay / interval), 100) with the defaults', () => {
    const estimator = new PIDRateEstimator(1000, 1, 0.2, 0, 100);
    estimator.compute(1, 5000, 1000, 0);
    expect(estimator.compute(2, 1000, 1000, 1000)).to.be.closeTo(800, 1e-9);
    expect(estimator.compute(3, 1000, 1000, 2500)).to.be.closeTo(500, 1e-9);
    expect(estimator.compute(4, 1000, 1000, 5000)).to.equal(100);
  });

  it('agrees with the formula over any history', () => {
    const row = fc.tuple(fc.nat(100_000), fc.nat(5000), fc.nat(5000), fc.nat(20_000));
    const part = fc.constantFrom(0, 0.1, 0.2, 0.5, 1, 2);
    let estimates = 0;
    const parts = fc.tuple(fc.constantFrom(20, 1000, 60_000), part, part, part, fc.constantFrom(0.5, 100));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), fc.boolean(), parts, (history, rises, parameters) => {
        const times = rises ? history.toSorted(([first], [second]) => first - second) : history;
        const estimator = new PIDRateEstimator(...parameters);
        const expected = expectedRates(parameters, times);
        times.forEach((figures, index) => {
          const rate = estimator.compute(...figures);
          const wanted = expected[index];
          if (typeof wanted !== 'number') expect(rate).to.equal(undefined);
          else expect(rate).to.be.closeTo(wanted, 1e-9 * Math.max(1, wanted) + 1e-6);
          if (rate !== undefined) estimates++;
        });
      }),
    );
    expect(estimates).to.be.greaterThan(100);
  });

  const refused: readonly [name: string, parameters: Table['parameters'], message: string][] = [
    ['a batch interval of 0', [0, 1, 0.2, 0, 100], 'batch interval of a PIDRateEstimator is 0; it must be a number of ms above 0'],
    ['a negative batch interval', [-1, 1, 0.2, 0, 100], 'is -1'],
    ['a negative proportional part', [1000, -1, 0.2, 0, 100], 'proportional is -1; it must be a number of 0 or more'],
    ['a negative integral part', [1000, 1, -0.1, 0, 100], 'integral is -0.1'],
    ['a negative derivative part', [1000, 1, 0.2, -2, 100], 'derivative is -2'],
    ['a lowest rate of 0', [1000, 1, 0.2, 0, 0], 'minRate is 0; it must be a number of records a second above 0'],
    ['a negative lowest rate', [1000, 1, 0.2, 0, -100], 'minRate is -100'],
    ['a part that is no number', [1000, NaN, 0.2, 0, 100], 'proportional is NaN'],
  ];
  for (const [name, parameters, message] of refused) {
    it(`refuses ${name}`, () => {
      expect(() => new PIDRateEstimator(...parameters)).to.throw(IllegalArgumentError, message);
    });
  }
});
