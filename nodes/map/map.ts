import type { Node, NodeAPI, NodeDef } from 'node-red';
import { joinDeployment } from '../shared/joinDeployment';

/** What the map's dialog stores. */
interface MapProperties extends NodeDef {
  version: number;
  mode: 'map' | 'flatMap' | 'filter' | 'keyBy' | 'batch';
  lang: 'javascript' | 'jsonata';
  func: string;
}

export = function mapNode(api: NodeAPI): void {
  function MapNode(this: Node, config: MapProperties): void {
    api.nodes.createNode(this, config);
    joinDeployment(api, this, 'map', config);
  }

  api.nodes.registerType('dstream-map', MapNode);
};
