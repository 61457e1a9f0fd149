import type { OperatorProgress } from '../../engine/Engine';
import type { Problem } from '../../plan/Problem';
import type { GraphFigures } from '../graphFigures';
import type { RunningGraph } from '../RunningGraph';
import { planMonitor, revisionOf } from './planMonitor';
import { problemsShown, shortened } from './problemsShown';
import type { ActiveBatch, DurabilityMonitor, GraphLine, GraphMonitor, GraphState, OperatorMonitor } from './snapshot';

/** Finds the node of the editor that stands for one that runs; undefined where nobody drew it. */
export type FindNode = (id: string) => string | undefined;

/** Characters of what a source says of its connection. */
const LONGEST_STATE = 120;

const NOTHING_YET: OperatorProgress = { recordsIn: 0, recordsOut: 0, failed: 0, skipped: 0, refused: 0, waiting: 0, keys: 0 };

/** One graph in the list of all. @param now ms since the epoch */
export function graphLine(graph: RunningGraph, find: FindNode, now: number): GraphLine {
  const { plan, history } = graph;
  const receivers = plan.operators.filter(({ type }) => type === 'receiver');
  const rates = receivers.map(({ id }) => history.rate(id, 'recordsIn', plan.batchInterval));
  return {
    id: plan.graph,
    state: stateOf(graph),
    recordsPerSecond: graph.failure === undefined ? rates.reduce((sum, rate) => sum + rate, 0) : 0,
    isBehind: isBehind(graph, now),
    problems: standing(graph).length,
    node: nodeOf(graph, find),
  };
}

/**
 * Everything that changes while a graph runs.
 * @param now ms since the epoch
 * @param since the number of the newest batch that is known already
 * @param known the revision of the plan that is
 */
export function graphMonitor(
  graph: RunningGraph,
  find: FindNode,
  now: number,
  since: number,
  known: number | undefined,
): GraphMonitor {
  const { plan, history, figures } = graph;
  const shown = planMonitor(plan, history.description, find);
  const revision = revisionOf(shown);
  const operators = Object.fromEntries(plan.operators.map(({ id }) => [id, operatorMonitor(id, graph, figures)]));
  return {
    id: plan.graph,
    state: stateOf(graph),
    batchInterval: plan.batchInterval,
    startedAt: history.startedAt,
    completedBatches: history.counts.batches,
    totalRecords: history.counts.records,
    sequence: history.batches.sequence,
    batches: history.batches.since(since),
    active: activeBatches(graph, now),
    activeCount: history.unfinished.count,
    operators,
    revision,
    ...(revision === known ? {} : { plan: shown }),
    problems: problemsShown(history.problems.all, standing(graph), (id) => find(id) ?? nodeOf(graph, find)),
    ...(figures.durability === undefined ? {} : { durability: durabilityMonitor(figures.durability) }),
    paused: graph.isOnHold,
  };
}

/** What to say of a graph first: what keeps it from running before what is only to be known. */
export function stateOf(graph: RunningGraph): GraphState {
  const { history } = graph;
  if (graph.failure !== undefined) return 'failed';
  if (graph.isOnHold) return 'paused';
  if (history.isRestarting) return 'restarting';
  if (graph.refusal !== undefined) return 'refused';
  return graph.isChanging || history.counts.batches === 0 ? 'starting' : 'running';
}

/** What stands until something is changed. */
export function standing({ failure, refusal }: Pick<RunningGraph, 'failure' | 'refusal'>): Problem[] {
  return [failure, refusal].filter((problem) => problem !== undefined);
}

/** The node by which a graph is found: for a batcher that nobody drew, the first node that there is. */
export function nodeOf({ plan }: RunningGraph, find: FindNode): string {
  for (const id of [plan.graph, ...plan.operators.map((operator) => operator.id)]) {
    const node = find(id);
    if (node !== undefined) return node;
  }
  return plan.graph;
}

/** Whether the last batch took longer than the batch interval, or one waits or runs as long. One on hold is told to wait. */
function isBehind(graph: RunningGraph, now: number): boolean {
  const { plan: { batchInterval }, history } = graph;
  if (graph.failure !== undefined || graph.isOnHold) return false;
  const last = history.lastBatch;
  if (last !== undefined && Math.max(last.schedulingDelay, last.processingDelay) > batchInterval) return true;
  return history.unfinished.batches.some(({ since }) => now - since > batchInterval);
}

function activeBatches({ history }: RunningGraph, now: number): ActiveBatch[] {
  return history.unfinished.batches.map(({ batchTime, records, state, since }) => ({
    batchTime,
    records,
    state,
    age: Math.max(0, Math.round(now - since)),
  }));
}

function operatorMonitor(id: string, graph: RunningGraph, figures: GraphFigures): OperatorMonitor {
  const { source, ...progress } = figures.operators[id] ?? NOTHING_YET;
  const rate = (figure: 'recordsIn' | 'recordsOut'): number =>
    graph.failure === undefined ? graph.history.rate(id, figure, graph.plan.batchInterval) : 0;
  return {
    ...progress,
    inPerSecond: rate('recordsIn'),
    outPerSecond: rate('recordsOut'),
    ...(source === undefined ? {} : { source: { state: source.state, text: shortened(source.text, LONGEST_STATE) } }),
  };
}

function durabilityMonitor(figures: NonNullable<GraphFigures['durability']>): DurabilityMonitor {
  const { state, text, logBytes, checkpointBytes, checkpointTime, deadLetters } = figures;
  return {
    state,
    text: shortened(text),
    logBytes,
    checkpointBytes,
    ...(checkpointTime === undefined ? {} : { checkpointTime }),
    deadLetters,
  };
}
