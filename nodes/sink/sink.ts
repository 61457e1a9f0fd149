import type { Node, NodeAPI, NodeDef } from 'node-red';
import { joinDeployment } from '../shared/joinDeployment';
import { migrate, type Migration } from '../shared/migrate';

/** What the sink's dialog stores. */
interface SinkProperties extends NodeDef {
  version: number;
  mode: 'batch' | 'record' | 'key';
  emptyBatches: boolean;
}

/** None yet: 1 is the first version. */
const migrations: readonly Migration[] = [];

export = function sinkNode(api: NodeAPI): void {
  function SinkNode(this: Node, config: SinkProperties): void {
    api.nodes.createNode(this, config);
    joinDeployment(api, this, 'sink', migrate(config, migrations));
  }

  api.nodes.registerType('dstream-sink', SinkNode);
};
