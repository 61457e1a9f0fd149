import { isDeepStrictEqual } from 'node:util';
import type { BatchEvent, Engine, OfferedMessage, ProgressEvent, Query, RunOptions } from '../engine/Engine';
import { planFingerprint } from '../plan/fingerprint';
import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import type { Clock } from '../ports/Clock';
import { beginAgain } from './beginAgain';
import type { GraphFigures } from './graphFigures';
import { delayText, GraphStatus } from './GraphStatus';
import { OutputSender } from './OutputSender';
import { problemText } from './problems';
import { runProblem } from './runProblem';
import { StatusBoard } from './StatusBoard';
import type { StreamNode } from './StreamNode';

/** A graph that is to run: its plan and what goes with it. */
export interface GraphOrder {
  readonly plan: Plan;
  readonly options: RunOptions;
  /** Names the engine; a graph that changes its engine is started afresh. */
  readonly engine: string;
}

/** What a running graph needs from its surroundings. */
export interface GraphHost {
  /** The node that draws an operator, as it is now. */
  node(id: string): StreamNode | undefined;
  readonly clock: Clock;
}

/** One graph that an engine runs, and everything between the two: messages in, messages out, statuses and errors. */
export class RunningGraph {
  readonly #query: Query;
  readonly #host: GraphHost;
  readonly #board: StatusBoard;
  readonly #status: GraphStatus;
  readonly #sender: OutputSender;
  #operators: ProgressEvent['operators'] = {};
  #lastBatch: BatchEvent | undefined;
  #order: GraphOrder;
  #fingerprint: string;
  #failure: Problem | undefined;
  #paused = false;
  #stopping: Promise<void> | undefined;

  /** Starts the graph. @throws whatever the engine throws when it cannot be started at all */
  constructor(order: GraphOrder, engine: Engine, host: GraphHost) {
    this.#order = order;
    this.#fingerprint = planFingerprint(order.plan);
    this.#host = host;
    this.#board = new StatusBoard((id, status) => host.node(id)?.status(status), host.clock);
    this.#status = new GraphStatus(this.#board, host.clock);
    this.#sender = new OutputSender((id, message) => host.node(id)?.send(message));
    this.#query = engine.start(order.plan, order.options);
    this.#listen(this.#query);
    this.#query.started.catch((error: unknown) => {
      this.#fail(runProblem(error, this.plan.graph));
    });
  }

  get plan(): Plan {
    return this.#order.plan;
  }

  get engine(): string {
    return this.#order.engine;
  }

  /** Why the graph ended by itself, if it did. */
  get failure(): Problem | undefined {
    return this.#failure;
  }

  get figures(): GraphFigures {
    return {
      graph: this.plan.graph,
      batchInterval: this.plan.batchInterval,
      operators: this.#operators,
      ...(this.#lastBatch === undefined ? {} : { lastBatch: this.#lastBatch }),
      ...(this.#failure === undefined ? {} : { failure: this.#failure.what }),
    };
  }

  /** Whether it already runs what is ordered. Secrets are compared by value, in memory. */
  runs(order: GraphOrder): boolean {
    return this.#fingerprint === planFingerprint(order.plan) && isDeepStrictEqual(this.#order.options, order.options);
  }

  /** Goes on with another plan; state is kept where the engine can. */
  async update(order: GraphOrder): Promise<void> {
    if (this.runs(order)) return;
    this.#board.unpin();
    const before = this.#order;
    const fingerprint = this.#fingerprint;
    this.#order = order;
    this.#fingerprint = planFingerprint(order.plan);
    try {
      const { restarted } = await this.#query.update(order.plan, order.options);
      for (const id of beginAgain(before.plan, order.plan, restarted)) {
        this.#host.node(id)?.warn('This node was changed, so it begins again without its earlier records.');
      }
    } catch (error) {
      this.#order = before;
      this.#fingerprint = fingerprint;
      throw error;
    }
  }

  /** Rejects with why the messages were not taken. */
  offer(receiver: string, messages: readonly OfferedMessage[]): Promise<void> {
    return this.#query.offer(receiver, messages);
  }

  /** Holds outputs back; records go on coming in. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#sender.pause();
    this.#query.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#sender.resume();
    this.#query.resume();
  }

  /** Shows the next status of a node even if it is the same as before, because the node was made anew. */
  refresh(nodeId: string): void {
    this.#board.forget(nodeId);
  }

  /** Ends the graph; its nodes show nothing any more. */
  stop(): Promise<void> {
    if (this.#stopping === undefined) {
      this.#board.close();
      this.#sender.clear();
      for (const { id } of this.plan.operators) this.#host.node(id)?.status({});
      this.#stopping = this.#query.stop();
    }
    return this.#stopping;
  }

  #listen(query: Query): void {
    const whileRunning =
      <Event>(listen: (event: Event) => void) =>
      (event: Event): void => {
        if (this.#stopping === undefined && this.#failure === undefined) listen(event);
      };
    query.on('batch', whileRunning((event) => {
      this.#lastBatch = event;
      this.#status.batch(event, this.plan);
    }));
    query.on('progress', whileRunning((event) => {
      this.#operators = event.operators;
      this.#status.progress(event, this.plan);
    }));
    query.on('output', whileRunning((event) => {
      this.#sender.take(event, this.plan);
    }));
    query.on('problem', whileRunning((problem) => {
      this.#report(problem);
    }));
    query.on('log', whileRunning(({ operator, level, text }) => {
      this.#host.node(operator)?.[level](text);
    }));
    query.on('interrupted', (problem, restartIn) => {
      if (this.#stopping === undefined && this.#failure === undefined) this.#interrupted(problem, restartIn);
    });
    query.on('failed', whileRunning((problem) => {
      this.#fail(problem);
    }));
  }

  /** Tells a catch node. The message says where the error comes from, for there is no single message that caused it. */
  #report(problem: Problem): void {
    const dstream = { graphId: this.plan.graph, nodeId: problem.nodeId, code: problem.code };
    this.#nodeFor(problem.nodeId)?.error(problemText(problem), { payload: problem.what, dstream });
  }

  /** The graph died and will be started again: the guilty node says so until the next deploy, the batchers until then. */
  #interrupted(problem: Problem, restartIn: number): void {
    this.#report(problem);
    const waiting = { fill: 'red', shape: 'ring', text: `starts again in ${delayText(restartIn)}` } as const;
    for (const { id, type } of this.plan.operators) if (type === 'batcher') this.#board.set(id, waiting);
    const isOperator = this.plan.operators.some(({ id, type }) => id === problem.nodeId && type !== 'batcher');
    if (isOperator) this.#board.pin(problem.nodeId, { fill: 'red', shape: 'dot', text: problem.what.slice(0, 60) });
  }

  #fail(problem: Problem): void {
    if (this.#stopping !== undefined || this.#failure !== undefined) return;
    this.#failure = problem;
    this.#board.close();
    this.#report(problem);
    for (const { id, type } of this.plan.operators) {
      if (type === 'batcher' || id === problem.nodeId) {
        this.#host.node(id)?.status({ fill: 'red', shape: 'dot', text: problem.what.slice(0, 60) });
      }
    }
  }

  /** The node that draws an operator; for a batcher that nobody drew, the first node that there is. */
  #nodeFor(id: string): StreamNode | undefined {
    const own = this.#host.node(id);
    if (own !== undefined) return own;
    for (const operator of this.plan.operators) {
      const node = this.#host.node(operator.id);
      if (node !== undefined) return node;
    }
    return undefined;
  }
}
