import type { Node, NodeAPI, NodeDef } from 'node-red';
import { joinDeployment } from '../shared/joinDeployment';
import { migrate, type Migration } from '../shared/migrate';

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

/** None yet: 1 is the first version. */
const migrations: readonly Migration[] = [];

export = function stateNode(api: NodeAPI): void {
  function StateNode(this: Node, config: StateProperties): void {
    api.nodes.createNode(this, config);
    joinDeployment(api, this, 'state', migrate(config, migrations));
  }

  api.nodes.registerType('dstream-state', StateNode);
};
