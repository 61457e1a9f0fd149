import { createSink } from './createSink';
import { createSource } from './createSource';

/** What makes the parts of a graph that lead outside of it. */
export interface Places {
  readonly source: typeof createSource;
  readonly sink: typeof createSink;
}

/** Brokers, servers and files as they are. */
export const REAL_PLACES: Places = { source: createSource, sink: createSink };
