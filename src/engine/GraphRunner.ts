import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import type { Clock } from '../ports/Clock';
import type { StreamingContext } from '../streaming/StreamingContext';
import type { BatchInfo } from '../streaming/scheduler/BatchInfo';
import { BatchOutputs } from './BatchOutputs';
import type { BuildEnvironment, UserCalls } from './BuildEnvironment';
import { comparePlans } from './comparePlans';
import { BATCH_RETRIES, contextFor } from './contextFor';
import { GraphKeeper } from './durable/GraphKeeper';
import { NODE_STORAGE, type Storage } from './durable/Storage';
import type { OfferedMessage, RunOptions, UpdateReport } from './Engine';
import { FailureReports } from './FailureReports';
import type { GraphEvents } from './GraphEvents';
import { asGraphProblem, batchFailed } from './graphProblems';
import { LogLimit } from './LogLimit';
import type { Helpers } from './parallel/Helpers';
import { backgroundFailed } from './prepare/map';
import { type Places, REAL_PLACES } from './Places';
import { type PreparedPlan, preparePlan } from './preparePlan';
import { type Occasion, ProgressReports } from './ProgressReports';
import { type PartsHost, Receivers } from './Receivers';
import { Samples } from './samples/Samples';
import { Sinks } from './Sinks';
import { StateStore } from './StateStore';
import { textOf } from './textOf';
import { UNWATCHED } from './unwatched';
import { UserCallTimes } from './UserCallTimes';

/**
 * Runs one plan after another for one graph, in this thread. What must live longer than a plan lives here: receivers with
 * what they have received, state by operator, figures. The streams themselves are made anew for every plan, between two batches.
 */
export class GraphRunner {
  /** What somebody looks at of the records that pass. */
  readonly samples: Samples;
  readonly #clock: Clock;
  readonly #events: GraphEvents;
  readonly #calls: UserCalls;
  readonly #states = new StateStore();
  readonly #receivers: Receivers;
  readonly #sinks: Sinks;
  /** What is kept on disk, where the drawing has a checkpoint. */
  readonly #keeper: GraphKeeper;
  readonly #figures: ProgressReports;
  readonly #failures = new FailureReports();
  readonly #helpers: Helpers | undefined;
  readonly #logs: LogLimit;
  readonly #outputs: BatchOutputs;
  #current: { readonly prepared: PreparedPlan; readonly context: StreamingContext; readonly options: RunOptions } | undefined;
  #turns: Promise<void> = Promise.resolve();
  #lastBatch: number | undefined;
  #stopped = false;
  /** Whether no batch is to begin, in whatever plan, until a person wants it. */
  #isOnHold = false;

  /**
   * @param calls is told when user code is entered and left
   * @param storage where graphs with a checkpoint keep what they must not lose
   * @param places what receivers and sinks lead to
   * @param helpers threads that share the work; without them this thread does it all
   */
  constructor(
    clock: Clock, events: GraphEvents, calls: UserCalls = UNWATCHED, storage: Storage = NODE_STORAGE, places: Places = REAL_PLACES,
    helpers?: Helpers,
  ) {
    this.#helpers = helpers;
    this.#clock = clock;
    this.samples = new Samples(clock);
    this.#events = events;
    this.#calls = calls;
    this.#logs = new LogLimit(events);
    this.#outputs = new BatchOutputs(clock);
    this.#figures = new ProgressReports(clock, events);
    const host: PartsHost = {
      clock,
      places,
      failures: this.#failures,
      figures: (operator) => this.#figures.of(operator),
      problem: (problem) => {
        events.problem(problem);
      },
      changed: () => {
        this.#progress('now');
      },
      tellFailures: () => {
        this.#tellFailures();
      },
      failed: (thrown) => {
        this.#failed(this.#keeper.failure(thrown));
      },
    };
    this.#receivers = new Receivers(host);
    this.#sinks = new Sinks(host);
    this.#keeper = new GraphKeeper(storage, this.#receivers, this.#sinks, this.#states, {
      ...host,
      warn: (text) => {
        this.#logs.add({ operator: this.#keeper.node, level: 'warn', text });
      },
      log: (text) => {
        this.#logs.add({ operator: this.#keeper.node, level: 'log', text });
      },
      isWanted: () => !this.#stopped,
    });
  }

  /** @throws EngineProblem when the plan cannot run */
  start(plan: Plan, options: RunOptions): Promise<void> {
    return this.#inTurn(async () => {
      const prepared = preparePlan(plan, options);
      try {
        await this.#begin(prepared, options);
      } catch (thrown) {
        this.#stopped = true;
        throw thrown;
      }
    });
  }

  /** Begins with what is on disk, where the drawing has a checkpoint. @returns the names of the states that began afresh */
  async #begin(prepared: PreparedPlan, options: RunOptions): Promise<ReadonlySet<string>> {
    try {
      this.#lastBatch = await this.#keeper.open(prepared.plan, options, this.#lastBatch);
      await this.#endInterrupted(prepared, options);
      return await this.#run(prepared, options);
    } catch (thrown) {
      // Nothing may run without what it was to keep its things in.
      await this.#keeper.close();
      await this.#endParts();
      throw thrown;
    }
  }

  /** What was interrupted ends with the plan that it began with, before another one runs. */
  async #endInterrupted(prepared: PreparedPlan, options: RunOptions): Promise<void> {
    for (;;) {
      const former = await this.#keeper.former(prepared.plan, options);
      if (former === undefined || this.#isStopped()) return;
      await this.#run(former.prepared, former.options, prepared.plan);
      // A place outside that does not answer must not keep the newer drawing from running, which may be what mends it.
      this.#sinks.letGo();
      await this.#keeper.replayed();
      await this.#current?.context.finish();
      this.#lastBatch = this.#current?.context.lastCompletedTime ?? this.#lastBatch;
    }
  }

  /**
   * Goes on with another plan after the batch that runs now. A plan that cannot run changes nothing.
   * @throws EngineProblem when the plan cannot run
   */
  update(plan: Plan, options: RunOptions): Promise<UpdateReport> {
    return this.#inTurn(async () => {
      const prepared = preparePlan(plan, options);
      const before = this.#current;
      // A place outside that does not answer must not hold up the new plan.
      this.#sinks.letGo();
      await before?.context.finish();
      this.#lastBatch = before?.context.lastCompletedTime ?? this.#lastBatch;
      if (before !== undefined && this.#keeper.mustReopen(plan)) {
        return comparePlans(before.prepared.plan, plan, await this.#reopen(prepared, options, before));
      }
      try {
        await this.#endInterrupted(prepared, options);
        return comparePlans(before?.prepared.plan, plan, await this.#run(prepared, options));
      } catch (thrown) {
        if (before !== undefined) await this.#run(before.prepared, before.options);
        throw thrown;
      }
    });
  }

  /**
   * Goes on with a plan that keeps its things otherwise, or with the one before where that cannot be done.
   * @returns the names of the states that began afresh
   */
  async #reopen(
    prepared: PreparedPlan, options: RunOptions, before: { readonly prepared: PreparedPlan; readonly options: RunOptions },
  ): Promise<ReadonlySet<string>> {
    await this.#endParts(prepared.plan);
    try {
      return await this.#begin(prepared, options);
    } catch (thrown) {
      await this.#begin(before.prepared, before.options).catch((again: unknown) => {
        this.#failed(asGraphProblem(again, before.prepared.plan));
      });
      throw thrown;
    }
  }

  /**
   * Takes messages for a receiver.
   * @returns how many fitted, from the first on, once they are as safe as this graph makes them
   */
  offer(receiver: string, messages: readonly OfferedMessage[]): Promise<number> {
    return this.#stopped ? Promise.resolve(0) : this.#receivers.offer(receiver, messages);
  }

  /** Makes a checkpoint, and a savepoint of it, after the batch that runs now. @throws EngineProblem where that cannot be done */
  checkpoint(savepoint?: string): Promise<void> {
    const made = this.#keeper.checkpointNow(this.#current?.prepared.plan.graph ?? '', savepoint);
    this.#checkpointOnHold();
    return made;
  }

  /** No batch comes that would bring the checkpoint for which somebody waits. */
  #checkpointOnHold(): void {
    if (this.#standsStill) void this.#keeper.checkpointOnHold(() => this.#standsStill);
  }

  /** Whether no batch runs, and none will begin until `release`. */
  get #standsStill(): boolean {
    const [oldest] = this.#current?.context.batches.oldest(1) ?? [];
    return this.#isOnHold && oldest?.processingStartTime === undefined;
  }

  /** From now on, and until `release`, no batch begins but those that a crash interrupted; those that run end. */
  hold(): void {
    this.#isOnHold = true;
    this.#current?.context.batches.pause();
    this.#checkpointOnHold();
  }

  release(): void {
    this.#isOnHold = false;
    this.#current?.context.batches.resume();
  }

  /** Ends everything. @returns how many records still waited for a batch or for their delivery, and are lost */
  stop(): Promise<number> {
    this.#stopped = true;
    // An update may wait for a batch that waits for a sink, or for room on the disk.
    this.#sinks.letGo();
    this.#keeper.leave();
    return this.#inTurn(() => this.#endParts());
  }

  /** @param successor the plan that goes on with what is there, if one does */
  async #endParts(successor?: Plan): Promise<number> {
    await Promise.all([this.#receivers.stop(), this.#sinks.stop()]);
    const waiting = this.#receivers.waiting + (this.#current?.context.batches.queuedRecords ?? 0);
    await this.#current?.context.stop();
    const isKept = this.#keeper.isOpen;
    if (successor !== undefined) this.#keeper.handOver(successor);
    await this.#keeper.finish();
    const lost = waiting + this.#sinks.undelivered;
    this.#receivers.clear();
    this.#sinks.clear();
    return isKept ? 0 : lost;
  }

  /** User code did something in the background that failed; nobody waited for it. */
  backgroundFailure(operator: number, thrown: unknown): void {
    const id = this.#current?.prepared.plan.operators[operator]?.id;
    if (id === undefined) return;
    backgroundFailed(id, thrown, {
      figures: (name) => this.#figures.of(name),
      failed: (name, code, problem) => {
        this.#failures.add(name, code, problem);
      },
    });
  }

  /** Starts, updates and the stop, one after the other, whatever becomes of each. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turns.then(work);
    this.#turns = result.then(() => undefined, () => undefined);
    return result;
  }

  /**
   * Starts a plan, unless the graph has been stopped meanwhile.
   * @param successor the plan that comes next, where only what was interrupted is to run: nothing is received
   * @returns the names of the states that began afresh
   */
  async #run(prepared: PreparedPlan, options: RunOptions, successor?: Plan): Promise<ReadonlySet<string>> {
    const { plan } = prepared;
    if (this.#stopped) return new Set();
    const context = contextFor(plan, this.#clock, this.#lastBatch, await this.#keeper.hooks(plan, successor !== undefined), (text) => {
      this.#logs.add({ operator: plan.graph, level: 'warn', text });
    });
    await this.#receivers.be(plan);
    await this.#sinks.be(plan, successor);
    this.#keeper.giveUpState(options.reset, plan);
    const times = new UserCallTimes(this.#calls, this.#clock, plan.operators.map(({ id }) => this.#figures.of(id)));
    const fresh = this.#build(prepared, context, options, times);
    await this.#sinks.run(plan, options.secrets, successor);
    context.addStreamingListener({
      onBatchSubmitted: () => {
        // It has to wait: a moment to tell for how long others have been at it.
        if (context.batches.pending > 1 || context.batches.isPaused) this.#progress('waits');
      },
      onBatchStarted: ({ batchInfo }) => {
        times.begin();
        this.#progress('begins', batchInfo);
      },
      onBatchCompleted: ({ batchInfo }) => {
        this.#batchCompleted(batchInfo);
      },
    });
    // A batch that could not even be made never completes; this is the only place that hears of it.
    context.awaitTermination().catch((thrown: unknown) => {
      this.#batchFailed('A batch could not be made', textOf(thrown));
    });
    this.#current = { prepared, context, options };
    this.#figures.keep(plan.operators);
    if (successor === undefined) {
      await this.#keeper.restoreWaiting();
      await this.#receivers.takeOver();
    }
    if (this.#isStopped()) return fresh;
    if (this.#isOnHold) context.batches.pause();
    await context.start();
    if (successor !== undefined) return fresh;
    this.#events.described(prepared.describe(this.#helpers));
    await this.#receivers.run(plan, options.secrets);
    return fresh;
  }

  /** Asked anew: it may have changed while something was awaited. */
  #isStopped(): boolean {
    return this.#stopped;
  }

  #build(prepared: PreparedPlan, context: StreamingContext, options: RunOptions, times: UserCalls): ReadonlySet<string> {
    const environment: BuildEnvironment = {
      plan: prepared.plan,
      options,
      context,
      calls: times,
      helpers: this.#helpers,
      samples: this.samples,
      figures: (operator) => this.#figures.of(operator),
      receiver: (operator) => this.#receivers.get(operator),
      deliveries: [],
      sinkParts: new Map(),
      outputs: this.#outputs,
      sink: (operator) => this.#sinks.get(operator),
      effects: this.#keeper.effects,
      state: (name, fingerprint, create) => this.#states.get(name, fingerprint, create),
      failed: (operator, code, problem, count) => {
        this.#failures.add(operator, code, problem, count);
      },
      lost: (operator, code, problem, time, records) => {
        this.#failures.add(operator, code, problem, records.length);
        this.#keeper.putAside(operator, code, problem, time, records);
      },
      log: (event) => {
        this.#logs.add(event);
      },
      output: (event) => this.#events.output(event),
    };
    this.#states.begin();
    this.#figures.keepsNothing();
    try {
      prepared.build(environment);
      this.#keeper.checkStates(prepared.plan);
    } catch (thrown) {
      this.#states.abandon();
      throw thrown;
    }
    return this.#states.end();
  }

  #batchCompleted(info: BatchInfo): void {
    const event = this.#outputs.eventOf(info);
    const { failure } = event;
    this.#events.batch(event);
    this.#keeper.batchEnded(info.batchTime, failure !== undefined);
    this.samples.batchEnded();
    this.#receivers.makeUp();
    this.#tellFailures();
    this.#logs.endBatch();
    this.#progress('ended', info);
    this.#checkpointOnHold();
    if (failure !== undefined) {
      this.#batchFailed(`The batch of ${new Date(info.batchTime).toISOString()} failed ${String(BATCH_RETRIES + 1)} times`, failure);
    }
  }

  /** Tells what went wrong with single records since the last time. */
  #tellFailures(): void {
    for (const problem of this.#failures.take()) this.#events.problem(problem);
  }

  #batchFailed(what: string, failure: string): void {
    this.#failed(batchFailed(this.#current?.prepared.plan.graph ?? '', what, failure));
  }

  #failed(problem: Problem): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#events.failed(problem);
  }

  #progress(occasion: Occasion, batch?: BatchInfo): void {
    this.#figures.tell(this.#receivers, this.#sinks, this.#current?.context.batches, this.#keeper.figures, occasion, batch);
  }
}
