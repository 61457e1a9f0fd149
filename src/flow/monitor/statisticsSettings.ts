import type { Problem } from '../../plan/Problem';
import { PropertyReader } from '../compile/PropertyReader';
import type { NodeProperties } from '../Runtime';

/** What a statistics node is to tell. */
export interface StatisticsSettings {
  /** A node of the graph that is meant; empty for all graphs. */
  readonly graph: string;
  /** ms between two messages; undefined for one after each batch. */
  readonly interval: number | undefined;
}

/** Seconds between two messages, where none are given. */
const DEFAULT_INTERVAL = 10;

/** Reads a statistics node's dialog. */
export function statisticsSettings(
  id: string,
  properties: NodeProperties,
): { readonly settings: StatisticsSettings; readonly problems: readonly Problem[] } {
  const reader = new PropertyReader(id, properties);
  const every = reader.choice('every', ['batch', 'interval']);
  const interval = every === 'interval' ? reader.duration('interval', DEFAULT_INTERVAL) : undefined;
  return { settings: { graph: reader.text('graph'), interval }, problems: reader.problems };
}
