import type { Node, NodeAPI, NodeDef } from 'node-red';
import { joinDeployment } from '../shared/joinDeployment';

/** What the receiver's dialog stores; numbers may arrive as strings. */
interface ReceiverProperties extends NodeDef {
  version: number;
  source: 'wire' | 'mqtt' | 'http' | 'tcp' | 'folder' | 'simulated';
  /** Id of an mqtt-broker node. */
  broker: string;
  topic: string;
  qos: '0' | '1' | '2';
  /** Below the root of the flows' web server. */
  httpPath: string;
  /** kB */
  bodyLimit: number | string;
  tcpRole: 'listen' | 'connect';
  host: string;
  port: number | string;
  /** Absolute, or below Node-RED's user directory. */
  folder: string;
  /** A glob for the names of files. */
  pattern: string;
  split: 'lines' | 'whole';
  existing: boolean;
  format: 'auto' | 'json' | 'text' | 'buffer';
  keyType: 'topic' | 'level' | 'msg';
  key: string;
  sensors: number | string;
  /** Messages per sensor and second. */
  rate: number | string;
  seed: number | string;
}

export = function receiverNode(api: NodeAPI): void {
  function ReceiverNode(this: Node, config: ReceiverProperties): void {
    api.nodes.createNode(this, config);
    joinDeployment(api, this, 'receiver', config);
  }

  api.nodes.registerType('dstream-receiver', ReceiverNode);
};
