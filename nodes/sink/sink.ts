import type { Node, NodeAPI, NodeDef } from 'node-red';
import { joinDeployment } from '../shared/joinDeployment';

/** What the sink's dialog stores; numbers may arrive as strings. */
interface SinkProperties extends NodeDef {
  version: number;
  target: 'flow' | 'mqtt' | 'http' | 'file';
  mode: 'batch' | 'record' | 'key';
  emptyBatches: boolean;
  /** Id of an mqtt-broker node. */
  broker: string;
  topic: string;
  qos: '0' | '1';
  retain: boolean;
  url: string;
  /** The name of a header; its value is a credential. */
  header: string;
  /** Seconds. */
  timeout: number | string;
  /** A folder. */
  path: string;
  /** What the names of files begin with; empty for the name of the node. */
  fileName: string;
  fileFormat: 'json' | 'text' | 'csv';
  roll: 'day' | 'hour' | 'batch';
  /** Separated by commas. */
  columns: string;
  /** Means something only in a graph with a checkpoint. */
  pin: boolean;
}

export = function sinkNode(api: NodeAPI): void {
  function SinkNode(this: Node, config: SinkProperties): void {
    api.nodes.createNode(this, config);
    joinDeployment(api, this, 'sink', config);
  }

  api.nodes.registerType('dstream-sink', SinkNode, {
    credentials: { secret: { type: 'password' } },
  });
};
