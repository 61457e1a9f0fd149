import type { Engine } from '../engine/Engine';
import type { Problem } from '../plan/Problem';
import type { Clock } from '../ports/Clock';
import { SystemClock } from '../ports/node/SystemClock';
import { DeployPhases } from './DeployPhases';
import { DeployWindow } from './DeployWindow';
import { draw, type EngineNode, type GraphDrawing } from './draw';
import { offeredMessage } from './offeredMessage';
import { comesFromStream } from './OutputSender';
import { ProblemBoard } from './ProblemBoard';
import { reconcile } from './reconcile';
import type { RunningGraph } from './RunningGraph';
import type { FlowMessage, Runtime, RuntimeNode } from './Runtime';
import type { RegisteredNode, StreamNode } from './StreamNode';
import { WireInput } from './WireInput';

export type EngineFor = (engine: EngineNode | undefined) => Engine;

type Done = (error?: Error) => void;

/**
 * Keeps what runs in step with what is drawn: one for each Node-RED runtime. Stream nodes register here; after every deploy
 * the wires are read, each graph is compiled and compared with what runs, and only the difference is carried out.
 * While no stream node is registered it listens to nothing and holds no timer.
 */
export class Deployment {
  readonly #runtime: Runtime;
  readonly #engineFor: EngineFor;
  readonly #clock: Clock;
  readonly #streams = new Map<string, RegisteredNode>();
  readonly #engines = new Map<string, EngineNode>();
  readonly #inputs = new Map<string, WireInput>();
  readonly #board = new ProblemBoard((id) => this.#streams.get(id)?.node);
  readonly #window: DeployWindow;
  readonly #phases: DeployPhases;
  /** Nodes that were made since the last deploy ended. */
  readonly #fresh = new Set<string>();
  #graphs: readonly RunningGraph[] = [];
  /** The graph that takes the messages of a receiver. */
  #routes = new Map<string, RunningGraph>();
  /** False until the graphs of the first deploy run: then a receiver without a graph has none, before it may get one. */
  #settled = false;
  /** Whether graphs are being changed at this moment, so that nobody can say which of them takes a message. */
  #changing = false;
  #work: Promise<void> = Promise.resolve();
  #generation = 0;

  /** @param engineFor the engine for an engine node, or the default engine */
  constructor(runtime: Runtime, engineFor: EngineFor, clock: Clock = new SystemClock()) {
    this.#runtime = runtime;
    this.#engineFor = engineFor;
    this.#clock = clock;
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
    return [...this.#board.problems, ...this.#graphs.flatMap(({ failure }) => failure ?? [])];
  }

  /** What runs. */
  get graphs(): readonly RunningGraph[] {
    return this.#graphs;
  }

  /** Resolves when everything that the last event set off has been done. */
  whenSettled(): Promise<void> {
    return this.#work;
  }

  /** Called by the constructor of every stream node. */
  add(registered: RegisteredNode): void {
    const { id } = registered.node;
    this.#phases.listen();
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
      done();
    });
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
      const receiver = this.#routes.get(id)?.plan.operators.find((operator) => operator.id === id);
      const key = receiver?.type === 'receiver' ? receiver.parameters.key : this.#drawnKey(id);
      const offered = offeredMessage(message, key, (whole, path) => this.#runtime.property(whole, path));
      this.#input(id).add(offered, done);
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** The key property of a receiver whose graph is not compiled yet. */
  #drawnKey(id: string): { from: 'property'; property: string } | undefined {
    const properties = this.#streams.get(id)?.properties;
    return properties?.keyType === 'msg' && typeof properties.key === 'string'
      ? { from: 'property', property: properties.key.replace(/^msg\./, '') }
      : undefined;
  }

  #input(id: string): WireInput {
    let input = this.#inputs.get(id);
    if (input === undefined) {
      input = new WireInput(() => {
        if (this.#changing) return 'wait';
        const graph = this.#routes.get(id);
        if (graph !== undefined && graph.failure === undefined) return (messages) => graph.offer(id, messages);
        if (!this.#settled) return 'wait';
        const reason = graph?.failure?.what ?? 'see the problems of its nodes';
        return () => Promise.reject(new Error(`The graph of this receiver does not run: ${reason}. The message was not taken.`));
      });
      this.#inputs.set(id, input);
    }
    return input;
  }

  #beginDeploy(): void {
    this.#generation++;
    this.#settled = false;
    this.#window.open();
    for (const graph of this.#graphs) graph.pause();
  }

  /** Reads the drawing, carries out what changed, and lets messages flow again. */
  #settle(): void {
    const generation = ++this.#generation;
    this.#then(async () => {
      if (generation !== this.#generation) return;
      this.#changing = true;
      let drawings: readonly GraphDrawing[] = [];
      let failures: readonly Problem[] = [];
      try {
        drawings = draw(this.#streams, this.#engines, this.#runtime);
        const reconciled = await reconcile(this.#graphs, drawings, this.#engineFor, {
          node: (id) => this.#streams.get(id)?.node,
          clock: this.#clock,
        });
        this.#graphs = reconciled.graphs;
        failures = reconciled.failures;
      } finally {
        // Where another deploy has begun meanwhile, its own end opens the gates.
        if (generation === this.#generation) this.#openGates(drawings, failures);
        else for (const graph of this.#graphs) graph.pause();
      }
    });
  }

  #openGates(drawings: readonly GraphDrawing[], failures: readonly Problem[]): void {
    this.#board.show([...drawings.flatMap((drawing) => drawing.problems), ...failures], drawings.flatMap(({ hints }) => hints));
    this.#routes = new Map();
    for (const graph of this.#graphs) {
      for (const { id, type } of graph.plan.operators) {
        if (type === 'receiver') this.#routes.set(id, graph);
        if (this.#fresh.has(id)) graph.refresh(id);
      }
    }
    this.#fresh.clear();
    this.#settled = true;
    this.#changing = false;
    for (const [id, input] of this.#inputs) {
      input.flush();
      if (!this.#streams.has(id)) this.#inputs.delete(id);
    }
    this.#window.close((id) => this.#streams.has(id));
    for (const graph of this.#graphs) graph.resume();
    if (this.#streams.size === 0) this.#phases.forget();
  }

  #stopAll(): void {
    this.#generation++;
    const graphs = this.#graphs;
    this.#graphs = [];
    this.#routes = new Map();
    this.#settled = this.#streams.size > 0;
    this.#changing = false;
    this.#window.close(() => false);
    for (const input of this.#inputs.values()) input.flush();
    this.#inputs.clear();
    this.#board.show([], []);
    if (this.#streams.size === 0) this.#phases.forget();
    this.#then(async () => {
      await Promise.allSettled(graphs.map((graph) => graph.stop()));
    });
  }

  /** Does one thing after the other, and never lets an error out: an unhandled one would end Node-RED. */
  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#runtime.warn(`The streaming graphs could not be brought in line with the flows: ${reason}`);
    });
  }
}
