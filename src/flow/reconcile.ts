import type { Engine } from '../engine/Engine';
import type { AwaitedGraphs } from './AwaitedGraphs';
import { topologicalOrder } from './compile/topologicalOrder';
import type { EngineNode, GraphDrawing } from './draw';
import type { GraphOrder } from './GraphOrder';
import { holdsOf } from './planParts';
import { type GraphHost, RunningGraph } from './RunningGraph';

/**
 * Receivers and checkpoints that cannot be opened anew before something is over: one receiver must not be connected twice, and
 * one folder has one owner.
 */
export interface Hold {
  readonly operators: ReadonlySet<string>;
  readonly over: Promise<unknown>;
}

/** What came of bringing the running graphs in line with the drawing. */
export interface Reconciled {
  /** What is to run, with the end of the change; a graph that stays as it is has `isChanging` false. */
  readonly graphs: readonly { readonly graph: RunningGraph; readonly change: Promise<void> }[];
  /** The graphs that go. */
  readonly leaving: readonly Hold[];
}

/**
 * Brings what runs in line with what is drawn. A new graph is started, a changed one is given its new plan, an unchanged
 * one is left alone, one that is gone or has a problem is stopped. Everything happens at once, except that a graph waits for
 * others to let go of the receivers and the checkpoint that it takes over.
 * @param holds graphs that were stopped earlier and may not have ended yet
 * @param awaited takes what is to be kept of those that stop, and has what was kept of those that start
 */
export function reconcile(
  running: readonly RunningGraph[],
  holds: readonly Hold[],
  drawings: readonly GraphDrawing[],
  awaited: AwaitedGraphs,
  engineFor: (engine: EngineNode | undefined) => Engine,
  host: GraphHost,
): Reconciled {
  const orders = drawings.flatMap(({ order, engine }) => (order === undefined ? [] : [{ order, engine }]));
  const successors = match(running, orders.map(({ order }) => order));
  const staying = new Set(successors.values());
  const drawn = new Set(orders.flatMap(({ order }) => holdsOf(order.plan)));
  const leaving = running
    .filter((graph) => !staying.has(graph))
    .map((graph): Hold => {
      const operators = graph.held;
      graph.tellLost([...operators].filter((id) => drawn.has(id)));
      awaited.add(graph);
      return { operators, over: graph.stop() };
    });
  const inTheWay = [...holds, ...leaving];
  const wait = (ids: readonly string[]): Promise<unknown> =>
    Promise.allSettled(inTheWay.filter((hold) => ids.some((id) => hold.operators.has(id))).map(({ over }) => over));

  const graphs = givingFirst(orders.map(({ order }) => order), successors).map((index) => {
    const { order, engine } = orders[index] ?? unreachable();
    const wanted = holdsOf(order.plan);
    const known = successors.get(index);
    if (known === undefined) {
      const before = awaited.take(order.plan.graph);
      const graph = new RunningGraph(order, () => engineFor(engine), host, before?.history);
      if (before?.isOnHold === true) graph.hold(true);
      return { graph, change: graph.run(order, wait(wanted)) };
    }
    const { held } = known;
    const given = new Set([...held].filter((id) => !wanted.includes(id)));
    known.tellLost([...given].filter((id) => drawn.has(id)));
    const change = known.run(order, wait(wanted.filter((id) => !held.has(id))));
    if (given.size > 0) inTheWay.push({ operators: given, over: change });
    return { graph: known, change };
  });
  return { graphs, leaving };
}

/** The places of the orders, so that a graph that gives a receiver or a checkpoint up comes before the one that takes it, and new graphs last. */
function givingFirst(orders: readonly GraphOrder[], successors: ReadonlyMap<number, RunningGraph>): number[] {
  const inputs = new Map<string, { id: string }[]>();
  for (const [index, graph] of successors) {
    const taken = holdsOf(orders[index]?.plan ?? graph.plan).filter((id) => !graph.held.has(id));
    const givers = [...successors].filter(([other, { held }]) => other !== index && taken.some((id) => held.has(id)));
    inputs.set(String(index), givers.map(([other]) => ({ id: String(other) })));
  }
  // Two graphs that swap receivers have no order; the first of them does not wait.
  const sorted = topologicalOrder(inputs).map(Number);
  return [...new Set([...sorted, ...successors.keys(), ...orders.keys()])];
}

/**
 * Finds for each order the running graph that it continues: the one with its id, else the one that shares most of its
 * operators, because another batcher may change the id without changing the rest.
 */
function match(running: readonly RunningGraph[], orders: readonly GraphOrder[]): Map<number, RunningGraph> {
  const free = new Set(running.filter((graph) => graph.failure === undefined));
  const found = new Map<number, RunningGraph>();
  const claim = (index: number, graph: RunningGraph | undefined): void => {
    if (graph === undefined) return;
    found.set(index, graph);
    free.delete(graph);
  };
  for (const [index, order] of orders.entries()) {
    claim(index, [...free].find(({ plan, engine }) => plan.graph === order.plan.graph && engine === order.engine));
  }
  for (const [index, order] of orders.entries()) {
    if (!found.has(index)) claim(index, mostShared(order, free));
  }
  return found;
}

function mostShared(order: GraphOrder, candidates: Iterable<RunningGraph>): RunningGraph | undefined {
  const ids = new Set(order.plan.operators.map(({ id }) => id));
  let best: RunningGraph | undefined;
  let most = 0;
  for (const graph of candidates) {
    const shared = graph.plan.operators.filter(({ id }) => ids.has(id)).length;
    if (shared > most && graph.engine === order.engine) [best, most] = [graph, shared];
  }
  return best;
}

function unreachable(): never {
  throw new Error('Every place has an order.');
}
