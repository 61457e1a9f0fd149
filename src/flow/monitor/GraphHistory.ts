import type { BatchEvent, PlanDescription, ProgressEvent, UnfinishedBatch, UnfinishedBatches } from '../../engine/Engine';
import type { Problem } from '../../plan/Problem';
import type { Clock } from '../../ports/Clock';
import { BatchRing } from './BatchRing';
import { DurationHistogram } from './DurationHistogram';
import { ProblemLog } from './ProblemLog';
import { Rates } from './Rates';
import { MOST_DETAILS } from './snapshot';

/** What is counted from one start of a graph to the next. */
class Counts {
  batches = 0;
  failedBatches = 0;
  records = 0;
  readonly processing = new DurationHistogram();
  readonly total = new DurationHistogram();
}

/**
 * What is remembered of a graph beyond its latest figures, for whoever looks later: its newest batches, its problems, how fast
 * records move. Lives as long as the graph, also while it is changed; takes what it is told and sets nothing off by itself.
 */
export class GraphHistory {
  readonly batches = new BatchRing();
  readonly problems = new ProblemLog();
  readonly #clock: Clock;
  readonly #details: BatchEvent[] = [];
  #counts = new Counts();
  #rates: Rates;
  #startedAt: number;
  #unfinished: UnfinishedBatches | undefined;
  #description: PlanDescription | undefined;
  #isRestarting = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#rates = new Rates(clock.monotonic());
  }

  /** The graph is started, or started again, and counts from zero. What batches it had stays. */
  beginAgain(): void {
    this.#startedAt = this.#clock.now();
    this.#counts = new Counts();
    this.#rates = new Rates(this.#clock.monotonic());
    this.#unfinished = undefined;
    this.#description = undefined;
    this.#isRestarting = false;
  }

  /** @param batchInterval ms */
  batch(event: BatchEvent, batchInterval: number): void {
    this.batches.add(event, batchInterval);
    this.#details.push(event);
    if (this.#details.length > MOST_DETAILS) this.#details.shift();
    this.#counts.batches++;
    this.#rates.ran(event.processingDelay);
    this.#counts.records += event.records;
    if (event.failure !== undefined) this.#counts.failedBatches++;
    this.#counts.processing.add(event.processingDelay);
    this.#counts.total.add(event.schedulingDelay + event.processingDelay);
    this.#unfinished = without(this.#unfinished, event.batchTime);
  }

  /** @param batchInterval ms */
  progress({ operators, active, begins }: ProgressEvent, batchInterval: number): void {
    if (begins !== true) this.#rates.add(this.#clock.monotonic(), operators, batchInterval, this.#isBusy);
    this.#unfinished = active;
  }

  /** A plan runs from now on: after a death that is another start. */
  described(description: PlanDescription): void {
    if (this.#isRestarting) this.beginAgain();
    this.#description = description;
  }

  problem(problem: Problem): void {
    this.problems.add(problem, this.#clock.now());
  }

  /** The graph died, and will be started again. */
  interrupted(problem: Problem): void {
    this.problem(problem);
    this.#isRestarting = true;
    this.#unfinished = undefined;
  }

  /** Nothing waits or runs any more. */
  failed(problem: Problem): void {
    this.problem(problem);
    this.#isRestarting = false;
    this.#unfinished = undefined;
  }

  /** ms since the epoch */
  get startedAt(): number {
    return this.#startedAt;
  }

  get isRestarting(): boolean {
    return this.#isRestarting;
  }

  /** Since the start. */
  get counts(): Readonly<Counts> {
    return this.#counts;
  }

  /** How the engine runs the plan, once it has said so. */
  get description(): PlanDescription | undefined {
    return this.#description;
  }

  /** Batches that wait or run. */
  get unfinished(): UnfinishedBatches {
    return this.#unfinished ?? { batches: [], count: 0 };
  }

  get lastBatch(): BatchEvent | undefined {
    return this.#details.at(-1);
  }

  /** One of the newest batches; undefined where it is forgotten, or there was none. Of two of the same time, the later one. */
  detailsOf(batchTime: number): BatchEvent | undefined {
    return this.#details.findLast((event) => event.batchTime === batchTime);
  }

  /** Records a second, of the last few seconds; while a batch runs for long, as before it. */
  rate(operator: string, figure: 'recordsIn' | 'recordsOut', batchInterval: number): number {
    return this.#rates.of(operator, figure, this.#clock.monotonic(), batchInterval, this.#isBusy);
  }

  /** Whether a batch runs, which may keep its thread from telling anything. */
  get #isBusy(): boolean {
    return this.unfinished.batches.some(({ state }) => state === 'processing');
  }
}

/** The same without a batch that has ended. */
function without(unfinished: UnfinishedBatches | undefined, batchTime: number): UnfinishedBatches | undefined {
  if (unfinished === undefined) return undefined;
  const batches = unfinished.batches.filter((batch: UnfinishedBatch) => batch.batchTime !== batchTime);
  return { batches, count: unfinished.count - (unfinished.batches.length - batches.length) };
}
