import type { Node, NodeAPI, NodeDef } from 'node-red';
import { joinDeployment } from '../shared/joinDeployment';

/** What the state dialog stores. */
interface StateProperties extends NodeDef {
  version: number;
  keyType: 'key' | 'msg' | 'jsonata';
  key: string;
  mode: 'update' | 'record';
  func: string;
  /** Empty or 0 for never. */
  timeout: string;
  timeoutUnits: 'ms' | 's' | 'min' | 'h';
  emit: 'changed' | 'all';
  keyLimit: number | string;
}

export = function stateNode(api: NodeAPI): void {
  function StateNode(this: Node, config: StateProperties): void {
    api.nodes.createNode(this, config);
    joinDeployment(api, this, 'state', config);
  }

  api.nodes.registerType('dstream-state', StateNode);
};
