import type { BackpressureParameters } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import { problems } from '../problems';
import { ABOVE_0, type PropertyReader, WHOLE_FROM_1 } from './PropertyReader';

/** What a batcher's dialog says. */
export interface BatcherDialog {
  readonly id: string;
  /** ms */
  readonly interval: number;
  readonly limits: Limits;
  /** The id of the engine node, or '' for the default engine. */
  readonly engine: string;
}

/** How much a receiver in front of a batcher may hold and hand out. */
export interface Limits {
  readonly bufferLimit: number;
  /** records a second, or null for no limit */
  readonly maxRate: number | null;
  readonly backpressure: BackpressureParameters | null;
}

/** What a batcher that nobody drew says. */
export const DEFAULT_INTERVAL = 1000;
/** records a second; Spark's default */
const DEFAULT_MIN_RATE = 100;
export const DEFAULT_LIMITS: Limits = { bufferLimit: 100_000, maxRate: null, backpressure: null };

export function batcherDialog(reader: PropertyReader): BatcherDialog {
  return {
    id: reader.id,
    interval: reader.duration('interval', 1),
    limits: {
      bufferLimit: reader.number('bufferLimit', DEFAULT_LIMITS.bufferLimit, WHOLE_FROM_1),
      maxRate: reader.optionalNumber('maxRate', ABOVE_0),
      backpressure: reader.flag('backpressure') ? backpressure(reader) : null,
    },
    engine: reader.text('engine'),
  };
}

function backpressure(reader: PropertyReader): BackpressureParameters {
  return {
    initialRate: reader.optionalNumber('initialRate', ABOVE_0),
    minRate: reader.number('minRate', DEFAULT_MIN_RATE, ABOVE_0),
  };
}

/** The smallest of several limits; back-pressure where any asks for it. */
export function strictest(limits: readonly Limits[]): Limits {
  const controls = limits.flatMap(({ backpressure }) => backpressure ?? []);
  return {
    bufferLimit: Math.min(...limits.map(({ bufferLimit }) => bufferLimit)),
    maxRate: smallest(limits.map(({ maxRate }) => maxRate)),
    backpressure:
      controls.length === 0
        ? null
        : {
            initialRate: smallest(controls.map(({ initialRate }) => initialRate)),
            minRate: Math.min(...controls.map(({ minRate }) => minRate)),
          },
  };
}

/** The smallest of several rates; null is no limit. */
function smallest(rates: readonly (number | null)[]): number | null {
  const limits = rates.filter((rate) => rate !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** What the batchers of one graph disagree about, told at each that differs from the first. */
export function disagreements(batchers: readonly BatcherDialog[], label: (id: string) => string): Problem[] {
  const [first, ...others] = batchers;
  if (first === undefined) return [];
  return others.flatMap((other) => [
    ...(other.interval === first.interval
      ? []
      : [problems.batchIntervalsDiffer(other.id, other.interval, label(first.id), first.interval)]),
    ...(other.engine === first.engine ? [] : [problems.enginesDiffer(other.id, label(first.id))]),
  ]);
}
