import { isDeepStrictEqual } from 'node:util';
import type {
  BatchEvent,
  DurabilityFigures,
  Engine,
  OfferedMessage,
  ProgressEvent,
  Query,
  Reset,
  RunOptions,
  UpdateReport,
} from '../engine/Engine';
import { planFingerprint } from '../plan/fingerprint';
import { guaranteesOf } from '../plan/guarantees';
import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import type { Clock } from '../ports/Clock';
import { beginAgain } from './beginAgain';
import { changedOperators } from './changedOperators';
import type { GraphFigures, LastUpdate } from './graphFigures';
import { delayText, GraphStatus } from './GraphStatus';
import { OutputSender } from './OutputSender';
import { problemText } from './problems';
import { WITH_STATE } from './resetScope';
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

/** The problem of a plan that does not fit what a graph with a checkpoint remembers: the user decides what is to become of it. */
export const STATE_WOULD_BE_LOST = 'state-would-be-lost';

/** A drawing that was deployed and does not run, because the one before does. */
interface Refusal {
  readonly order: GraphOrder;
  readonly problem: Problem;
  /** Ids of the nodes that say so. */
  readonly nodes: ReadonlySet<string>;
}

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
  #durability: DurabilityFigures | undefined;
  #failure: Problem | undefined;
  #refusal: Refusal | undefined;
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

  /** What was deployed last: the plan that runs, or one that was refused. */
  get wanted(): Plan {
    return (this.#refusal?.order ?? this.#order).plan;
  }

  get engine(): string {
    return this.#order.engine;
  }

  /** Why the graph ended by itself, if it did. */
  get failure(): Problem | undefined {
    return this.#failure;
  }

  /** Why the drawing that was deployed last does not run, while the one before does. */
  get refusal(): Problem | undefined {
    return this.#refusal?.problem;
  }

  /** Whether it was told to run something else than it does. */
  get isChanging(): boolean {
    return this.#changes > 0;
  }

  /** Ids of the operators whose connections and folders its query may have opened. */
  get held(): ReadonlySet<string> {
    return new Set(this.#told.flatMap(({ plan }) => holdsOf(plan)));
  }

  get figures(): GraphFigures {
    return {
      graph: this.plan.graph,
      batchInterval: this.plan.batchInterval,
      operators: this.#withRefused(this.#operators),
      guarantees: Object.fromEntries(guaranteesOf(this.plan)),
      ...(this.#lastBatch === undefined ? {} : { lastBatch: this.#lastBatch }),
      ...(this.#lastUpdate === undefined ? {} : { lastUpdate: this.#lastUpdate }),
      ...(this.#durability === undefined || !hasCheckpoint(this.plan) ? {} : { durability: this.#durability }),
      ...(hasCheckpoint(this.wanted) ? { states: statesOf(this.plan, this.wanted) } : {}),
      ...(this.#failure === undefined ? {} : { failure: this.#failure.what }),
      ...(this.#refusal === undefined ? {} : { refusal: this.#refusal.problem.what }),
    };
  }

  /**
   * Runs a plan from now on; state is kept where the engine can. Resolves when that is done, was overtaken by another order,
   * or has failed, in which case `failure` tells why.
   * @param after what has to be over first, such as another graph's hold on a receiver
   */
  run(order: GraphOrder, after: Promise<unknown>): Promise<void> {
    // What was refused would be refused again, unless it is another drawing.
    if (this.#refusal !== undefined && isSame(this.#refusal.order, order)) return this.#work;
    const known = this.#told.length > 0 || this.isChanging;
    const runs = known && this.#runs(order);
    this.#withdraw();
    if (runs) return this.#work;
    this.#board.unpin();
    this.#take(order);
    return this.#change(Promise.all([this.#work, after]).then(() => this.#carryOut(order)));
  }

  /**
   * Stops the graph and starts it again, without what the user gives up; the drawing that was deployed last runs then, also one
   * that was refused, or with which the graph has failed. Resolves when it has been started, or `failure` tells why it was not.
   */
  reset(reset: Reset): Promise<void> {
    return this.#change(this.#work.then(() => (this.#stopping === undefined ? this.#reset(reset) : undefined)));
  }

  /** Makes a checkpoint after the batch that runs now. Rejects with why there is none. */
  checkpoint(): Promise<void> {
    return this.#query?.checkpoint() ?? Promise.reject(new Error('The graph has not started.'));
  }

  /** Keeps `isChanging` true until a change is over. @param work never rejects */
  #change(work: Promise<void>): Promise<void> {
    this.#changes++;
    this.#work = work.finally(() => {
      this.#changes--;
    });
    return this.#work;
  }

  #take(order: GraphOrder): void {
    this.#order = order;
    this.#fingerprint = planFingerprint(order.plan);
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
    // What waits is in the log, and runs with the next batches of this graph.
    if (hasCheckpoint(this.plan)) return;
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
    if (this.#refusal?.nodes.has(nodeId) === true) this.#showRefusal(this.#refusal, nodeId);
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
      const problem = runProblem(error, this.#nodeFor(order.plan.graph)?.id ?? order.plan.graph);
      const before = this.#told.at(0);
      if (problem.code === STATE_WOULD_BE_LOST && before !== undefined && canGoOn(before.plan, order.plan)) {
        this.#refuse(order, before, problem);
        return;
      }
      this.#fail(problem);
      // An engine that refused a plan may be half-way: better nothing than something that nobody drew.
      await this.#query?.stop().catch(() => undefined);
    }
  }

  /** Goes on with the plan before, and says so: nothing that the user has is deleted unasked. */
  #refuse(order: GraphOrder, before: GraphOrder, refused: Problem): void {
    this.#told = [before];
    // Another order may have come meanwhile; that one is carried out next.
    if (this.#order !== order || this.#isOver) return;
    this.#take(before);
    const problem = { ...refused, why: `${refused.why} The drawing deployed is not running; the one before is.`.trim() };
    const nodes = new Set([...changedOperators(before.plan, order.plan), problem.nodeId]);
    const refusal = { order, problem, nodes };
    this.#refusal = refusal;
    this.#report(problem);
    for (const id of nodes) this.#showRefusal(refusal, id);
  }

  #showRefusal({ problem }: Refusal, nodeId: string): void {
    const text = nodeId === problem.nodeId ? problem.what : 'this change is not running';
    this.#board.pin(nodeId, { fill: 'red', shape: 'ring', text: statusText(text) });
  }

  /** The refused drawing is not what anybody wants any more. */
  #withdraw(): void {
    const nodes = this.#refusal?.nodes;
    if (nodes === undefined) return;
    this.#refusal = undefined;
    this.#board.unpin();
    for (const id of nodes) this.#board.set(id, {});
  }

  /** Never rejects. */
  async #reset(reset: Reset): Promise<void> {
    const order = this.#refusal?.order ?? this.#order;
    const query = this.#query;
    this.#withdraw();
    this.#board.unpin();
    for (const { id, type } of this.plan.operators) {
      this.#board.set(id, type === 'checkpoint' ? { fill: 'blue', shape: 'ring', text: 'starting again' } : {});
    }
    const ended = query === undefined ? 0 : await this.#inTime(query.stop().catch(() => 0));
    if (this.#stopping !== undefined) return;
    this.#query = undefined;
    this.#told = [];
    this.#failure = undefined;
    this.#operators = {};
    this.#durability = undefined;
    this.#status.beginAgain();
    if (ended === LATE) {
      this.#nodeFor(order.plan.graph)?.warn(
        `The graph did not end within ${String(UPDATE_LIMIT / 1000)} s. It starts again, and waits for its folder until the old one has ended.`,
      );
    }
    this.#take(order);
    try {
      this.#start(order, reset);
    } catch (error) {
      this.#fail(runProblem(error, this.#nodeFor(order.plan.graph)?.id ?? order.plan.graph));
    }
  }

  #start(order: GraphOrder, reset?: Reset): void {
    const query = this.#engine().start(order.plan, reset === undefined ? order.options : { ...order.options, reset });
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
    this.#told = [];
    const afresh = hasCheckpoint(old)
      ? 'started again from its log; nothing is lost.'
      : 'started afresh and begins without its earlier records.';
    this.#nodeFor(order.plan.graph)?.warn(
      `The graph did not change its plan within ${String(UPDATE_LIMIT / 1000)} s, so it was ${afresh} ` +
        'A batch that takes that long is the likely cause: make functions cheaper, or send less.',
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
    // With a checkpoint, what would have been lost was refused instead.
    if (warns && !hasCheckpoint(before)) {
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
      this.#durability = event.durability ?? this.#durability;
      this.#status.progress({ ...event, operators: this.#withRefused(event.operators) }, this.plan);
    }));
    query.on('output', (event) =>
      isCurrent()
        ? new Promise<void>((resolve) => {
            this.#sender.take(event, this.plan, resolve);
          })
        : undefined,
    );
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
    const kept = hasCheckpoint(this.plan) ? '; nothing is lost' : '';
    const waiting = { fill: 'red', shape: 'ring', text: `starts again in ${delayText(restartIn)}${kept}` } as const;
    for (const { id, type } of this.plan.operators) if (type === 'batcher' || type === 'checkpoint') this.#board.set(id, waiting);
    const isOperator = this.plan.operators.some(({ id, type }) => id === problem.nodeId && type !== 'batcher');
    if (isOperator) this.#board.pin(problem.nodeId, { fill: 'red', shape: 'dot', text: statusText(problem.what) });
  }

  #fail(problem: Problem): void {
    if (this.#isOver) return;
    this.#failure = problem;
    this.#board.close();
    this.#report(problem);
    for (const { id, type } of this.plan.operators) {
      if (type === 'batcher' || type === 'checkpoint' || id === problem.nodeId) {
        this.#host.node(id)?.status({ fill: 'red', shape: 'dot', text: statusText(problem.what) });
      } else if (!this.#board.isPinned(id)) {
        // What it showed is over; a node that has ended the graph goes on saying so.
        this.#host.node(id)?.status({});
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

/** Whether two orders say the same. Secrets are compared by value, in memory. */
function isSame(one: GraphOrder, other: GraphOrder): boolean {
  return planFingerprint(one.plan) === planFingerprint(other.plan) && isDeepStrictEqual(one.options, other.options);
}

function hasCheckpoint(plan: Plan): boolean {
  return plan.operators.some(({ type }) => type === 'checkpoint');
}

/**
 * Whether a plan can run on under another drawing: where a receiver is gone, another graph may want it; where a sink is gone,
 * nobody would take what the plan gives it.
 */
function canGoOn(running: Plan, drawn: Plan): boolean {
  const ids = new Set(drawn.operators.map(({ id }) => id));
  return running.operators.every(({ id, type }) => (type !== 'receiver' && type !== 'sink' && type !== 'checkpoint') || ids.has(id));
}

/** Ids of the operators of some plans that remember something from batch to batch, each once. */
function statesOf(...plans: readonly Plan[]): string[] {
  return [...new Set(plans.flatMap(({ operators }) => operators.filter(({ type }) => WITH_STATE.has(type)).map(({ id }) => id)))];
}

/** Ids of what only one query can have open: receivers, and the folder of a checkpoint. */
export function holdsOf(plan: Plan): string[] {
  return plan.operators.filter(({ type }) => type === 'receiver' || type === 'checkpoint').map(({ id }) => id);
}

/** Ids of a plan's receivers. */
export function receiversOf(plan: Plan): string[] {
  return plan.operators.filter(({ type }) => type === 'receiver').map(({ id }) => id);
}
