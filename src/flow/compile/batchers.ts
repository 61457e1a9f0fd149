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
}

/** What a batcher that nobody drew says. */
export const DEFAULT_INTERVAL = 1000;
export const DEFAULT_LIMITS: Limits = { bufferLimit: 100_000, maxRate: null };

export function batcherDialog(reader: PropertyReader): BatcherDialog {
  return {
    id: reader.id,
    interval: reader.duration('interval', 1),
    limits: {
      bufferLimit: reader.number('bufferLimit', DEFAULT_LIMITS.bufferLimit, WHOLE_FROM_1),
      maxRate: reader.optionalNumber('maxRate', ABOVE_0),
    },
    engine: reader.text('engine'),
  };
}

/** The smallest of several limits. */
export function strictest(limits: readonly Limits[]): Limits {
  const rates = limits.flatMap(({ maxRate }) => (maxRate === null ? [] : [maxRate]));
  return {
    bufferLimit: Math.min(...limits.map(({ bufferLimit }) => bufferLimit)),
    maxRate: rates.length === 0 ? null : Math.min(...rates),
  };
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
