import { canonicalJson } from '../plan/canonical';
import type { Clock } from '../ports/Clock';
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

/** The figures of a graph's operators, told now and then while they change. */
export class ProgressReports {
  readonly #clock: Clock;
  readonly #events: Pick<GraphEvents, 'progress'>;
  readonly #figures = new Map<string, OperatorFigures>();
  #lastTold = -Infinity;
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

  /** @param atOnce whether somebody may be waiting to see a change */
  tell(
    receivers: Receivers, sinks: Sinks, queue: BatchQueue | undefined, durability: DurabilityFigures | undefined, atOnce: boolean,
  ): void {
    const now = this.#clock.monotonic();
    if (!atOnce && now - this.#lastTold < PERIOD) return;
    for (const [id, receiver] of receivers.all) {
      const figures = this.of(id);
      figures.waiting = receiver.buffer.waiting + receiver.held + receiver.inLogOnly;
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
    };
    const told = canonicalJson(event);
    if (told === this.#told) return;
    this.#lastTold = now;
    this.#told = told;
    this.#events.progress(event);
  }
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
