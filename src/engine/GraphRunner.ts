import type { Clock } from '../ports/Clock';
import { canonicalJson } from '../plan/canonical';
import type { Operator, Plan, ReceiverOperator, SinkOperator } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import '../streaming/operations';
import { StreamingContext } from '../streaming/StreamingContext';
import type { BatchInfo } from '../streaming/scheduler/BatchInfo';
import type { SinkHost } from '../sinks/Sink';
import type { Source, SourceHost } from '../sources/Source';
import type { BuildEnvironment, UserCalls } from './BuildEnvironment';
import { comparePlans } from './comparePlans';
import { createSink, sinkIdentity } from './createSink';
import { createSource, sourceIdentity } from './createSource';
import type {
  BatchEvent, LogEvent, OfferedMessage, OperatorProgress, OutputEvent, ProgressEvent, RunOptions, UpdateReport,
} from './Engine';
import { FailureReports } from './FailureReports';
import { bufferFull, sourceWaits, undelivered } from './graphProblems';
import { LogLimit } from './LogLimit';
import { OperatorFigures } from './OperatorFigures';
import { functionFailed } from './prepare/map';
import { type PreparedPlan, preparePlan } from './preparePlan';
import { type OrderCounter, ReceiverRuntime } from './ReceiverRuntime';
import { SinkRuntime } from './SinkRuntime';
import { StateStore } from './StateStore';

/** How many more times a batch is tried that failed. */
const BATCH_RETRIES = 2;

/** How many batches may wait while outputs do not get on; what arrives meanwhile waits in its receiver, within its limit. */
const PENDING_BATCHES = 100;

/** ms between two progress events: a little less than a second, so that batches of a second each bring one. */
const PROGRESS_PERIOD = 900;

/** What happens in a running graph. */
export interface GraphEvents {
  batch(event: BatchEvent): void;
  /** To be waited for before more is handed over. */
  output(event: OutputEvent): Promise<void> | undefined;
  problem(problem: Problem): void;
  progress(event: ProgressEvent): void;
  log(event: LogEvent): void;
  /** The graph has ended by itself. */
  failed(problem: Problem): void;
}

/**
 * Runs one plan after another for one graph, in this thread. What must live longer than a plan lives here: receivers with
 * what they have received, state by operator, figures. The streams themselves are made anew for every plan, between two batches.
 */
export class GraphRunner {
  readonly #clock: Clock;
  readonly #events: GraphEvents;
  readonly #calls: UserCalls;
  readonly #states = new StateStore();
  readonly #receivers = new Map<string, ReceiverRuntime>();
  /** Those that send records out of Node-RED, with what they have not delivered. */
  readonly #sinks = new Map<string, SinkRuntime>();
  readonly #figures = new Map<string, OperatorFigures>();
  readonly #failures = new FailureReports();
  readonly #logs: LogLimit;
  readonly #order: OrderCounter = { next: 0 };
  #current: { readonly prepared: PreparedPlan; readonly context: StreamingContext; readonly options: RunOptions } | undefined;
  #turns: Promise<void> = Promise.resolve();
  #lastBatch: number | undefined;
  #lastProgress = -Infinity;
  #shownProgress = '';
  #stopped = false;

  /** @param calls is told when user code is entered and left */
  constructor(clock: Clock, events: GraphEvents, calls: UserCalls = UNWATCHED) {
    this.#clock = clock;
    this.#events = events;
    this.#calls = calls;
    this.#logs = new LogLimit((event) => {
      events.log(event);
    });
  }

  /** @throws EngineProblem when the plan cannot run */
  start(plan: Plan, options: RunOptions): Promise<void> {
    return this.#inTurn(async () => {
      await this.#run(preparePlan(plan, options), options);
    });
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
      for (const sink of this.#sinks.values()) sink.letGo();
      await before?.context.finish();
      this.#lastBatch = before?.context.lastCompletedTime ?? this.#lastBatch;
      try {
        const fresh = await this.#run(prepared, options);
        return comparePlans(before?.prepared.plan, plan, fresh);
      } catch (thrown) {
        if (before !== undefined) await this.#run(before.prepared, before.options);
        throw thrown;
      }
    });
  }

  /** Takes messages for a receiver and returns how many fitted, from the first on. */
  offer(receiver: string, messages: readonly OfferedMessage[]): number {
    const runtime = this.#receivers.get(receiver);
    if (runtime === undefined || this.#stopped) return 0;
    return this.#store(receiver, runtime, messages);
  }

  /** Ends everything. @returns how many records still waited for a batch or for their delivery, and are lost */
  stop(): Promise<number> {
    this.#stopped = true;
    // An update may wait for a batch that waits for a sink.
    for (const sink of this.#sinks.values()) sink.letGo();
    return this.#inTurn(async () => {
      const receivers = [...this.#receivers.values()];
      const sinks = [...this.#sinks.values()];
      await Promise.all([...receivers, ...sinks].map((open) => open.stop()));
      await this.#current?.context.stop();
      const waiting = receivers.reduce((lost, receiver) => lost + receiver.buffer.waiting, 0);
      return sinks.reduce((lost, sink) => lost + sink.undelivered, waiting);
    });
  }

  /** User code did something in the background that failed; nobody waited for it. */
  backgroundFailure(operator: number, thrown: unknown): void {
    const id = this.#current?.prepared.plan.operators[operator]?.id;
    if (id === undefined) return;
    this.#figuresOf(id).failed++;
    this.#failures.add(id, 'function-failed', () => ({
      ...functionFailed(id, thrown),
      why: 'It happened in a promise that the function started and did not wait for.',
    }));
  }

  /** Starts, updates and the stop, one after the other, whatever becomes of each. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turns.then(work);
    this.#turns = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  /** Starts a plan, unless the graph has been stopped meanwhile. @returns the names of the states that began afresh */
  async #run(prepared: PreparedPlan, options: RunOptions): Promise<ReadonlySet<string>> {
    const { plan } = prepared;
    if (this.#stopped) return new Set();
    const context = new StreamingContext({
      batchInterval: plan.batchInterval,
      clock: this.#clock,
      log: {
        // Errors of batches come by `awaitTermination` or with their batch; what is left is a listener of ours that failed.
        warn: () => undefined,
        error: (text) => {
          this.#logs.add({ operator: plan.graph, level: 'warn', text });
        },
      },
      retries: BATCH_RETRIES,
      pendingBatchesLimit: PENDING_BATCHES,
      ...(this.#lastBatch === undefined ? {} : { startAfter: this.#lastBatch }),
    });
    const receivers = plan.operators.filter((operator) => operator.type === 'receiver');
    await this.#dropReceivers(new Set(receivers.map((receiver) => receiver.id)));
    for (const { id } of receivers) {
      if (!this.#receivers.has(id)) this.#receivers.set(id, new ReceiverRuntime(this.#clock, this.#order));
    }
    const sinks = plan.operators.filter(leadsOutside);
    await this.#dropSinks(new Set(sinks.map((sink) => sink.id)));
    for (const { id } of sinks) if (!this.#sinks.has(id)) this.#sinks.set(id, new SinkRuntime(this.#clock));
    const fresh = this.#build(prepared, context, options);
    await Promise.all(sinks.map((sink) => this.#runSink(sink, options)));
    context.addStreamingListener({
      onBatchCompleted: ({ batchInfo }) => {
        this.#batchCompleted(batchInfo);
      },
    });
    // A batch that could not even be made never completes; this is the only place that hears of it.
    context.awaitTermination().catch((thrown: unknown) => {
      this.#batchFailed('A batch could not be made', thrown instanceof Error ? thrown.message : String(thrown));
    });
    this.#current = { prepared, context, options };
    for (const id of this.#figures.keys()) if (!plan.operators.some((operator) => operator.id === id)) this.#figures.delete(id);
    if (this.#isStopped()) return fresh;
    await context.start();
    await Promise.all(receivers.map((receiver) => this.#runSource(receiver, options)));
    return fresh;
  }

  /** Asked anew: it may have changed while something was awaited. */
  #isStopped(): boolean {
    return this.#stopped;
  }

  #build(prepared: PreparedPlan, context: StreamingContext, options: RunOptions): ReadonlySet<string> {
    const environment: BuildEnvironment = {
      plan: prepared.plan,
      options,
      context,
      calls: this.#calls,
      figures: (operator) => this.#figuresOf(operator),
      receiver: (operator) => this.#receivers.get(operator) ?? new ReceiverRuntime(this.#clock, this.#order),
      deliveries: [],
      sink: (operator) => this.#sinks.get(operator) ?? new SinkRuntime(this.#clock),
      state: (name, fingerprint, create) => this.#states.get(name, fingerprint, create),
      failed: (operator, code, problem, count) => {
        this.#failures.add(operator, code, problem, count);
      },
      log: (event) => {
        this.#logs.add(event);
      },
      output: (event) => this.#events.output(event),
    };
    this.#states.begin();
    prepared.build(environment);
    return this.#states.end();
  }

  async #dropReceivers(wanted: ReadonlySet<string>): Promise<void> {
    const dropped = [...this.#receivers].filter(([id]) => !wanted.has(id));
    for (const [id] of dropped) this.#receivers.delete(id);
    await Promise.all(dropped.map(([, receiver]) => receiver.stop()));
  }

  /** Ends the sinks that the plan no longer has, and tells what they had not delivered. */
  async #dropSinks(wanted: ReadonlySet<string>): Promise<void> {
    const dropped = [...this.#sinks].filter(([id]) => !wanted.has(id));
    for (const [id] of dropped) this.#sinks.delete(id);
    await Promise.all(dropped.map(async ([id, sink]) => {
      await sink.stop();
      this.#figuresOf(id).source = undefined;
      if (sink.undelivered > 0) this.#events.problem(undelivered(id, sink.undelivered));
    }));
  }

  async #runSink(operator: SinkOperator, options: RunOptions): Promise<void> {
    const runtime = this.#sinks.get(operator.id);
    if (runtime === undefined) return;
    const identity = sinkIdentity(operator, options.secrets);
    const figures = this.#figuresOf(operator.id);
    if (!runtime.isMadeFrom(identity)) figures.source = undefined;
    const host: SinkHost = {
      status: (status) => {
        figures.source = status;
        // Its batch may last: what was dropped before is told now.
        if (status.state !== 'running') this.#tellFailures();
        this.#progress(true);
      },
      problem: (problem) => {
        this.#events.problem({ ...problem, nodeId: operator.id });
      },
    };
    await runtime.run(identity, () => createSink(operator, options.secrets, host, this.#clock));
  }

  async #runSource(operator: ReceiverOperator, options: RunOptions): Promise<void> {
    const runtime = this.#receivers.get(operator.id);
    if (runtime === undefined) return;
    const identity = sourceIdentity(operator, options.secrets);
    const figures = this.#figuresOf(operator.id);
    if (!runtime.isMadeFrom(identity)) figures.source = undefined;
    const host: SourceHost = {
      store: (messages) => {
        const stored = runtime.storeAll(messages);
        if (stored !== undefined) this.#failures.add(operator.id, 'buffer-full', () => sourceWaits(operator, runtime.held));
        return stored;
      },
      status: (status) => {
        figures.source = status;
        this.#progress(true);
      },
      problem: (problem) => {
        this.#events.problem({ ...problem, nodeId: operator.id });
      },
    };
    await runtime.run(identity, (): Source | undefined =>
      createSource(operator, options.secrets, host, this.#clock),
    );
  }

  #store(id: string, runtime: ReceiverRuntime, messages: readonly OfferedMessage[]): number {
    const accepted = runtime.store(messages);
    const refused = messages.length - accepted;
    if (refused > 0) {
      this.#figuresOf(id).refused += refused;
      this.#failures.add(id, 'buffer-full', () => bufferFull(id, runtime.buffer.limits.bufferLimit), refused);
    }
    return accepted;
  }

  #figuresOf(operator: string): OperatorFigures {
    let figures = this.#figures.get(operator);
    if (figures === undefined) {
      figures = new OperatorFigures();
      this.#figures.set(operator, figures);
    }
    return figures;
  }

  #batchCompleted(info: BatchInfo): void {
    const failure = info.failureReason;
    this.#events.batch({
      batchTime: info.batchTime,
      records: info.numRecords,
      schedulingDelay: info.schedulingDelay ?? 0,
      processingDelay: info.processingDelay ?? 0,
      ...(failure === undefined ? {} : { failure }),
    });
    for (const receiver of this.#receivers.values()) receiver.makeUp();
    this.#tellFailures();
    this.#logs.endBatch();
    this.#progress(false);
    if (failure !== undefined) {
      const batch = new Date(info.batchTime).toISOString();
      this.#batchFailed(`The batch of ${batch} failed ${String(BATCH_RETRIES + 1)} times`, failure);
    }
  }

  /** Tells what went wrong with single records since the last time. */
  #tellFailures(): void {
    for (const problem of this.#failures.take()) this.#events.problem(problem);
  }

  #batchFailed(what: string, failure: string): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#events.failed({
      nodeId: this.#current?.prepared.plan.graph ?? '',
      code: 'batch-failed',
      what: `${what}: ${failure}`,
      why: 'Going on without it would give wrong results silently.',
      fix: 'Remove the cause, and deploy.',
    });
  }

  #progress(atOnce: boolean): void {
    const now = this.#clock.monotonic();
    if (!atOnce && now - this.#lastProgress < PROGRESS_PERIOD) return;
    for (const [id, receiver] of this.#receivers) {
      const figures = this.#figuresOf(id);
      figures.waiting = receiver.buffer.waiting + receiver.held;
      figures.rateLimit = receiver.rateLimit;
    }
    for (const [id, sink] of this.#sinks) this.#figuresOf(id).waiting = sink.undelivered;
    const operators: Record<string, OperatorProgress> = {};
    for (const [id, figures] of this.#figures) operators[id] = figures.progress;
    const shown = canonicalJson(operators);
    if (shown === this.#shownProgress) return;
    this.#lastProgress = now;
    this.#shownProgress = shown;
    this.#events.progress({ operators });
  }
}

const UNWATCHED: UserCalls = {
  enter: () => undefined,
  leave: () => undefined,
};

/** Whether an operator is a sink to a place outside of Node-RED, to which a connection is kept. */
function leadsOutside(operator: Operator): operator is SinkOperator {
  return operator.type === 'sink' && operator.parameters.target.kind !== 'flow';
}
