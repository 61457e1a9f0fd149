import type { Node, NodeAPI, NodeDef } from 'node-red';
import { joinDeployment } from '../shared/joinDeployment';

/** What the checkpoint's dialog stores; numbers may arrive as strings. */
interface CheckpointProperties extends NodeDef {
  version: number;
  /** The folder; empty for `dstream` in Node-RED's user directory, in which relative ones start too. */
  path: string;
  interval: number | string;
  intervalUnits: 'ms' | 's' | 'min' | 'h';
  sync: 'group' | 'each' | 'timer';
  syncInterval: number | string;
  syncIntervalUnits: 'ms' | 's' | 'min' | 'h';
  /** MiB */
  logLimit: number | string;
  /** days */
  retention: number | string;
}

export = function checkpointNode(api: NodeAPI): void {
  function CheckpointNode(this: Node, config: CheckpointProperties): void {
    api.nodes.createNode(this, config);
    joinDeployment(api, this, 'checkpoint', config);
  }

  api.nodes.registerType('dstream-checkpoint', CheckpointNode);
};
