import type { Node, NodeAPI, NodeDef } from 'node-red';
import { deploymentOf } from '../../src/flow/deploymentOf';
import type { StreamType } from '../../src/flow/StreamNode';
import { migrate, newestVersion } from './migrate';
import { MIGRATIONS } from './migrations';

/**
 * Makes a node part of the drawing. A stream node does nothing itself: the deployment reads how it is wired and runs it as
 * part of a graph, and is given the messages that wires bring. When the node is closed it leaves the drawing.
 * @param config what the dialog of any version has stored
 */
export function joinDeployment(api: NodeAPI, node: Node, type: StreamType, config: NodeDef): void {
  const deployment = deploymentOf(api);
  const migrations = MIGRATIONS[type];
  deployment.add({ node, type, properties: migrate({ ...config }, migrations), newestVersion: newestVersion(migrations) });
  node.on('input', (message, _send, done) => {
    deployment.receive(node, message, done);
  });
  node.on('close', (_removed: boolean, done: () => void) => {
    deployment.remove(node, done);
  });
}
