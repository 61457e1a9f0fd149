import type { Node, NodeAPI, NodeDef } from 'node-red';
import { joinDeployment } from '../shared/joinDeployment';
import { migrate, type Migration } from '../shared/migrate';

/** What the window's dialog stores; numbers may arrive as strings. */
interface WindowProperties extends NodeDef {
  version: number;
  mode: 'tumbling' | 'sliding';
  length: number | string;
  lengthUnits: 'ms' | 's' | 'min' | 'h';
  slide: number | string;
  slideUnits: 'ms' | 's' | 'min' | 'h';
}

/** None yet: 1 is the first version. */
const migrations: readonly Migration[] = [];

export = function windowNode(api: NodeAPI): void {
  function WindowNode(this: Node, config: WindowProperties): void {
    api.nodes.createNode(this, config);
    joinDeployment(api, this, 'window', migrate(config, migrations));
  }

  api.nodes.registerType('dstream-window', WindowNode);
};
