import { EventEmitter } from 'node:events';
import type { FlowMessage, NodeProperties, HookEvent, Runtime, RuntimeNode, RuntimeWeb, WebHandler } from '../../src/flow/Runtime';
import type { NodeStatus, RegisteredNode, SentMessage, StreamNode, StreamType } from '../../src/flow/StreamNode';
import type { Deployment } from '../../src/flow/Deployment';

/** A stream node that remembers what it was made to do. */
export class FakeNode implements StreamNode {
  readonly type: string;
  wires: string[][] = [];
  readonly statuses: NodeStatus[] = [];
  readonly errors: { readonly text: string; readonly message?: SentMessage | undefined }[] = [];
  readonly warnings: string[] = [];
  readonly lines: string[] = [];
  readonly sent: SentMessage[] = [];

  constructor(
    readonly id: string,
    type: string,
    readonly name?: string,
  ) {
    this.type = type;
  }

  status(status: NodeStatus): void {
    this.statuses.push(status);
  }

  error(text: string, message?: SentMessage): void {
    this.errors.push({ text, message });
  }

  warn(text: string): void {
    this.warnings.push(text);
  }

  log(text: string): void {
    this.lines.push(text);
  }

  send(message: SentMessage): void {
    this.sent.push(message);
  }
}

export type FakeFlow = Readonly<Record<string, readonly [type: string, properties: NodeProperties, ...targets: string[]]>>;

/** A Node-RED without Node-RED: flows are replaced as in a full deploy, and messages are routed through the hooks. */
export class FakeRuntime implements Runtime {
  readonly events = new EventEmitter();
  readonly nodes = new Map<string, FakeNode>();
  readonly hookList = new Map<string, (event: HookEvent) => false | undefined>();
  readonly hooks = {
    add: (name: string, hook: (event: HookEvent) => false | undefined): void => {
      this.hookList.set(name, hook);
    },
    remove: (name: string): void => {
      this.hookList.delete(name);
    },
  };
  readonly delivered: { readonly id: string; readonly message: FlowMessage }[] = [];
  readonly warnings: string[] = [];
  readonly variables: Record<string, string> = {};
  readonly utilPath = undefined;
  readonly instanceId = 'instance';
  readonly userDirectory = '/user';
  /** Who answers requests. */
  webHandler: WebHandler | undefined;
  web: RuntimeWeb | undefined = {
    use: (handler) => {
      this.webHandler = handler;
    },
    isEditors: (path) => path === 'flows',
  };
  /** Whether nodes are closed because the process ends. */
  readonly end = { isNear: false, listen: (): void => undefined, forget: (): void => undefined };
  deployment: Deployment | undefined;
  #properties = new Map<string, NodeProperties>();

  node(id: string): RuntimeNode | undefined {
    return this.nodes.get(id);
  }

  /** A node that must be there. */
  at(id: string): FakeNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`There is no node ${id}.`);
    return node;
  }

  properties(): ReadonlyMap<string, NodeProperties> {
    return this.#properties;
  }

  deliver(id: string, message: FlowMessage): void {
    this.delivered.push({ id, message });
    const node = this.nodes.get(id);
    if (node !== undefined) this.deployment?.receive(node, message, () => undefined);
  }

  clone(message: FlowMessage): FlowMessage {
    return structuredClone(message);
  }

  property(message: FlowMessage, expression: string): unknown {
    let value: unknown = message;
    for (const name of expression.split('.')) value = (value as Record<string, unknown> | undefined)?.[name];
    return value;
  }

  environment(name: string): string | undefined {
    return this.variables[name];
  }

  warn(text: string): void {
    this.warnings.push(text);
  }

  /** Sends a message over a wire; false where a hook kept it. */
  route(id: string, message: FlowMessage): boolean {
    for (const hook of this.hookList.values()) if (hook({
      msg: message,
      destination: { id },
      cloneMessage: true,
    }) === false) return false;
    this.deliver(id, message);
    return true;
  }

  /** Closes what is to be made anew: everything, or the nodes named. */
  async stop(only?: readonly string[]): Promise<void> {
    if (this.nodes.size > 0) this.events.emit('flows:stopping', {});
    const closing = [...this.nodes.values()].filter(({ id }) => only === undefined || only.includes(id));
    await Promise.all(
      closing.map(async (node) => {
        if (node.type.startsWith('dstream-')) await new Promise<void>((done) => this.deployment?.remove(node, done));
        this.nodes.delete(node.id);
      }),
    );
    this.events.emit('flows:stopped', {});
  }

  /** Makes the nodes of a flow that are not there and rewires the others. */
  make(flow: FakeFlow): void {
    this.#properties = new Map();
    for (const [id, [type, properties, ...targets]] of Object.entries(flow)) {
      this.#properties.set(id, { ...properties, type });
      let node = this.nodes.get(id);
      if (node === undefined) {
        node = new FakeNode(id, type);
        this.nodes.set(id, node);
        const registered: RegisteredNode = { node, type: type.slice('dstream-'.length) as StreamType, properties };
        if (type.startsWith('dstream-')) this.deployment?.add(registered);
      }
      node.wires = targets.length === 0 ? [] : [targets];
    }
  }

  async deploy(flow: FakeFlow, only?: readonly string[]): Promise<void> {
    await this.stop(only);
    this.events.emit('runtime-event', { id: 'runtime-state', payload: { state: 'stop', deploy: true } });
    this.make(flow);
    this.events.emit('flows:started', {});
    await this.deployment?.whenSettled();
  }
}
