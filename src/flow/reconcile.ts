import type { Engine } from '../engine/Engine';
import type { Problem } from '../plan/Problem';
import type { EngineNode, GraphDrawing } from './draw';
import { type GraphHost, type GraphOrder, RunningGraph } from './RunningGraph';
import { runProblem } from './runProblem';

/** What came of bringing the running graphs in line with the drawing. */
export interface Reconciled {
  /** What runs now. */
  readonly graphs: readonly RunningGraph[];
  /** Why some do not, although their drawing is sound. */
  readonly failures: readonly Problem[];
}

/**
 * Brings what runs in line with what is drawn. A new graph is started, a changed one is given its new plan, an unchanged
 * one is left alone, one that is gone or has a problem is stopped.
 */
export async function reconcile(
  running: readonly RunningGraph[],
  drawings: readonly GraphDrawing[],
  engineFor: (engine: EngineNode | undefined) => Engine,
  host: GraphHost,
): Promise<Reconciled> {
  const successors = match(running, drawings);
  const graphs: RunningGraph[] = [];
  const failures: Problem[] = [];
  const failed = (order: GraphOrder, error: unknown): void => {
    failures.push(runProblem(error, reportAt(order, host)));
  };
  // What goes is stopped first, so that a receiver that moves to another graph is never connected twice.
  await Promise.allSettled(running.filter((graph) => ![...successors.values()].includes(graph)).map((graph) => graph.stop()));
  await Promise.all(
    drawings.map(async ({ order, engine }, index) => {
      if (order === undefined) return;
      const known = successors.get(index);
      try {
        if (known === undefined) graphs.push(new RunningGraph(order, engineFor(engine), host));
        else {
          await known.update(order);
          graphs.push(known);
        }
      } catch (error) {
        failed(order, error);
        // An engine that refused a plan may be half-way: better nothing than something that nobody drew.
        await known?.stop().catch(() => undefined);
      }
    }),
  );
  return { graphs, failures };
}

/**
 * Finds for each drawing the running graph that it continues: the one with its id, else the one that shares most of its
 * operators, because another batcher may change the id without changing the rest.
 */
function match(running: readonly RunningGraph[], drawings: readonly GraphDrawing[]): Map<number, RunningGraph> {
  const free = new Set(running.filter((graph) => graph.failure === undefined));
  const found = new Map<number, RunningGraph>();
  const claim = (index: number, graph: RunningGraph | undefined): void => {
    if (graph === undefined) return;
    found.set(index, graph);
    free.delete(graph);
  };
  for (const [index, { order }] of drawings.entries()) {
    if (order === undefined) continue;
    claim(index, [...free].find(({ plan, engine }) => plan.graph === order.plan.graph && engine === order.engine));
  }
  for (const [index, { order }] of drawings.entries()) {
    if (order !== undefined && !found.has(index)) claim(index, mostShared(order, free));
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

/** A drawn node to show a failure at; the batcher that gives a graph its id may not be drawn. */
function reportAt({ plan }: GraphOrder, host: GraphHost): string {
  if (host.node(plan.graph) !== undefined) return plan.graph;
  return plan.operators.find(({ id }) => host.node(id) !== undefined)?.id ?? plan.graph;
}
