import { durationUnit, type DurationUnit } from './formats';
import type { GraphHistory } from './GraphHistory';
import { axisTop } from './histogram';

export const CHARTS = ['rate', 'scheduling', 'processing', 'total'] as const;

export type ChartName = (typeof CHARTS)[number];

/** What the four charts draw. */
export interface ChartFigures {
  /** Batch times, s since the epoch. */
  readonly times: readonly number[];
  /** The first and last time of the axis, s. */
  readonly span: readonly [number, number];
  /** Records a second, and delays in `unit`. */
  readonly values: Readonly<Record<ChartName, readonly number[]>>;
  /** Where each axis ends. */
  readonly tops: Readonly<Record<ChartName, number>>;
  /** One for all delays, so that the charts can be compared. */
  readonly unit: DurationUnit;
  /** The batch interval in `unit`. */
  readonly interval: number;
}

/** With fewer batches than this the axis has room for more, so that the first ones do not jump about. */
const FEWEST_ON_AXIS = 60;

/** Where processing takes more of the batch interval than this, the interval is in the picture. */
const NEAR = 0.25;

/** @param interval the batch interval now, ms */
export function chartFigures(history: GraphHistory, interval: number): ChartFigures {
  const { times, records, schedulingDelays, processingDelays, intervals } = history.batches;
  const totals = schedulingDelays.map((delay, i) => delay + (processingDelays[i] ?? 0));
  const longestRun = longest(processingDelays);
  const limit = longestRun > interval * NEAR ? interval : 0;
  const unit = durationUnit(Math.max(longest(totals), limit));
  const inUnit = (delays: readonly number[]): number[] => delays.map((delay) => delay / unit.factor);
  const values = {
    rate: records.map((count, i) => count / ((intervals[i] ?? interval) / 1000)),
    scheduling: inUnit(schedulingDelays),
    processing: inUnit(processingDelays),
    total: inUnit(totals),
  };
  // The three delays on one scale: what is higher on the screen takes longer.
  const delayTop = axisTop(Math.max(longest(values.total), (limit * 1.05) / unit.factor));
  const last = (times.at(-1) ?? 0) / 1000;
  const first = Math.min((times[0] ?? 0) / 1000, last - (FEWEST_ON_AXIS * interval) / 1000);
  return {
    times: times.map((time) => time / 1000),
    span: [first, last],
    values,
    tops: { rate: axisTop(longest(values.rate)), scheduling: delayTop, processing: delayTop, total: delayTop },
    unit,
    interval: interval / unit.factor,
  };
}

function longest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
