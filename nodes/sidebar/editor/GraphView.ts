import type { GraphMonitor } from '../../../src/flow/monitor/snapshot';
import type { GraphHistory } from './GraphHistory';

/** One look at a graph, as each part of the sidebar is given it, at most once a second. */
export interface GraphView {
  readonly graph: GraphMonitor;
  readonly history: GraphHistory;
  /** The runtime's clock, which may differ from the browser's: ms since the epoch. */
  readonly time: number;
}
