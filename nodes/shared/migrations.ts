import type { Migration } from './migrate';

/** The node types of the palette, without their prefix. */
export type NodeName =
  | 'receiver' | 'batcher' | 'map' | 'window' | 'reduceByKey' | 'state' | 'join' | 'checkpoint' | 'sink' | 'engine' | 'statistics';

/**
 * How nodes of earlier versions are understood: none has had a second version yet.
 *
 * A property that is added, and left out means what it always meant, needs no new version. One that is renamed, means something
 * else, or is stored in another way does: add a migration here, and the new version to `version` in the html of the node. Leave
 * properties in `defaults` that a migration reads, also those that nobody sets any more: Node-RED's editor forgets all others when
 * it loads a flow. test/nodes/versions.test.ts then says what else is to be done.
 */
export const MIGRATIONS: Readonly<Record<NodeName, readonly Migration[]>> = {
  receiver: [],
  batcher: [],
  map: [],
  window: [],
  reduceByKey: [],
  state: [],
  join: [],
  checkpoint: [],
  sink: [],
  engine: [],
  statistics: [],
};
