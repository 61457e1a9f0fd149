import type { Problem } from '../plan/Problem';
import { PropertyReader, WHOLE_FROM_1 } from './compile/PropertyReader';
import type { NodeProperties } from './Runtime';

/** Where and how graphs run. */
export interface EngineSettings {
  /** `thread`: a worker thread for each graph. `inline`: Node-RED's own thread. */
  readonly isolation: 'thread' | 'inline';
  /** MB of JavaScript heap for a worker; Node's own default when absent. */
  readonly heapLimit?: number;
}

export const DEFAULT_ENGINE: EngineSettings = { isolation: 'thread' };

/** Reads an engine node's dialog. */
export function engineSettings(
  id: string,
  properties: NodeProperties,
): { settings: EngineSettings; problems: readonly Problem[] } {
  const reader = new PropertyReader(id, properties);
  const isolation = reader.choice('isolation', ['thread', 'inline']);
  const heapLimit = reader.optionalNumber('heapLimit', WHOLE_FROM_1);
  return { settings: heapLimit === null ? { isolation } : { isolation, heapLimit }, problems: reader.problems };
}
