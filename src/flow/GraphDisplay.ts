import type { BatchEvent, LogEvent, ProgressEvent } from '../engine/Engine';
import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import type { Clock } from '../ports/Clock';
import { delayText, GraphStatus } from './GraphStatus';
import { GraphNames } from './GraphNames';
import { hasCheckpoint } from './planParts';
import { problemText } from './problems';
import { StatusBoard } from './StatusBoard';
import { statusText } from './statusText';
import type { StreamNode } from './StreamNode';

/** Where a graph is shown. */
export interface DisplayHost {
  /** The node that draws an operator, as it is now. */
  node(id: string): StreamNode | undefined;
  readonly clock: Clock;
  /** For what there is no node to tell. */
  warn(text: string): void;
}

/** A drawing that was deployed and does not run, because the one before does: why, and the ids of the nodes that say so. */
export interface ShownRefusal {
  readonly problem: Problem;
  readonly nodes: ReadonlySet<string>;
}

/** What the user sees of one graph: the statuses of its nodes, errors for catch nodes, and lines in the log. */
export class GraphDisplay {
  readonly names: GraphNames;
  readonly #host: DisplayHost;
  readonly #plan: () => Plan;
  readonly #board: StatusBoard;
  readonly #status: GraphStatus;

  /** @param plan that runs, or is to run */
  constructor(host: DisplayHost, plan: () => Plan) {
    this.#host = host;
    this.#plan = plan;
    this.names = new GraphNames((id) => host.node(id)?.name);
    this.#board = new StatusBoard((id, status) => host.node(id)?.status(status), host.clock);
    this.#status = new GraphStatus(this.#board, host.clock);
  }

  /** The node that draws an operator; for a batcher that nobody drew, the first node that there is. */
  nodeFor(id: string): StreamNode | undefined {
    const own = this.#host.node(id);
    if (own !== undefined) return own;
    for (const operator of this.#plan().operators) {
      const node = this.#host.node(operator.id);
      if (node !== undefined) return node;
    }
    return undefined;
  }

  /** Says something of the whole graph in the log. */
  warn(text: string): void {
    const { graph } = this.#plan();
    // The nodes of a drawing that was deleted are gone.
    const node = this.nodeFor(graph);
    if (node === undefined) this.#host.warn(`${this.names.of(graph)}: ${text}`);
    else node.warn(text);
  }

  log({ operator, level, text }: LogEvent): void {
    this.#host.node(operator)?.[level](this.names.in(text));
  }

  batch(event: BatchEvent): void {
    this.#status.batch(event, this.#plan());
  }

  progress(event: ProgressEvent): void {
    this.#status.progress(event, this.#plan());
  }

  /**
   * Tells a catch node. The message says where the error comes from, for there is no single message that caused it.
   * @returns the problem as it is told, with names for ids
   */
  report(told: Problem): Problem {
    const problem = this.names.inProblem(told);
    const dstream = { graphId: this.#plan().graph, nodeId: problem.nodeId, code: problem.code };
    this.nodeFor(problem.nodeId)?.error(problemText(problem), { payload: problem.what, dstream });
    return problem;
  }

  /** The graph died and will be started again: the guilty node says so until the next deploy, the batchers until then. */
  interrupted(problem: Problem, restartIn: number): Problem {
    const told = this.report(problem);
    const { operators } = this.#plan();
    const kept = hasCheckpoint(this.#plan()) ? '; nothing is lost' : '';
    const waiting = { fill: 'red', shape: 'ring', text: `starts again in ${delayText(restartIn)}${kept}` } as const;
    for (const { id, type } of operators) if (type === 'batcher' || type === 'checkpoint') this.#board.set(id, waiting);
    const isOperator = operators.some(({ id, type }) => id === problem.nodeId && type !== 'batcher');
    if (isOperator) this.#board.pin(problem.nodeId, { fill: 'red', shape: 'dot', text: statusText(told.what) });
    return told;
  }

  /** The graph has ended by itself, and goes on saying why. */
  failed(problem: Problem): void {
    this.#board.close();
    this.report(problem);
    for (const { id, type } of this.#plan().operators) {
      if (type === 'batcher' || type === 'checkpoint' || id === problem.nodeId) {
        this.#host.node(id)?.status({ fill: 'red', shape: 'dot', text: statusText(this.names.in(problem.what)) });
      } else if (!this.#board.isPinned(id)) {
        // What it showed is over; a node that has ended the graph goes on saying so.
        this.#host.node(id)?.status({});
      }
    }
  }

  /** The drawing that was deployed does not run: its nodes say so until it is withdrawn. */
  refused(refusal: ShownRefusal): void {
    this.report(refusal.problem);
    for (const id of refusal.nodes) this.#showRefusal(refusal, id);
  }

  withdrawn({ nodes }: ShownRefusal): void {
    this.#board.unpin();
    for (const id of nodes) this.#board.set(id, {});
  }

  #showRefusal({ problem }: ShownRefusal, nodeId: string): void {
    const text = nodeId === problem.nodeId ? this.names.in(problem.what) : 'this change is not running';
    this.#board.pin(nodeId, { fill: 'red', shape: 'ring', text: statusText(text) });
  }

  /** Another drawing is to run: what nodes went on saying is over. */
  changing(): void {
    this.#board.unpin();
  }

  /** The graph is stopped and started again. */
  startingAgain(): void {
    this.#board.unpin();
    for (const { id, type } of this.#plan().operators) {
      this.#board.set(id, type === 'checkpoint' ? { fill: 'blue', shape: 'ring', text: 'starting again' } : {});
    }
  }

  /** A person holds the graph, or lets it go on: then the next batch says how it fares. */
  hold(isOnHold: boolean): void {
    this.#status.hold(isOnHold, this.#plan());
  }

  /** Another query runs from now on, which counts from zero. */
  beginAgain(): void {
    this.#status.beginAgain();
  }

  /** Shows the next status of a node even if it is the same as before, because the node was made anew. */
  refresh(nodeId: string, refusal: ShownRefusal | undefined): void {
    this.#board.forget(nodeId);
    this.#status.refresh(nodeId, this.#plan());
    if (refusal?.nodes.has(nodeId) === true) this.#showRefusal(refusal, nodeId);
  }

  /** The nodes show nothing any more. */
  close(): void {
    this.#board.close();
    for (const { id } of this.#plan().operators) this.#host.node(id)?.status({});
  }
}
