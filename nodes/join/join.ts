import type { Node, NodeAPI, NodeDef } from 'node-red';
import { joinDeployment } from '../shared/joinDeployment';

/** What the join's dialog stores. */
interface JoinProperties extends NodeDef {
  version: number;
  mode: 'inner' | 'left' | 'right' | 'full' | 'cogroup' | 'union';
  /** The id of the stream node that is the left stream; '' for the first one. */
  left: string;
}

export = function joinNode(api: NodeAPI): void {
  function JoinNode(this: Node, config: JoinProperties): void {
    api.nodes.createNode(this, config);
    joinDeployment(api, this, 'join', config);
  }

  api.nodes.registerType('dstream-join', JoinNode);
};
