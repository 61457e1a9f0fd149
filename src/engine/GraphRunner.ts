import type { Clock } from '../ports/Clock';
import { canonicalJson } from '../plan/canonical';
import { operatorFingerprint } from '../plan/fingerprint';
import type { Plan, ReceiverOperator } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import '../streaming/operations';
import { StreamingContext } from '../streaming/StreamingContext';
import type { BatchInfo } from '../streaming/scheduler/BatchInfo';
import type { Source, SourceHost } from '../sources/Source';
import type { BuildEnvironment, UserCalls } from './BuildEnvironment';
import { createSource, sourceIdentity } from './createSource';
import type {
  BatchEvent, LogEvent, OfferedMessage, OperatorProgress, OutputEvent, ProgressEvent, RunOptions, UpdateReport,
} from './Engine';
import { asProblem, EngineProblem } from './EngineProblem';
import { FailureReports } from './FailureReports';
import { OperatorFigures } from './OperatorFigures';
import { type PreparedPlan, preparePlan } from './preparePlan';
import { type OrderCounter, ReceiverRuntime } from './ReceiverRuntime';
import { StateStore } from './StateStore';

/** How many more times a batch is tried that failed. */
const BATCH_RETRIES = 2;

/** ms between two progress events. */
const PROGRESS_PERIOD = 1000;

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
  readonly #figures = new Map<string, OperatorFigures>();
  readonly #failures = new FailureReports();
  readonly #order: OrderCounter = { next: 0 };
  #current: { readonly prepared: PreparedPlan; readonly context: StreamingContext } | undefined;
  #lastBatch: number | undefined;
  #lastProgress = -Infinity;
  #shownProgress = '';
  #stopped = false;

  /** @param calls is told when user code is entered and left */
  constructor(clock: Clock, events: GraphEvents, calls: UserCalls = UNWATCHED) {
    this.#clock = clock;
    this.#events = events;
    this.#calls = calls;
  }

  /** @throws EngineProblem when the plan cannot run */
  async start(plan: Plan, options: RunOptions): Promise<void> {
    await this.#run(preparePlan(plan, options), options);
  }

  /**
   * Goes on with another plan after the batch that runs now. A plan that cannot run changes nothing.
   * @throws EngineProblem when the plan cannot run
   */
  async update(plan: Plan, options: RunOptions): Promise<UpdateReport> {
    const prepared = preparePlan(plan, options);
    const before = this.#current?.prepared.plan;
    await this.#current?.context.finish();
    this.#lastBatch = this.#current?.context.lastCompletedTime ?? this.#lastBatch;
    await this.#run(prepared, options);
    return compare(before, plan);
  }

  /** Takes messages for a receiver and returns how many fitted, from the first on. */
  offer(receiver: string, messages: readonly OfferedMessage[]): number {
    const runtime = this.#receivers.get(receiver);
    if (runtime === undefined || this.#stopped) return 0;
    return this.#store(receiver, runtime, messages);
  }

  /** Ends everything; what still waits for a batch is lost. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#receivers.values()].map((receiver) => receiver.stop()));
    await this.#current?.context.stop();
  }

  async #run(prepared: PreparedPlan, options: RunOptions): Promise<void> {
    const { plan } = prepared;
    const context = new StreamingContext({
      batchInterval: plan.batchInterval,
      clock: this.#clock,
      log: SILENT,
      retries: BATCH_RETRIES,
      ...(this.#lastBatch === undefined ? {} : { startAfter: this.#lastBatch }),
    });
    const receivers = plan.operators.filter((operator) => operator.type === 'receiver');
    await this.#dropReceivers(new Set(receivers.map((receiver) => receiver.id)));
    for (const { id } of receivers) {
      if (!this.#receivers.has(id)) this.#receivers.set(id, new ReceiverRuntime(this.#clock, this.#order));
    }
    this.#build(prepared, context, options);
    context.addStreamingListener({
      onBatchCompleted: ({ batchInfo }) => {
        this.#batchCompleted(batchInfo);
      },
    });
    // A batch that could not even be made never completes; this is the only place that hears of it.
    context.awaitTermination().catch((thrown: unknown) => {
      this.#batchFailed('A batch could not be made', thrown instanceof Error ? thrown.message : String(thrown));
    });
    this.#current = { prepared, context };
    await context.start();
    for (const receiver of receivers) await this.#runSource(receiver, options);
  }

  #build(prepared: PreparedPlan, context: StreamingContext, options: RunOptions): void {
    const environment: BuildEnvironment = {
      plan: prepared.plan,
      options,
      context,
      calls: this.#calls,
      figures: (operator) => this.#figuresOf(operator),
      receiver: (operator) => this.#receivers.get(operator) ?? new ReceiverRuntime(this.#clock, this.#order),
      state: (name, fingerprint, create) => this.#states.get(name, fingerprint, create),
      failed: (operator, problem) => {
        this.#failures.add(problem, operator);
      },
      log: (event) => {
        this.#events.log(event);
      },
      output: (event) => this.#events.output(event),
    };
    this.#states.begin();
    prepared.build(environment);
    this.#states.end();
  }

  async #dropReceivers(wanted: ReadonlySet<string>): Promise<void> {
    for (const [id, receiver] of this.#receivers) {
      if (wanted.has(id)) continue;
      this.#receivers.delete(id);
      await receiver.stop();
    }
  }

  async #runSource(operator: ReceiverOperator, options: RunOptions): Promise<void> {
    const runtime = this.#receivers.get(operator.id);
    if (runtime === undefined) return;
    const figures = this.#figuresOf(operator.id);
    const host: SourceHost = {
      store: (messages) => {
        this.#store(operator.id, runtime, messages);
        return undefined;
      },
      status: (status) => {
        figures.source = status;
        this.#progress(true);
      },
      problem: (problem) => {
        this.#events.problem({ ...problem, nodeId: operator.id });
      },
    };
    await runtime.run(sourceIdentity(operator, options.secrets), (): Source | undefined =>
      createSource(operator, options.secrets, host, this.#clock),
    );
  }

  #store(id: string, runtime: ReceiverRuntime, messages: readonly OfferedMessage[]): number {
    const accepted = runtime.store(messages);
    const refused = messages.length - accepted;
    if (refused > 0) {
      this.#figuresOf(id).refused += refused;
      this.#failures.add(() => bufferFull(id, runtime.buffer.limits.bufferLimit), id);
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
    for (const problem of this.#failures.take()) this.#events.problem(problem);
    this.#progress(false);
    if (failure !== undefined) {
      const batch = new Date(info.batchTime).toISOString();
      this.#batchFailed(`The batch of ${batch} failed ${String(BATCH_RETRIES + 1)} times`, failure);
    }
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
    for (const [id, receiver] of this.#receivers) this.#figuresOf(id).waiting = receiver.buffer.waiting;
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

const SILENT = {
  warn: (): void => undefined,
  error: (): void => undefined,
};

function bufferFull(receiver: string, limit: number): Problem {
  return {
    nodeId: receiver,
    code: 'buffer-full',
    what: `A record was refused: ${String(limit)} records wait for their batch already.`,
    why: 'More arrive than batches take.',
    fix: 'Raise the buffer limit or the maximum rate of the batcher, make the functions cheaper, or send less.',
  };
}

/** What a new plan means for each operator of the old one. */
function compare(before: Plan | undefined, after: Plan): UpdateReport {
  const fingerprints = (plan: Plan | undefined): Map<string, string> =>
    new Map((plan?.operators ?? []).map((operator) => [operator.id, operatorFingerprint(operator, plan?.batchInterval ?? 0)]));
  const old = fingerprints(before);
  const now = fingerprints(after);
  const kept: string[] = [];
  const restarted: string[] = [];
  const dropped: string[] = [];
  for (const [id, fingerprint] of old) {
    const present = now.get(id);
    (present === undefined ? dropped : present === fingerprint ? kept : restarted).push(id);
  }
  return { kept, restarted, dropped };
}

/** What was thrown while a graph was started or updated, as a problem of the graph. */
export function asGraphProblem(thrown: unknown, plan: Plan): Problem {
  return thrown instanceof EngineProblem
    ? thrown.problem
    : asProblem(thrown, plan.graph, 'graph-failed', 'Look at the log for what happened before, and report it if it cannot be explained.');
}
