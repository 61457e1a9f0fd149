import type { Node, NodeAPI, NodeDef } from 'node-red';
import { joinDeployment } from '../shared/joinDeployment';

/** What the window's dialog stores; numbers may arrive as strings. */
interface WindowProperties extends NodeDef {
  version: number;
  mode: 'tumbling' | 'sliding';
  length: number | string;
  lengthUnits: 'ms' | 's' | 'min' | 'h';
  slide: number | string;
  slideUnits: 'ms' | 's' | 'min' | 'h';
}

export = function windowNode(api: NodeAPI): void {
  function WindowNode(this: Node, config: WindowProperties): void {
    api.nodes.createNode(this, config);
    joinDeployment(api, this, 'window', config);
  }

  api.nodes.registerType('dstream-window', WindowNode);
};
