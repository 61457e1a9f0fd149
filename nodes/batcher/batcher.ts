import type { Node, NodeAPI, NodeDef } from 'node-red';
import { joinDeployment } from '../shared/joinDeployment';

/** What the batcher's dialog stores; numbers may arrive as strings. */
interface BatcherProperties extends NodeDef {
  version: number;
  interval: number | string;
  intervalUnits: 'ms' | 's' | 'min';
  /** Records that may wait at each receiver. */
  bufferLimit: number | string;
  /** Records a second of each receiver; empty for no limit. */
  maxRate: number | string;
  /** Whether the rate of each receiver follows what batches can take. */
  backpressure: boolean;
  /** Records a second that back-pressure never goes below. */
  minRate: number | string;
  /** Records a second before back-pressure knows better; empty for no limit. */
  initialRate: number | string;
  /** Id of a dstream-engine node; empty for the default engine. */
  engine: string;
}

export = function batcherNode(api: NodeAPI): void {
  function BatcherNode(this: Node, config: BatcherProperties): void {
    api.nodes.createNode(this, config);
    joinDeployment(api, this, 'batcher', config);
  }

  api.nodes.registerType('dstream-batcher', BatcherNode);
};
