import { canonicalJson } from '../plan/canonical';
import type { Clock } from '../ports/Clock';
import type { BatchInfo } from '../streaming/scheduler/BatchInfo';
import type { BatchQueue } from '../streaming/scheduler/BatchQueue';
import {
  type DurabilityFigures, MOST_UNFINISHED, type OperatorProgress, type ProgressEvent, type UnfinishedBatches,
} from './Engine';
import type { GraphEvents } from './GraphEvents';
import { OperatorFigures } from './OperatorFigures';
import type { Receivers } from './Receivers';
import type { Sinks } from './Sinks';

/** ms between two progress events: a little less than a second, so that batches of a second each bring one. */
const PERIOD = 900;

/** When progress may be told: a batch begins, has to wait, or has ended, or `now`, as somebody may be waiting to see a change. */
export type Occasion = 'begins' | 'waits' | 'ended' | 'now';

/** The figures of a graph's operators, told now and then while they change. */
export class ProgressReports {
  readonly #clock: Clock;
  readonly #events: Pick<GraphEvents, 'progress'>;
  readonly #figures = new Map<string, OperatorFigures>();
  #lastTold = -Infinity;
  #lastBeginning = -Infinity;
  /** Whether the last batch that had records, or took long without any, took longer than a period. */
  #isSlow = false;
  #told = '';

  constructor(clock: Clock, events: Pick<GraphEvents, 'progress'>) {
    this.#clock = clock;
    this.#events = events;
  }

  of(operator: string): OperatorFigures {
    let figures = this.#figures.get(operator);
    if (figures === undefined) {
      figures = new OperatorFigures();
      this.#figures.set(operator, figures);
    }
    return figures;
  }

  /** Forgets all operators but these. */
  keep(operators: readonly { readonly id: string }[]): void {
    for (const id of this.#figures.keys()) if (!operators.some((operator) => operator.id === id)) this.#figures.delete(id);
  }

  /** Operators are built anew: those that keep something say so again. */
  keepsNothing(): void {
    for (const figures of this.#figures.values()) figures.estimateState = undefined;
  }

  /** @param batch that begins or has ended */
  tell(
    receivers: Receivers, sinks: Sinks, queue: BatchQueue | undefined, durability: DurabilityFigures | undefined,
    occasion: Occasion, batch?: BatchInfo,
  ): void {
    const now = this.#clock.monotonic();
    if (occasion === 'ended') this.#learn(batch);
    if (!this.#isDue(now, occasion, batch)) return;
    const queued = queuedIn(queue);
    for (const [id, receiver] of receivers.all) {
      const figures = this.of(id);
      figures.waiting = receiver.buffer.waiting + receiver.held + receiver.inLogOnly + (queued.get(id) ?? 0);
      figures.rateLimit = receiver.rateLimit;
    }
    for (const [id, sink] of sinks.all) this.of(id).waiting = sink.undelivered;
    const operators: Record<string, OperatorProgress> = {};
    for (const [id, figures] of this.#figures) operators[id] = figures.progress;
    const active = unfinishedIn(queue);
    const event: ProgressEvent = {
      operators,
      ...(durability === undefined ? {} : { durability }),
      ...(active === undefined ? {} : { active }),
      ...(occasion === 'begins' ? { begins: true } : {}),
    };
    const told = canonicalJson(event);
    if (told === this.#told) return;
    if (occasion === 'begins') this.#lastBeginning = now;
    else this.#lastTold = now;
    this.#told = told;
    this.#events.progress(event);
  }

  /** What the last batch tells of the next: without records it is quick, also where others take long. */
  #learn({ numRecords = 0, processingDelay = 0 }: Partial<BatchInfo> = {}): void {
    const isSlow = processingDelay >= PERIOD;
    if (isSlow || numRecords > 0) this.#isSlow = isSlow;
  }

  /**
   * That a batch begins is told for itself: it may keep its thread from telling anything until it ends. What it comes to is told
   * then, however soon that is.
   */
  #isDue(now: number, occasion: Occasion, batch: BatchInfo | undefined): boolean {
    if (occasion === 'now') return true;
    if (occasion !== 'begins') return now - this.#lastTold >= PERIOD;
    const hasRecords = (batch?.numRecords ?? 0) > 0;
    if (hasRecords && this.#isSlow) return true;
    return (hasRecords || this.#isSlow) && now - this.#lastBeginning >= PERIOD;
  }
}

/** Records by receiver in batches that have not begun. */
function queuedIn(queue: BatchQueue | undefined): ReadonlyMap<string, number> {
  const queued = new Map<string, number>();
  for (const { processingStartTime, streamIdToInputInfo } of queue?.oldest(Infinity) ?? []) {
    if (processingStartTime !== undefined) continue;
    // The streams of receivers are called by their ids.
    for (const { description, numRecords } of streamIdToInputInfo.values()) {
      queued.set(description, (queued.get(description) ?? 0) + numRecords);
    }
  }
  return queued;
}

/** Undefined where there is none. */
function unfinishedIn(queue: BatchQueue | undefined): UnfinishedBatches | undefined {
  if (queue === undefined || queue.pending === 0) return undefined;
  const batches = queue.oldest(MOST_UNFINISHED).map(({ batchTime, numRecords, submissionTime, processingStartTime }) => ({
    batchTime,
    records: numRecords,
    state: processingStartTime === undefined ? 'queued' as const : 'processing' as const,
    since: processingStartTime ?? submissionTime,
  }));
  return { batches, count: queue.pending };
}
