import { DEFAULT_HANG_LIMIT } from '../engine/EmbeddedEngine';
import type { Parallelism } from '../engine/parallel/Helpers';
import type { Problem } from '../plan/Problem';
import { ABOVE_0, type NumberRule, PropertyReader, WHOLE_FROM_1 } from './compile/PropertyReader';
import type { NodeProperties } from './Runtime';

/** Where and how graphs run. */
export interface EngineSettings {
  /** `thread`: a worker thread. `process`: a process. `inline`: Node-RED's own thread. */
  readonly isolation: 'thread' | 'process' | 'inline';
  /** Whether the graphs of this engine node share one thread or process. */
  readonly shared: boolean;
  /** MB of JavaScript heap for a thread or process; a quarter of the machine's memory when absent, 2,048 at most. */
  readonly heapLimit?: number;
  /** ms that one call of a function may take. */
  readonly hangLimit: number;
  /** How many threads share the work of each thread or process. */
  readonly parallelism: Parallelism;
}

export const DEFAULT_ENGINE: EngineSettings = { isolation: 'thread', shared: false, hangLimit: DEFAULT_HANG_LIMIT, parallelism: 1 };

/** More would be a slip of the keyboard. */
const MOST_THREADS = 64;

const THREADS: NumberRule = {
  expected: `auto, or a whole number from 1 to ${String(MOST_THREADS)}`,
  accepts: (value) => Number.isSafeInteger(value) && value >= 1 && value <= MOST_THREADS,
};

/** Reads an engine node's dialog. */
export function engineSettings(
  id: string,
  properties: NodeProperties,
): { settings: EngineSettings; problems: readonly Problem[] } {
  const reader = new PropertyReader(id, properties);
  const isolation = reader.choice('isolation', ['thread', 'process', 'inline']);
  const shared = reader.flag('shared');
  const hangLimit = reader.optionalNumber('hangLimit', ABOVE_0) ?? DEFAULT_HANG_LIMIT / 1000;
  const heapLimit = reader.optionalNumber('heapLimit', WHOLE_FROM_1);
  const parallelism = reader.text('parallelism') === 'auto' ? 'auto' : reader.optionalNumber('parallelism', THREADS) ?? 1;
  const settings: EngineSettings = {
    isolation, shared, hangLimit: hangLimit * 1000, parallelism, ...(heapLimit === null ? {} : { heapLimit }),
  };
  return { settings, problems: reader.problems };
}
