import { isDeepStrictEqual } from 'node:util';
import type { BatchEvent, Engine, OfferedMessage, ProgressEvent, Query, RunOptions, UpdateReport } from '../engine/Engine';
import { planFingerprint } from '../plan/fingerprint';
import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import type { Clock } from '../ports/Clock';
import { beginAgain } from './beginAgain';
import type { GraphFigures, LastUpdate } from './graphFigures';
import { delayText, GraphStatus } from './GraphStatus';
import { OutputSender } from './OutputSender';
import { problemText } from './problems';
import { runProblem } from './runProblem';
import { StatusBoard } from './StatusBoard';
import { statusText } from './statusText';
import type { StreamNode } from './StreamNode';
import { completeReport, updateText } from './updateText';

/** ms that an engine may take to change a plan; after that the graph is started afresh. */
export const UPDATE_LIMIT = 10_000;

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
  /** For what there is no node to tell. */
  warn(text: string): void;
}

const LATE = Symbol('late');

/**
 * One graph that an engine runs, and everything between the two: messages in, messages out, statuses and errors. It is told
 * what to run, and carries out one change after the other without holding up anybody else.
 */
export class RunningGraph {
  readonly #engine: () => Engine;
  readonly #host: GraphHost;
  readonly #board: StatusBoard;
  readonly #status: GraphStatus;
  readonly #sender: OutputSender;
  #query: Query | undefined;
  /** What is to run. */
  #order: GraphOrder;
  #fingerprint: string;
  /** What the query was told to run and has not refused: more than one while it changes. */
  #told: readonly GraphOrder[] = [];
  #work: Promise<void> = Promise.resolve();
  /** Changes that are not carried out yet. */
  #changes = 0;
  /** Ends the wait for an engine that changes its plan. */
  #giveUpWaiting: () => void = () => undefined;
  #operators: ProgressEvent['operators'] = {};
  /** Messages that were refused before they reached the engine, by receiver. */
  readonly #refused = new Map<string, number>();
  /** What operators are called; for those that are gone, what they were called. */
  readonly #labels = new Map<string, string>();
  #lastBatch: BatchEvent | undefined;
  #lastUpdate: LastUpdate | undefined;
  #failure: Problem | undefined;
  #paused = false;
  #stopping: Promise<void> | undefined;

  /**
   * A graph that will run as soon as `run` is called with the same order.
   * @param engine asked when the graph is started
   */
  constructor(order: GraphOrder, engine: () => Engine, host: GraphHost) {
    this.#order = order;
    this.#fingerprint = planFingerprint(order.plan);
    this.#engine = engine;
    this.#host = host;
    this.#board = new StatusBoard((id, status) => host.node(id)?.status(status), host.clock);
    this.#status = new GraphStatus(this.#board, host.clock);
    this.#sender = new OutputSender((id, message) => host.node(id)?.send(message));
  }

  /** What is to run. */
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

  /** Whether it was told to run something else than it does. */
  get isChanging(): boolean {
    return this.#changes > 0;
  }

  /** Ids of the receivers that its query may have opened. */
  get held(): ReadonlySet<string> {
    return new Set(this.#told.flatMap(({ plan }) => receiversOf(plan)));
  }

  get figures(): GraphFigures {
    return {
      graph: this.plan.graph,
      batchInterval: this.plan.batchInterval,
      operators: this.#withRefused(this.#operators),
      ...(this.#lastBatch === undefined ? {} : { lastBatch: this.#lastBatch }),
      ...(this.#lastUpdate === undefined ? {} : { lastUpdate: this.#lastUpdate }),
      ...(this.#failure === undefined ? {} : { failure: this.#failure.what }),
    };
  }

  /**
   * Runs a plan from now on; state is kept where the engine can. Resolves when that is done, was overtaken by another order,
   * or has failed, in which case `failure` tells why.
   * @param after what has to be over first, such as another graph's hold on a receiver
   */
  run(order: GraphOrder, after: Promise<unknown>): Promise<void> {
    const known = this.#told.length > 0 || this.isChanging;
    if (known && this.#runs(order)) return this.#work;
    this.#board.unpin();
    this.#order = order;
    this.#fingerprint = planFingerprint(order.plan);
    this.#changes++;
    this.#work = Promise.all([this.#work, after])
      .then(() => this.#carryOut(order))
      .finally(() => {
        this.#changes--;
      });
    return this.#work;
  }

  /** Rejects with why the messages were not taken. */
  offer(receiver: string, messages: readonly OfferedMessage[], signal?: AbortSignal): Promise<void> {
    return this.#query?.offer(receiver, messages, signal) ?? Promise.reject(new Error('The graph of this receiver has not started.'));
  }

  /** Counts a message that was refused because too many wait for an answer already. */
  refused(receiver: string): void {
    this.#refused.set(receiver, (this.#refused.get(receiver) ?? 0) + 1);
  }

  /** Says at receivers that go over to another graph how many records stay behind and are lost. */
  tellLost(receivers: Iterable<string>): void {
    for (const id of receivers) {
      const waiting = this.#operators[id]?.waiting ?? 0;
      if (waiting === 0) continue;
      this.#host.node(id)?.warn(
        `This receiver now belongs to another graph. About ${String(waiting)} records that waited for a batch of the graph ` +
          `${this.plan.graph} were lost with it. To lose none, rewire receivers while nothing comes in.`,
      );
    }
  }

  /** Holds outputs back; records go on coming in. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#sender.pause();
    this.#query?.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#sender.resume();
    this.#query?.resume();
  }

  /** Shows the next status of a node even if it is the same as before, because the node was made anew. */
  refresh(nodeId: string): void {
    this.#board.forget(nodeId);
  }

  /** Ends the graph; its nodes show nothing any more. */
  stop(): Promise<void> {
    if (this.#stopping === undefined) {
      this.#stopping = (this.#query?.stop() ?? Promise.resolve(0)).then((lost) => {
        if (lost === 0) return;
        const text = `The graph was stopped. Lost with it: ${lost === 1 ? '1 record' : `${String(lost)} records`} that waited for a batch or for delivery.`;
        // The nodes of a drawing that was deleted are gone.
        const node = this.#nodeFor(this.plan.graph);
        if (node === undefined) this.#host.warn(`${this.plan.graph}: ${text}`);
        else node.warn(text);
      });
      this.#board.close();
      this.#sender.clear();
      for (const { id } of this.plan.operators) this.#host.node(id)?.status({});
      this.#giveUpWaiting();
    }
    return this.#stopping;
  }

  /** Whether this is what is to run already. Secrets are compared by value, in memory. */
  #runs(order: GraphOrder): boolean {
    return this.#fingerprint === planFingerprint(order.plan) && isDeepStrictEqual(this.#order.options, order.options);
  }

  get #isOver(): boolean {
    return this.#stopping !== undefined || this.#failure !== undefined;
  }

  /** Never rejects. */
  async #carryOut(order: GraphOrder): Promise<void> {
    if (this.#order !== order || this.#isOver) return;
    try {
      if (this.#query === undefined) this.#start(order);
      else await this.#update(this.#query, order);
    } catch (error) {
      this.#fail(runProblem(error, this.#nodeFor(order.plan.graph)?.id ?? order.plan.graph));
      // An engine that refused a plan may be half-way: better nothing than something that nobody drew.
      await this.#query?.stop().catch(() => undefined);
    }
  }

  #start(order: GraphOrder): void {
    const query = this.#engine().start(order.plan, order.options);
    this.#query = query;
    this.#told = [order];
    this.#name(order.plan);
    if (this.#paused) query.pause();
    this.#listen(query);
    query.started.catch((error: unknown) => {
      if (this.#query === query) this.#fail(runProblem(error, this.plan.graph));
    });
  }

  async #update(query: Query, order: GraphOrder): Promise<void> {
    const before = this.#told;
    this.#told = [...before, order];
    const report = await this.#inTime(this.#ask(query, order));
    if (this.#isOver) return;
    const old = before.at(-1)?.plan ?? order.plan;
    if (report !== LATE) {
      this.#told = [order];
      this.#updated(old, order.plan, report);
      return;
    }
    // Whether the old one ends in time is its engine's affair; its receivers are free only then.
    await this.#inTime(query.stop());
    if (this.#stopping !== undefined) return;
    this.#nodeFor(order.plan.graph)?.warn(
      `The graph did not change its plan within ${String(UPDATE_LIMIT / 1000)} s, so it was started afresh and begins without ` +
        'its earlier records. A batch that takes that long is the likely cause: make functions cheaper, or send less.',
    );
    this.#start(order);
    const ids = new Set(order.plan.operators.map(({ id }) => id));
    const olds = old.operators.map(({ id }) => id);
    this.#updated(old, order.plan, {
      kept: [],
      restarted: olds.filter((id) => ids.has(id)),
      dropped: olds.filter((id) => !ids.has(id)),
    }, false);
  }

  /** A query that is still being started cannot be told what it keeps, so its start is waited for. */
  async #ask(query: Query, { plan, options }: GraphOrder): Promise<UpdateReport> {
    await query.started.catch(() => undefined);
    // Where it ended meanwhile nobody wants to know any more.
    return this.#isOver ? { kept: [], restarted: [], dropped: [] } : query.update(plan, options);
  }

  /** What work gives, or `LATE` when it takes too long or the graph is stopped meanwhile. */
  async #inTime<Value>(work: Promise<Value>): Promise<Value | typeof LATE> {
    let release: () => void = () => undefined;
    const late = new Promise<typeof LATE>((resolve) => {
      release = () => {
        resolve(LATE);
      };
    });
    const timer = this.#host.clock.schedule(UPDATE_LIMIT, release);
    this.#giveUpWaiting = release;
    try {
      return await Promise.race([work, late]);
    } finally {
      timer.cancel();
      this.#giveUpWaiting = () => undefined;
    }
  }

  /** Tells what became of the operators. */
  #updated(before: Plan, after: Plan, told: UpdateReport, warns = true): void {
    const again = beginAgain(before, after, told.restarted);
    if (warns) {
      for (const id of again) {
        this.#host.node(id)?.warn('This node, or the window in front of it, was changed, so it begins again without its earlier records.');
      }
    }
    const report = completeReport(told, again);
    this.#name(after);
    this.#lastUpdate = { time: this.#host.clock.now(), ...report };
    const known = new Set(before.operators.map(({ id }) => id));
    const added = after.operators.map(({ id }) => id).filter((id) => !known.has(id));
    this.#nodeFor(after.graph)?.log(updateText(report, added, (id) => this.#labels.get(id) ?? id));
    for (const id of report.dropped) this.#labels.delete(id);
  }

  #name(plan: Plan): void {
    for (const { id, type } of plan.operators) {
      const name = this.#host.node(id)?.name;
      this.#labels.set(id, name === undefined || name === '' ? `${type} ${id}` : name);
    }
  }

  #withRefused(operators: ProgressEvent['operators']): ProgressEvent['operators'] {
    if (this.#refused.size === 0) return operators;
    const all = { ...operators };
    for (const [id, refused] of this.#refused) {
      const own = operators[id] ?? NOTHING_YET;
      all[id] = { ...own, refused: own.refused + refused };
    }
    return all;
  }

  #listen(query: Query): void {
    const isCurrent = (): boolean => this.#query === query && !this.#isOver;
    const whileRunning =
      <Event>(listen: (event: Event) => void) =>
      (event: Event): void => {
        if (isCurrent()) listen(event);
      };
    query.on('batch', whileRunning((event) => {
      this.#lastBatch = event;
      this.#status.batch(event, this.plan);
    }));
    query.on('progress', whileRunning((event) => {
      this.#operators = event.operators;
      this.#status.progress({ operators: this.#withRefused(event.operators) }, this.plan);
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
      if (isCurrent()) this.#interrupted(problem, restartIn);
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
    if (isOperator) this.#board.pin(problem.nodeId, { fill: 'red', shape: 'dot', text: statusText(problem.what) });
  }

  #fail(problem: Problem): void {
    if (this.#isOver) return;
    this.#failure = problem;
    this.#board.close();
    this.#report(problem);
    for (const { id, type } of this.plan.operators) {
      if (type === 'batcher' || id === problem.nodeId) {
        this.#host.node(id)?.status({ fill: 'red', shape: 'dot', text: statusText(problem.what) });
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

const NOTHING_YET = { recordsIn: 0, recordsOut: 0, failed: 0, skipped: 0, refused: 0, waiting: 0, keys: 0 };

/** Ids of a plan's receivers. */
export function receiversOf(plan: Plan): string[] {
  return plan.operators.filter(({ type }) => type === 'receiver').map(({ id }) => id);
}
