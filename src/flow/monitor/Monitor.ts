import type { Clock } from '../../ports/Clock';
import type { AwaitedGraphs } from '../AwaitedGraphs';
import type { RunningGraph } from '../RunningGraph';
import type { BrokenDrawing } from './brokenDrawings';
import { type FindNode, graphLine, graphMonitor } from './graphMonitor';
import { problemsShown } from './problemsShown';
import { type BatchDetails, type GraphLine, type GraphMonitor, type MonitorSnapshot, MOST_GRAPHS } from './snapshot';

/** What is looked at. */
export interface Monitored {
  readonly graphs: readonly RunningGraph[];
  /** Drawings that do not run. */
  readonly broken: readonly BrokenDrawing[];
  /** Graphs that will run again when their drawings are corrected. */
  readonly awaited: Pick<AwaitedGraphs, 'isOnHold'>;
  readonly clock: Clock;
  /** The node of the editor that stands for one that runs; undefined where nobody drew it. */
  drawnNode(id: string): string | undefined;
}

/** What somebody who looks wants to know. */
export interface Question {
  /** The id of the graph of which they want to know everything. */
  readonly graph?: string;
  /** The number of the newest batch that they know already; 0 for none. */
  readonly since: number;
  /** The revision of the plan that they know already. */
  readonly plan?: number;
}

/** Answers those who look at what runs. Costs nothing while nobody asks. */
export class Monitor {
  readonly #monitored: Monitored;
  readonly #find: FindNode;

  constructor(monitored: Monitored) {
    this.#monitored = monitored;
    this.#find = (id) => monitored.drawnNode(id);
  }

  snapshot(question: Question): MonitorSnapshot {
    const time = this.#monitored.clock.now();
    const { graphs, broken } = this.#monitored;
    const lines = [
      ...graphs.map((graph) => graphLine(graph, this.#find, time)),
      ...broken.map((drawing) => brokenLine(drawing, this.#find)),
    ];
    const graph = question.graph === undefined ? undefined : this.#graph(question.graph, question, time);
    return {
      time,
      graphs: lines.sort((one, other) => (one.id < other.id ? -1 : 1)).slice(0, MOST_GRAPHS),
      graphCount: lines.length,
      ...(graph === undefined ? {} : { graph }),
    };
  }

  /** One batch; undefined where it is forgotten, or there is no such graph. */
  details(graphId: string, batchTime: number): BatchDetails | undefined {
    const event = this.#running(graphId)?.history.detailsOf(batchTime);
    if (event === undefined) return undefined;
    return {
      batchTime,
      records: event.records,
      inputs: event.inputs ?? {},
      schedulingDelay: event.schedulingDelay,
      processingDelay: event.processingDelay,
      outputs: event.outputs ?? [],
      ...(event.failure === undefined ? {} : { failure: event.failure }),
    };
  }

  #running(id: string): RunningGraph | undefined {
    return this.#monitored.graphs.find(({ plan }) => plan.graph === id);
  }

  #graph(id: string, { since, plan }: Question, time: number): GraphMonitor | undefined {
    const running = this.#running(id);
    if (running !== undefined) return graphMonitor(running, this.#find, time, since, plan);
    const broken = this.#monitored.broken.find((drawing) => drawing.id === id);
    return broken === undefined ? undefined : brokenMonitor(broken, this.#find, this.#monitored.awaited.isOnHold(broken));
  }
}

function brokenLine({ id, problems }: BrokenDrawing, find: FindNode): GraphLine {
  return { id, state: 'broken', recordsPerSecond: 0, isBehind: false, problems: problems.length, node: find(id) ?? id };
}

/** Of a drawing that does not run there are only problems. */
function brokenMonitor({ id, problems, since }: BrokenDrawing, find: FindNode, paused: boolean): GraphMonitor {
  return {
    id,
    state: 'broken',
    batchInterval: 0,
    startedAt: since,
    completedBatches: 0,
    totalRecords: 0,
    sequence: 0,
    batches: { times: [], records: [], schedulingDelays: [], processingDelays: [], intervals: [], failed: [] },
    active: [],
    activeCount: 0,
    operators: {},
    revision: 0,
    plan: { operators: [] },
    problems: problemsShown(
      problems.map((problem) => ({ problem, time: since, count: 1 })),
      problems,
      (nodeId) => find(nodeId) ?? nodeId,
    ),
    paused,
  };
}
