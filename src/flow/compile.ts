import type { Input, JoinOperator, Operator, Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import {
  batcherDialog,
  type BatcherDialog,
  DEFAULT_INTERVAL,
  DEFAULT_LIMITS,
  disagreements,
  strictest,
} from './compile/batchers';
import { acknowledgedEarly, checkpointParameters } from './compile/checkpoint';
import { joinParameters, type JoinSide } from './compile/join';
import { mapParameters } from './compile/map';
import { PropertyReader } from './compile/PropertyReader';
import { receiverDialog } from './compile/receiver';
import { sinkParameters } from './compile/sink';
import { slideProblems } from './compile/slides';
import { reduceByKeyParameters } from './compile/reduceByKey';
import { stateParameters } from './compile/state';
import { topologicalOrder } from './compile/topologicalOrder';
import { windowParameters } from './compile/window';
import type { DrawnGraph, Edge } from './discover';
import { problems } from './problems';
import type { NodeProperties } from './Runtime';
import type { StreamType } from './StreamNode';
import { tooNewProblems } from './tooNewProblems';

/** What is to be said to a user about something that works. */
export interface Hint {
  readonly nodeId: string;
  readonly text: string;
  /** How loud to say it; `log` when absent. */
  readonly level?: 'log' | 'warn';
}

/** One drawn stream node, as far as compiling needs it. */
export interface DrawnNode {
  readonly type: StreamType;
  readonly name?: string | undefined;
  readonly properties: NodeProperties;
  /** As for a `RegisteredNode`. */
  readonly newestVersion?: number | undefined;
}

export interface Compiled {
  /** Ids of the drawn nodes. */
  readonly nodes: readonly string[];
  /** Undefined where there are problems. */
  readonly plan: Plan | undefined;
  /** Ids of the operators whose records ordinary nodes want to see. */
  readonly taps: readonly string[];
  /** The id of the engine node, or '' for the default engine. */
  readonly engine: string;
  readonly problems: readonly Problem[];
  readonly hints: readonly Hint[];
}

/**
 * Turns one drawn graph into a plan. Every problem is found in one go; with any problem there is no plan.
 * @param drawn what is known of a node by its id; never asked for ids outside the graph
 */
export function compile(graph: DrawnGraph, drawn: (id: string) => DrawnNode): Compiled {
  return new Compilation(graph, drawn).run();
}

class Compilation {
  readonly #graph: DrawnGraph;
  readonly #drawn: (id: string) => DrawnNode;
  readonly #problems: Problem[];
  readonly #hints: Hint[] = [];
  readonly #nodes: ReadonlySet<string>;

  constructor(graph: DrawnGraph, drawn: (id: string) => DrawnNode) {
    this.#graph = graph;
    this.#nodes = new Set(graph.nodes);
    this.#drawn = drawn;
    this.#problems = [...graph.problems];
  }

  run(): Compiled {
    const { nodes, tapped } = this.#graph;
    const tooNew = this.#tooNew();
    if (tooNew.length > 0) return { nodes, plan: undefined, taps: [...tapped], engine: '', problems: tooNew, hints: [] };
    this.#checkEnds();
    const drawnBatchers = this.#batchers();
    const batchInterval = drawnBatchers[0]?.interval ?? DEFAULT_INTERVAL;
    const edges = this.#addDefaultBatchers(drawnBatchers);
    const operators = this.#operators(edges, drawnBatchers, batchInterval);
    // Durations that are wrong in themselves are told first.
    if (this.#problems.length === 0) {
      this.#problems.push(...slideProblems(operators, batchInterval, (id) => this.#label(id)));
    }
    const checkpoint = this.#checkpoint(operators);
    this.#checkQos2(operators);
    const batcherIds = operators.filter(({ type }) => type === 'batcher').map(({ id }) => id);
    // A drawn batcher names the graph even where a made-up one would be smaller: a wire must not rename a graph.
    // A checkpoint comes before both: what a graph has on disk is found again by its name.
    const graphId = checkpoint ?? drawnBatchers[0]?.id ?? batcherIds.sort()[0];
    const sound = this.#problems.length === 0 && graphId !== undefined;
    return {
      nodes,
      plan: sound ? { version: 1, graph: graphId, batchInterval, operators } : undefined,
      taps: [...tapped],
      engine: drawnBatchers[0]?.engine ?? '',
      problems: this.#problems,
      hints: this.#hints,
    };
  }

  /** What newer versions of the palette have stored may mean something else: nothing of it is read, and so nothing else is said. */
  #tooNew(): Problem[] {
    return this.#graph.nodes.flatMap((id) => {
      const { properties, newestVersion } = this.#drawn(id);
      return tooNewProblems(id, this.#label(id), properties, newestVersion);
    });
  }

  /** The id of the checkpoint, which names its graph; each further one is a problem. */
  #checkpoint(operators: readonly Operator[]): string | undefined {
    const checkpoints = operators.filter((operator) => operator.type === 'checkpoint').sort((a, b) => (a.id < b.id ? -1 : 1));
    const [first, ...others] = checkpoints;
    if (first === undefined) return undefined;
    for (const { id } of others) this.#problems.push(problems.checkpointTwice(id, this.#label(id), this.#label(first.id)));
    const hint = acknowledgedEarly(first.parameters.sync);
    if (hint !== undefined) this.#hints.push({ nodeId: first.id, text: hint });
    return first.id;
  }

  /** At QoS 2 it is for the receiver to know what it has had, also after a crash. */
  #checkQos2(operators: readonly Operator[]): void {
    if (operators.some(({ type }) => type === 'checkpoint')) return;
    for (const { id, type, parameters } of operators) {
      if (type !== 'receiver' || parameters.source.kind !== 'mqtt' || parameters.source.qos !== 2) continue;
      this.#problems.push(problems.mqttQos2NeedsCheckpoint(id, this.#label(id)));
    }
  }

  /** A graph begins at receivers and ends where somebody looks. */
  #checkEnds(): void {
    const { nodes, edges, tapped, deadEnds } = this.#graph;
    const fed = new Set(edges.map(({ to }) => to));
    // A node that a wiring problem names is already told what keeps its input away.
    const excused = new Set(this.#problems.map(({ nodeId }) => nodeId));
    for (const id of nodes) {
      if (this.#type(id) !== 'receiver' && !fed.has(id) && !excused.has(id)) {
        this.#problems.push(problems.noInput(id, this.#label(id)));
      }
    }
    if (this.#problems.length > 0 || tapped.length > 0 || nodes.some((id) => this.#type(id) === 'sink')) return;
    const feeding = new Set(edges.map(({ from }) => from));
    const last = nodes.find((id) => deadEnds.has(id)) ?? nodes.find((id) => !feeding.has(id)) ?? nodes[0] ?? '';
    this.#problems.push(problems.noOutput(last, this.#label(last), deadEnds.get(last) ?? []));
  }

  /** The drawn batchers by id; the first one speaks for the graph. */
  #batchers(): BatcherDialog[] {
    const batchers = this.#graph.nodes
      .filter((id) => this.#type(id) === 'batcher')
      .map((id) => this.#read(id, batcherDialog));
    this.#problems.push(...disagreements(batchers, (id) => this.#label(id)));
    return batchers;
  }

  /** Puts a batcher behind every receiver that is wired straight to something else. */
  #addDefaultBatchers(drawnBatchers: readonly BatcherDialog[]): Edge[] {
    const interval = drawnBatchers[0]?.interval ?? DEFAULT_INTERVAL;
    const edges: Edge[] = [];
    const bare = new Set<string>();
    for (const edge of this.#graph.edges) {
      if (this.#type(edge.from) === 'receiver' && this.#type(edge.to) !== 'batcher') {
        bare.add(edge.from);
        edges.push({ ...edge, from: defaultBatcher(edge.from) });
      } else {
        edges.push(edge);
      }
    }
    // Where records only leave through a tap on the receiver, a batch is still wanted.
    if (drawnBatchers.length === 0 && bare.size === 0) {
      for (const id of this.#graph.nodes) if (this.#type(id) === 'receiver') bare.add(id);
    }
    for (const id of bare) {
      edges.push({ from: id, port: 0, to: defaultBatcher(id) });
      this.#hints.push({
        nodeId: id,
        text:
          `No batcher follows ${this.#label(id)}, so its records go into batches of ${String(interval)} ms. ` +
          'Add a batcher to choose.',
      });
    }
    return edges;
  }

  #operators(edges: readonly Edge[], batchers: readonly BatcherDialog[], batchInterval: number): Operator[] {
    const inputs = new Map<string, Input[]>(this.#graph.nodes.map((id) => [id, []]));
    for (const { to } of edges) inputs.set(to, []);
    for (const { from, port, to } of edges) inputs.get(to)?.push({ id: from, port });
    const order = topologicalOrder(inputs);
    const limits = new Map(batchers.map((batcher) => [batcher.id, batcher.limits]));
    return order.map((id) => {
      const own = (inputs.get(id) ?? []).sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.port - b.port));
      return this.#operator(id, own, batchInterval, () =>
        strictest([...downstream(id, edges)].flatMap((other) => limits.get(other) ?? [])),
      );
    });
  }

  #operator(id: string, inputs: readonly Input[], batchInterval: number, limitsOf: () => ReturnType<typeof strictest>): Operator {
    if (!this.#nodes.has(id)) return { id, type: 'batcher', inputs, parameters: {} };
    const type = this.#type(id);
    switch (type) {
      case 'receiver': {
        const limits = limitsOf();
        const { bufferLimit, maxRate, backpressure } = Number.isFinite(limits.bufferLimit) ? limits : DEFAULT_LIMITS;
        return { id, type, inputs, parameters: { ...this.#read(id, receiverDialog), bufferLimit, maxRate, backpressure } };
      }
      case 'batcher':
        return { id, type, inputs, parameters: {} };
      case 'map':
        return { id, type, inputs, parameters: this.#read(id, mapParameters) };
      case 'window':
        return { id, type, inputs, parameters: this.#read(id, (reader) => windowParameters(reader, batchInterval)) };
      case 'reduceByKey':
        return { id, type, inputs, parameters: this.#read(id, reduceByKeyParameters) };
      case 'state':
        return { id, type, inputs, parameters: this.#read(id, stateParameters) };
      case 'join':
        return { id, type, inputs, parameters: this.#read(id, (reader) => this.#join(reader, inputs)) };
      case 'checkpoint':
        return { id, type, inputs, parameters: this.#read(id, checkpointParameters) };
      case 'sink':
        return { id, type, inputs, parameters: this.#read(id, sinkParameters) };
    }
  }

  #join(reader: PropertyReader, inputs: readonly Input[]): JoinOperator['parameters'] {
    const { id } = reader;
    const operators = [...new Set(inputs.map((input) => input.id))];
    const sides = operators.map((operator): JoinSide => {
      const behind = this.#graph.nodes.find((drawn) => defaultBatcher(drawn) === operator);
      const node = this.#nodes.has(operator) ? operator : behind ?? operator;
      return { operator, node, label: this.#label(node) };
    });
    return joinParameters(reader, sides, this.#label(id), (left) => {
      const others = sides.filter((side) => side !== left).map(({ label }) => label);
      this.#hints.push({
        nodeId: id,
        text:
          `The left stream of ${this.#label(id)} is ${left.label}, the right one is ${others.join(' and ')}. ` +
          'Open the node to choose.',
      });
    });
  }

  #read<Value>(id: string, read: (reader: PropertyReader) => Value): Value {
    const reader = new PropertyReader(id, this.#drawn(id).properties);
    const value = read(reader);
    this.#problems.push(...reader.problems);
    return value;
  }

  #type(id: string): StreamType {
    return this.#drawn(id).type;
  }

  #label(id: string): string {
    if (!this.#nodes.has(id)) return 'the batcher in front';
    const { type, name } = this.#drawn(id);
    return name === undefined || name === '' ? `${type} ${id}` : `${type} "${name}"`;
  }
}

/** The id of the batcher that is put behind a receiver; the same every time, so its state is found again. */
function defaultBatcher(receiver: string): string {
  return `${receiver}.batcher`;
}

function downstream(start: string, edges: readonly Edge[]): Set<string> {
  const found = new Set([start]);
  for (const id of found) for (const { from, to } of edges) if (from === id) found.add(to);
  return found;
}
