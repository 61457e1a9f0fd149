import { randomUUID } from 'node:crypto';
import type { Engine, Reset } from '../engine/Engine';
import type { Problem } from '../plan/Problem';
import type { Clock, Timer } from '../ports/Clock';
import { SystemClock } from '../ports/node/SystemClock';
import { AwaitedGraphs } from './AwaitedGraphs';
import { DeployPhases } from './DeployPhases';
import { DeployWindow } from './DeployWindow';
import { draw, type EngineNode, type GraphDrawing } from './draw';
import { offeredMessage } from './offeredMessage';
import { Endpoints } from './web/Endpoints';
import { endpointsOf } from './web/endpointsOf';
import { RequestInput } from './web/RequestInput';
import { comesFromStream } from './OutputSender';
import { propertyPath } from './compile/PropertyReader';
import { BatchWatchers } from './monitor/BatchWatchers';
import { type BrokenDrawing, brokenDrawings } from './monitor/brokenDrawings';
import { DrawnNodes } from './monitor/DrawnNodes';
import { ProblemBoard } from './ProblemBoard';
import { type Hold, reconcile } from './reconcile';
import { batchersOf, receiversOf } from './planParts';
import type { RunningGraph } from './RunningGraph';
import type { FlowMessage, Runtime, RuntimeNode } from './Runtime';
import type { RegisteredNode, StreamNode } from './StreamNode';
import { MOST_AT_ONCE, WireInput, type WireTarget } from './WireInput';

export type EngineFor = (engine: EngineNode | undefined) => Engine;

type Done = (error?: Error) => void;

/** ms that graphs may take to end when Node-RED ends. Containers kill after 10 s, and others need some of that too. */
const LONGEST_END = 6000;

/**
 * Keeps what runs in step with what is drawn: one for each Node-RED runtime. Stream nodes register here; after every deploy
 * the wires are read, each graph is compiled and compared with what runs, and only the difference is carried out.
 * While no stream node is registered it listens to nothing and holds no timer.
 */
export class Deployment {
  /** Those who want to know of every batch. */
  readonly batches = new BatchWatchers();
  readonly clock: Clock;
  readonly #runtime: Runtime;
  readonly #engineFor: EngineFor;
  readonly #streams = new Map<string, RegisteredNode>();
  readonly #engines = new Map<string, EngineNode>();
  readonly #inputs = new Map<string, WireInput>();
  readonly #requests = new Map<string, RequestInput>();
  readonly #endpoints: Endpoints;
  readonly #board = new ProblemBoard((id) => this.#streams.get(id)?.node);
  readonly #window: DeployWindow;
  readonly #phases: DeployPhases;
  /** Nodes that were made since the last deploy ended. */
  readonly #fresh = new Set<string>();
  #graphs: readonly RunningGraph[] = [];
  #broken: readonly BrokenDrawing[] = [];
  /** Graphs that will run again when their drawings are corrected. */
  readonly awaited = new AwaitedGraphs();
  readonly #drawn: DrawnNodes;
  /** The graph that takes the messages of a receiver. */
  #routes = new Map<string, RunningGraph>();
  /** Graphs that were stopped and may not have ended yet. */
  readonly #leaving = new Set<Hold>();
  /** False during a deploy: then a receiver without a graph has none, before it may get one. */
  #settled = false;
  /** Everything that is under way. */
  readonly #work = new Set<Promise<unknown>>();

  /** @param engineFor the engine for an engine node, or the default engine */
  constructor(runtime: Runtime, engineFor: EngineFor, clock: Clock = new SystemClock()) {
    this.#runtime = runtime;
    this.#engineFor = engineFor;
    this.clock = clock;
    this.#drawn = new DrawnNodes(() => runtime.properties());
    this.#endpoints = new Endpoints(clock);
    this.#window = new DeployWindow(runtime);
    this.#phases = new DeployPhases(runtime.events, {
      stopping: () => {
        this.#beginDeploy();
      },
      started: () => {
        this.#settle();
      },
      stopped: () => {
        this.#stopAll();
      },
    });
  }

  /** What keeps graphs from running, or has ended them. */
  get problems(): readonly Problem[] {
    return [...this.#board.problems, ...this.#graphs.flatMap(({ failure, refusal }) => failure ?? refusal ?? [])];
  }

  /** What runs. */
  get graphs(): readonly RunningGraph[] {
    return this.#graphs;
  }

  /** What is drawn and does not run. */
  get broken(): readonly BrokenDrawing[] {
    return this.#broken;
  }

  /** The node of the editor that stands for one that runs: in a subflow its instance. Undefined for what nobody drew. */
  drawnNode(id: string): string | undefined {
    return this.#drawn.find(id);
  }

  /** Whether a node, as drawn or as it runs, is one of a graph's. */
  hasNode({ plan }: RunningGraph, id: string): boolean {
    return plan.operators.some((operator) => operator.id === id || this.#streams.get(operator.id)?.node._alias === id);
  }

  /** What the user calls a graph: the name of its checkpoint or batcher, else its id. */
  titleOf({ plan }: RunningGraph): string {
    const names = [plan.graph, ...batchersOf(plan)].map((id) => this.#streams.get(id)?.node.name ?? '');
    return names.find((name) => name !== '') ?? plan.graph;
  }

  /**
   * Starts a graph again without what is given up of it. The drawing that was deployed last runs then.
   * @returns resolves with the id of the reset when the graph has been started; whether it then runs, it says itself
   */
  async reset(graph: RunningGraph, scope: Reset['scope'], more: Pick<Reset, 'savepoint' | 'salvage'> = {}): Promise<string> {
    // The time first: whoever looks at the quarantine finds the resets in their order.
    const id = `${this.clock.now().toString(36)}-${randomUUID()}`;
    const work = graph.reset({ id, scope, ...more }).then(() => {
      this.#open(graph);
    });
    this.#watch(work);
    await work;
    return id;
  }

  /** Resolves when everything that the last event set off has been done. */
  async whenSettled(): Promise<void> {
    while (this.#work.size > 0) await Promise.allSettled(this.#work);
  }

  /** Called by the constructor of every stream node. */
  add(registered: RegisteredNode): void {
    const { id } = registered.node;
    this.#phases.listen();
    this.#runtime.end.listen();
    this.#streams.set(id, registered);
    this.#fresh.add(id);
  }

  addEngine(engine: EngineNode): void {
    this.#engines.set(engine.id, engine);
  }

  removeEngine(engine: EngineNode): void {
    if (this.#engines.get(engine.id) === engine) this.#engines.delete(engine.id);
  }

  /**
   * Called when a stream node is closed. Messages that are on their way to it at this moment still arrive.
   * @param done called when no more will come
   */
  remove(node: StreamNode, done: () => void): void {
    const { id } = node;
    const registered = this.#streams.get(id);
    if (registered?.node !== node) {
      done();
      return;
    }
    if (registered.type === 'receiver') this.#window.park(id);
    setImmediate(() => {
      if (this.#streams.get(id)?.node === node) this.#streams.delete(id);
      // Outside a deploy nothing will come to tell that the last one has gone.
      if (this.#streams.size === 0 && !this.#phases.deploying) this.#stopAll();
      if (this.#runtime.end.isNear) void this.#end().then(done);
      else done();
    });
  }

  /** Stops everything while Node-RED waits for its nodes to close: it waits for nothing afterwards. */
  async #end(): Promise<void> {
    if (this.#graphs.length > 0) this.#stopAll();
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => {
      timer = this.clock.schedule(LONGEST_END, resolve);
    });
    await Promise.race([Promise.all([...this.#leaving].map(({ over }) => over.catch(() => undefined))), late]);
    timer?.cancel();
  }

  /** A message that a wire brought to a stream node. */
  receive(node: RuntimeNode, message: FlowMessage, done: Done): void {
    const registered = this.#streams.get(node.id);
    if (registered?.type === 'receiver') {
      this.#offer(node.id, message, done);
    } else if (!comesFromStream(message)) {
      const type = registered?.type ?? 'node';
      done(
        new Error(
          `An ordinary message came to this ${type}. Records enter a graph at a receiver only: ` +
            `put a receiver in front of the ${type}, and a batcher between the two.`,
        ),
      );
    }
  }

  #offer(id: string, message: FlowMessage, done: Done): void {
    try {
      const offered = offeredMessage(message, this.#drawnKey(id), (whole, path) => this.#runtime.property(whole, path));
      this.#input(id).add(offered, done);
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** The property that a receiver's dialog names as the key; its graph may not be compiled yet. */
  #drawnKey(id: string): { from: 'property'; property: string } | undefined {
    const properties = this.#streams.get(id)?.properties;
    return properties?.keyType === 'msg' && typeof properties.key === 'string'
      ? { from: 'property', property: propertyPath(properties.key) }
      : undefined;
  }

  #input(id: string): WireInput {
    let input = this.#inputs.get(id);
    if (input === undefined) {
      input = new WireInput(() => this.#target(id), this.clock);
      this.#inputs.set(id, input);
    }
    return input;
  }

  #request(id: string): RequestInput {
    let input = this.#requests.get(id);
    if (input === undefined) {
      input = new RequestInput(() => this.#target(id));
      this.#requests.set(id, input);
    }
    return input;
  }

  /** Where the messages of a receiver go now, or `wait` while that is not known yet. */
  #target(id: string): WireTarget | 'wait' {
    const graph = this.#routes.get(id);
    if (graph?.isChanging === true) return 'wait';
    if (graph !== undefined && graph.failure === undefined) {
      return {
        take: (messages, signal) => graph.offer(id, messages, signal),
        limit: Math.max(MOST_AT_ONCE, bufferLimit(graph, id)),
        refused: () => {
          graph.refused(id);
        },
      };
    }
    if (!this.#settled) return 'wait';
    const reason = graph?.failure?.what ?? 'see the problems of its nodes';
    return {
      take: () => Promise.reject(new Error(`The graph of this receiver does not run: ${reason}. The message was not taken.`)),
      limit: Infinity,
      refused: () => undefined,
    };
  }

  /** Hands over what waits at a receiver, if there is somebody to hand it to. */
  #flush(id: string): void {
    this.#inputs.get(id)?.flush();
    this.#requests.get(id)?.flush();
  }

  #beginDeploy(): void {
    this.#settled = false;
    this.#window.open();
    for (const graph of this.#graphs) graph.pause();
  }

  /**
   * Reads the drawing and has carried out what changed. Messages flow again for each graph as soon as it is in line with the
   * drawing; no graph waits for another, unless it takes over one of its receivers.
   */
  #settle(): void {
    this.#carefully('The streaming graphs could not be brought in line with the flows', () => {
      this.#bringInLine();
    });
    this.#settled = true;
    this.#window.close((id) => this.#streams.has(id));
    this.#carefully('The HTTP endpoints of receivers could not be opened', () => {
      this.#openEndpoints();
    });
    for (const id of [...this.#inputs.keys(), ...this.#requests.keys()]) {
      this.#flush(id);
      if (this.#streams.has(id)) continue;
      this.#inputs.delete(id);
      this.#requests.delete(id);
    }
    for (const graph of this.#graphs) this.#open(graph);
    if (this.#streams.size === 0) this.#forget();
  }

  /** Does what must not end Node-RED, as an error that got out would. */
  #carefully(failure: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#runtime.warn(`${failure}: ${reason}`);
    }
  }

  #bringInLine(): void {
    const drawings: readonly GraphDrawing[] = draw(this.#streams, this.#engines, this.#runtime);
    const { graphs, leaving } = reconcile(this.#graphs, [...this.#leaving], drawings, this.awaited, this.#engineFor, {
      node: (id) => this.#streams.get(id)?.node,
      clock: this.clock,
      batchEnded: (graph, event) => {
        this.batches.tell(graph, event);
      },
      warn: (text) => {
        this.#runtime.warn(text);
      },
    });
    for (const hold of leaving) this.#leave(hold);
    this.#board.show(drawings.flatMap(({ problems }) => problems), drawings.flatMap(({ hints }) => hints));
    this.#broken = brokenDrawings(drawings, (id) => this.#streams.get(id)?.type, this.clock.now());
    this.awaited.keepOnly(this.#broken);
    this.#drawn.forget();
    this.#graphs = graphs.map(({ graph }) => graph);
    this.#routes = new Map(this.#graphs.flatMap((graph) => receiversOf(graph.plan).map((id) => [id, graph])));
    for (const graph of this.#graphs) {
      for (const { id } of [...graph.plan.operators, ...graph.wanted.operators]) if (this.#fresh.has(id)) graph.refresh(id);
    }
    this.#fresh.clear();
    for (const { graph, change } of graphs) {
      if (graph.isChanging) this.#watch(change.then(() => { this.#open(graph); }));
    }
  }

  /** Lets messages flow into and out of a graph, unless it is being changed, or the next deploy is under way. */
  #open(graph: RunningGraph): void {
    if (graph.isChanging || !this.#graphs.includes(graph)) return;
    if (!this.#phases.deploying) graph.resume();
    for (const id of receiversOf(graph.plan)) this.#flush(id);
  }

  /** Makes the endpoints those of the receivers that are drawn now; a drawing with problems answers that it does not run. */
  #openEndpoints(): void {
    const closed = new Set(this.#board.problems.filter(({ code }) => code.startsWith('http-')).map(({ nodeId }) => nodeId));
    const open = [...this.#streams.values()].filter(({ node }) => !closed.has(node.id));
    // Of two with the same path the later one counts: one that runs shall not lose its requests to one that does not.
    const runs = ({ node }: RegisteredNode): number => Number(this.#routes.has(node.id));
    const endpoints = endpointsOf(open.sort((a, b) => runs(a) - runs(b)), {
      offer: (id, messages) => this.#request(id).offer(messages),
      batchInterval: (id) => this.#routes.get(id)?.plan.batchInterval,
      durability: (id) => this.#routes.get(id)?.figures.durability?.state,
    });
    this.#endpoints.set(endpoints);
    if (endpoints.size > 0) this.#runtime.web?.use(this.#endpoints);
  }

  /** Listens to nothing any more. */
  #forget(): void {
    this.#phases.forget();
    this.#runtime.end.forget();
  }

  #leave(hold: Hold): void {
    this.#leaving.add(hold);
    this.#watch(hold.over.catch(() => undefined).then(() => this.#leaving.delete(hold)));
  }

  #stopAll(): void {
    const graphs = this.#graphs;
    this.#graphs = [];
    this.#broken = [];
    this.awaited.forget();
    this.#routes = new Map();
    this.#window.close(() => false);
    this.#endpoints.set(new Map());
    // What waits for the end of a deploy is refused: there is nobody left to take it.
    this.#settled = true;
    for (const id of [...this.#inputs.keys(), ...this.#requests.keys()]) this.#flush(id);
    this.#settled = this.#streams.size > 0;
    this.#inputs.clear();
    this.#requests.clear();
    this.#board.show([], []);
    if (this.#streams.size === 0) this.#forget();
    for (const graph of graphs) this.#leave({ operators: graph.held, over: graph.stop() });
  }

  /** @param work never rejects */
  #watch(work: Promise<unknown>): void {
    this.#work.add(work);
    void work.then(() => this.#work.delete(work));
  }
}

function bufferLimit({ plan }: RunningGraph, id: string): number {
  const receiver = plan.operators.find((operator) => operator.id === id);
  return receiver?.type === 'receiver' ? receiver.parameters.bufferLimit : 0;
}
