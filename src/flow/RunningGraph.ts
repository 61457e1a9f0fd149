import type { BatchEvent, Engine, OfferedMessage, Query, Reset, UpdateReport } from '../engine/Engine';
import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import { beginAgain } from './beginAgain';
import { changedOperators } from './changedOperators';
import { type DisplayHost, GraphDisplay, type ShownRefusal } from './GraphDisplay';
import type { GraphFigures } from './graphFigures';
import { type GraphOrder, isSameOrder } from './GraphOrder';
import { LatestFigures } from './LatestFigures';
import { listenTo } from './listenTo';
import { GraphHistory } from './monitor/GraphHistory';
import { SampleBoard } from './monitor/SampleBoard';
import { OutputSender } from './OutputSender';
import { LATE, Patience } from './Patience';
import { canGoOn, hasCheckpoint, holdsOf } from './planParts';
import { runProblem } from './runProblem';
import { completeReport, lateText, updateText } from './updateText';

/** ms that an engine may take to change a plan; after that the graph is started afresh. */
export const UPDATE_LIMIT = 10_000;

/** The problem of a plan that does not fit what a graph with a checkpoint remembers: the user decides what is to become of it. */
const STATE_WOULD_BE_LOST = 'state-would-be-lost';

/** Where a graph is shown, and who wants to know of its batches. */
export interface GraphHost extends DisplayHost {
  batchEnded(graph: RunningGraph, event: BatchEvent): void;
}

/** A drawing that was deployed and does not run, because the one before does. */
interface Refusal extends ShownRefusal {
  readonly order: GraphOrder;
}

/**
 * One graph that an engine runs, from its start to its end: it is told what to run, and carries out one change after the other without
 * holding up anybody else. Messages pass through it in both directions.
 */
export class RunningGraph {
  /** For whoever looks at it. */
  readonly history: GraphHistory;
  /** For whoever wants to see what flows. */
  readonly samples: SampleBoard;
  readonly #engine: () => Engine;
  readonly #host: GraphHost;
  readonly #display: GraphDisplay;
  readonly #figures = new LatestFigures();
  readonly #sender: OutputSender;
  #query: Query | undefined;
  /** What is to run. */
  #order: GraphOrder;
  /** What the query was told to run and has not refused: more than one while it changes. */
  #told: readonly GraphOrder[] = [];
  #work: Promise<void> = Promise.resolve();
  /** Changes that are not carried out yet. */
  #changes = 0;
  /** For an engine that changes its plan. */
  readonly #patience: Patience;
  #failure: Problem | undefined;
  #refusal: Refusal | undefined;
  #paused = false;
  #isOnHold = false;
  #stopping: Promise<void> | undefined;

  /**
   * A graph that will run as soon as `run` is called with the same order.
   * @param engine asked when the graph is started
   * @param history of the graph of that id, where it ran before
   */
  constructor(order: GraphOrder, engine: () => Engine, host: GraphHost, history = new GraphHistory(host.clock)) {
    this.#order = order;
    this.#engine = engine;
    this.#host = host;
    this.history = history;
    history.beginAgain();
    this.samples = new SampleBoard(host.clock, (wish) => this.#query?.sample(wish));
    this.#display = new GraphDisplay(host, () => this.plan);
    this.#display.names.learn(order.plan);
    this.#patience = new Patience(host.clock, UPDATE_LIMIT);
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
    return this.#figures.of(this.plan, this.wanted, this.failure, this.refusal);
  }

  /** What a node of it is called: what the user typed, else its type and id. */
  nameOf(id: string): string {
    return this.#display.names.of(id);
  }

  /**
   * Runs a plan from now on; state is kept where the engine can. Resolves when that is done, was overtaken by another order,
   * or has failed, in which case `failure` tells why.
   * @param after what has to be over first, such as another graph's hold on a receiver
   */
  run(order: GraphOrder, after: Promise<unknown>): Promise<void> {
    // What was refused would be refused again, unless it is another drawing.
    if (this.#refusal !== undefined && isSameOrder(this.#refusal.order, order)) return this.#work;
    const known = this.#told.length > 0 || this.isChanging;
    const runs = known && isSameOrder(this.#order, order);
    this.#withdraw();
    if (runs) return this.#work;
    this.#display.changing();
    this.#order = order;
    return this.#change(Promise.all([this.#work, after]).then(() => this.#carryOut(order)));
  }

  /**
   * Stops the graph and starts it again, without what the user gives up; the drawing that was deployed last runs then, also one
   * that was refused, or with which the graph has failed. Resolves when it has been started, or `failure` tells why it was not.
   */
  reset(reset: Reset): Promise<void> {
    return this.#change(this.#work.then(() => (this.#stopping === undefined ? this.#reset(reset) : undefined)));
  }

  /** Makes a checkpoint, and a savepoint of it, after the batch that runs now. Rejects with why there is none. */
  checkpoint(savepoint?: string): Promise<void> {
    return this.#query?.checkpoint(savepoint) ?? Promise.reject(new Error('The graph has not started.'));
  }

  /** Keeps `isChanging` true until a change is over. @param work never rejects */
  #change(work: Promise<void>): Promise<void> {
    this.#changes++;
    this.#work = work.finally(() => {
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
    this.#figures.refused(receiver);
  }

  /** Says at receivers that go over to another graph how many records stay behind and are lost. */
  tellLost(receivers: Iterable<string>): void {
    // What waits is in the log, and runs with the next batches of this graph.
    if (hasCheckpoint(this.plan)) return;
    for (const id of receivers) {
      const waiting = this.#figures.waitingAt(id);
      if (waiting === 0) continue;
      this.#host.node(id)?.warn(
        `This receiver now belongs to another graph. About ${String(waiting)} records that waited for a batch of the graph ` +
          `${this.nameOf(this.plan.graph)} were lost with it. To lose none, rewire receivers while nothing comes in.`,
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

  /** Whether a person keeps its batches from beginning. */
  get isOnHold(): boolean {
    return this.#isOnHold;
  }

  /** No batch begins until it is let go on, whatever is deployed meanwhile; records go on coming in. */
  hold(isOnHold: boolean): void {
    this.#isOnHold = isOnHold;
    if (isOnHold) this.#query?.hold();
    else this.#query?.release();
    this.#display.hold(isOnHold);
  }

  /** Shows the next status of a node even if it is the same as before, because the node was made anew. */
  refresh(nodeId: string): void {
    this.#display.refresh(nodeId, this.#refusal);
  }

  /** Ends the graph; its nodes show nothing any more. */
  stop(): Promise<void> {
    if (this.#stopping === undefined) {
      this.#stopping = (this.#query?.stop() ?? Promise.resolve(0)).then((lost) => {
        if (lost === 0) return;
        const records = lost === 1 ? '1 record' : `${String(lost)} records`;
        this.#display.warn(`The graph was stopped. Lost with it: ${records} that waited for a batch or for delivery.`);
      });
      this.#display.close();
      this.samples.close();
      this.#sender.clear();
      this.#patience.giveUp();
    }
    return this.#stopping;
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
      const problem = runProblem(error, this.#display.nodeFor(order.plan.graph)?.id ?? order.plan.graph);
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
    this.#order = before;
    const problem = { ...refused, why: `${refused.why} The drawing deployed is not running; the one before is.`.trim() };
    const nodes = new Set([...changedOperators(before.plan, order.plan), problem.nodeId]);
    this.#refusal = { order, problem: this.#display.names.inProblem(problem), nodes };
    this.history.problem(this.#refusal.problem);
    this.#display.refused(this.#refusal);
  }

  /** The refused drawing is not what anybody wants any more. */
  #withdraw(): void {
    const refusal = this.#refusal;
    if (refusal === undefined) return;
    this.#refusal = undefined;
    this.#display.withdrawn(refusal);
  }

  /** Never rejects. */
  async #reset(reset: Reset): Promise<void> {
    const order = this.#refusal?.order ?? this.#order;
    const query = this.#query;
    this.#withdraw();
    this.#display.startingAgain();
    const ended = query === undefined ? 0 : await this.#patience.waitFor(query.stop().catch(() => 0));
    if (this.#stopping !== undefined) return;
    this.#query = undefined;
    this.#told = [];
    this.#failure = undefined;
    this.#display.beginAgain();
    if (ended === LATE) {
      this.#display.warn(
        `The graph did not end within ${String(UPDATE_LIMIT / 1000)} s. It starts again, and waits for its folder until the old one has ended.`,
      );
    }
    this.#order = order;
    try {
      this.#start(order, reset);
    } catch (error) {
      this.#fail(runProblem(error, this.#display.nodeFor(order.plan.graph)?.id ?? order.plan.graph));
    }
  }

  #start(order: GraphOrder, reset?: Reset): void {
    const query = this.#engine().start(order.plan, reset === undefined ? order.options : { ...order.options, reset });
    this.#query = query;
    this.#told = [order];
    this.#figures.beginAgain();
    this.history.beginAgain();
    this.#display.names.learn(order.plan);
    if (this.#paused) query.pause();
    if (this.#isOnHold) this.hold(true);
    this.samples.begin();
    this.#listen(query);
    query.started.catch((error: unknown) => {
      if (this.#query === query) this.#fail(runProblem(error, this.plan.graph));
    });
  }

  async #update(query: Query, order: GraphOrder): Promise<void> {
    const before = this.#told;
    this.#told = [...before, order];
    const report = await this.#patience.waitFor(this.#ask(query, order));
    if (this.#isOver) return;
    const old = before.at(-1)?.plan ?? order.plan;
    if (report !== LATE) {
      this.#told = [order];
      this.#updated(old, order.plan, report);
      return;
    }
    // Whether the old one ends in time is its engine's affair; its receivers are free only then.
    await this.#patience.waitFor(query.stop());
    if (this.#stopping !== undefined) return;
    this.#told = [];
    this.#display.warn(lateText(old, UPDATE_LIMIT));
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
    this.#display.names.learn(after);
    this.#figures.updated(report, this.#host.clock.now());
    const known = new Set(before.operators.map(({ id }) => id));
    const added = after.operators.map(({ id }) => id).filter((id) => !known.has(id));
    this.#display.nodeFor(after.graph)?.log(updateText(report, added, (id) => this.nameOf(id)));
    this.#display.names.forget(report.dropped);
  }

  #listen(query: Query): void {
    listenTo(query, {
      plan: () => this.plan,
      batchInterval: () => (this.#told[0] ?? this.#order).plan.batchInterval,
      isCurrent: () => this.#query === query && !this.#isOver,
      figures: this.#figures,
      history: this.history,
      samples: this.samples,
      display: this.#display,
      batchEnded: (event) => { this.#host.batchEnded(this, event); },
      send: (event, taken) => {
        this.#sender.take(event, this.plan, taken);
      },
      fail: (problem) => { this.#fail(problem); },
    });
  }

  #fail(problem: Problem): void {
    if (this.#isOver) return;
    this.#failure = this.#display.names.inProblem(problem);
    this.history.failed(this.#failure);
    this.samples.close();
    this.#display.failed(problem);
  }
}
