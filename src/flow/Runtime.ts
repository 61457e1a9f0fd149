import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OperatorType } from '../plan/Plan';
import type { ProcessEnd } from './ProcessEnd';

/** What this package reads of a node that Node-RED runs; plain objects will do in tests. */
export interface RuntimeNode {
  readonly id: string;
  readonly type: string;
  readonly name?: string | undefined;
  /** One list of node ids per output. */
  readonly wires?: readonly (readonly string[])[] | undefined;
  /** Inside a subflow instance: the id of the node in the subflow's definition. */
  readonly _alias?: string | undefined;
  readonly _flow?: { readonly node?: unknown } | undefined;
}

/** A node's properties as they stand in the flow file. */
export type NodeProperties = Readonly<Record<string, unknown>>;

/** What discovery needs to see of the flows that are running. */
export interface FlowView {
  /** The live node, or undefined where the id names a disabled, deleted or failed one. */
  node(id: string): RuntimeNode | undefined;
  /** The type of a stream node that is registered under this id. */
  streamType(id: string): OperatorType | undefined;
  /** The properties of a node in the flow file, by its own id or the id in its subflow's definition. */
  properties(id: string): NodeProperties | undefined;
}

/** A message as it travels on wires. */
export interface FlowMessage {
  [property: string]: unknown;
  payload?: unknown;
  topic?: unknown;
}

/** What Node-RED passes to a `preRoute` or `onReceive` hook, as far as it is used here. */
export interface HookEvent {
  readonly msg: FlowMessage;
  readonly destination: {
    readonly id: string;
    /** For `onReceive` the live node. What takes its messages is one function or several, and nothing once it has been closed. */
    readonly node?: { readonly _inputCallback?: unknown; readonly _inputCallbacks?: unknown } | undefined;
  };
  /** For `preRoute`: whether the message is still shared and must be cloned before it is kept. */
  readonly cloneMessage?: boolean | undefined;
}

export interface RuntimeHooks {
  add(name: string, hook: (event: HookEvent) => false | undefined): void;
  remove(name: string): void;
}

export interface RuntimeEvents {
  on(name: string, listener: (event: unknown) => void): unknown;
  removeListener(name: string, listener: (event: unknown) => void): unknown;
}

/** Somebody who answers some of the requests to the flows' web server. */
export interface WebHandler {
  /** @param request its `url` below the root of the flows' web server */
  isFor(request: { readonly method?: string | undefined; readonly url?: string | undefined }): boolean;
  /** Answers the request. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** The web server in which flows have their addresses. */
export interface RuntimeWeb {
  /** From now on this one is asked about requests; there is one at a time. */
  use(handler: WebHandler): void;
  /** Whether the editor takes requests at this path: it comes first where both have the same root. */
  isEditors(path: string): boolean;
}

/** Everything that `flow/` asks of Node-RED. `runtimeOf` makes one from the real thing. */
export interface Runtime {
  readonly events: RuntimeEvents;
  /** Absent in node-red-node-test-helper. */
  readonly hooks: RuntimeHooks | undefined;
  node(id: string): RuntimeNode | undefined;
  /** All nodes of the flow file, by id. */
  properties(): ReadonlyMap<string, NodeProperties>;
  /** Hands a message to a node as if a wire had brought it. */
  deliver(id: string, message: FlowMessage): void;
  clone(message: FlowMessage): FlowMessage;
  /** A property of a message, by an expression such as `req.query.id`; undefined where there is none. */
  property(message: FlowMessage, expression: string): unknown;
  /**
   * The value of an environment variable as a node sees it, group, flow and process included: of the type that it was given
   * there. Undefined where there is none.
   */
  environment(name: string, node: RuntimeNode): unknown;
  /** Where Node-RED's own `@node-red/util` is found. */
  readonly utilPath: string | undefined;
  /** Tells this Node-RED from others; the same after a restart. */
  readonly instanceId: string;
  /** Where Node-RED keeps its files: relative paths in dialogs start here. Undefined where it keeps none. */
  readonly userDirectory: string | undefined;
  /** Undefined where it is off. */
  readonly web: RuntimeWeb | undefined;
  /** Whether the process is about to end; asked when nodes are closed. */
  readonly end: Pick<ProcessEnd, 'listen' | 'forget' | 'isNear'>;
  warn(text: string): void;
}
