import type { Node, NodeAPI } from 'node-red';
import { deploymentOf } from '../../src/flow/deploymentOf';
import type { NodeProperties } from '../../src/flow/Runtime';
import type { StreamType } from '../../src/flow/StreamNode';

/**
 * Makes a node part of the drawing. A stream node does nothing itself: the deployment reads how it is wired and runs it as
 * part of a graph, and is given the messages that wires bring. When the node is closed it leaves the drawing.
 */
export function joinDeployment(api: NodeAPI, node: Node, type: StreamType, properties: NodeProperties): void {
  const deployment = deploymentOf(api);
  deployment.add({ node, type, properties });
  node.on('input', (message, _send, done) => {
    deployment.receive(node, message, done);
  });
  node.on('close', (_removed: boolean, done: () => void) => {
    deployment.remove(node, done);
  });
}
