import type { Node, NodeAPI, NodeDef } from 'node-red';
import { joinDeployment } from '../shared/joinDeployment';
import { migrate, type Migration } from '../shared/migrate';

/** What the map's dialog stores. */
interface MapProperties extends NodeDef {
  version: number;
  mode: 'map' | 'flatMap' | 'filter' | 'keyBy' | 'batch';
  lang: 'javascript' | 'jsonata';
  func: string;
}

/** None yet: 1 is the first version. */
const migrations: readonly Migration[] = [];

export = function mapNode(api: NodeAPI): void {
  function MapNode(this: Node, config: MapProperties): void {
    api.nodes.createNode(this, config);
    joinDeployment(api, this, 'map', migrate(config, migrations));
  }

  api.nodes.registerType('dstream-map', MapNode);
};
