import type { OperatorType } from '../plan/Plan';
import type { NodeProperties, RuntimeNode } from './Runtime';

/** The kinds of stream node; each draws one operator of a plan. */
export type StreamType = OperatorType;

export interface NodeStatus {
  readonly fill?: 'red' | 'green' | 'yellow' | 'blue' | 'grey';
  readonly shape?: 'ring' | 'dot';
  readonly text?: string;
}

/** A message that a stream node sends to ordinary nodes, or an error speaks of. */
export interface SentMessage {
  [property: string]: unknown;
  payload?: unknown;
  topic?: string;
}

/** What a deployment asks of a stream node. Node-RED's own nodes fit. */
export interface StreamNode extends RuntimeNode {
  status(status: NodeStatus): void;
  /** Without a message the error is only logged; with one, catch nodes see it. */
  error(text: string, message?: SentMessage): void;
  warn(text: string): void;
  log(text: string): void;
  send(message: SentMessage): void;
}

/** A stream node together with what its dialog says. */
export interface RegisteredNode {
  readonly node: StreamNode;
  readonly type: StreamType;
  readonly properties: NodeProperties;
  /** The newest version of its dialog that is known here: properties of a later one cannot be read. None is too new when left out. */
  readonly newestVersion?: number;
}
