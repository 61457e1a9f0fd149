import type { BatchEvent, DurabilityFigures, OperatorProgress, ProgressEvent, UpdateReport } from '../engine/Engine';
import { guaranteesOf } from '../plan/guarantees';
import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import type { GraphFigures, LastUpdate } from './graphFigures';
import { hasCheckpoint, statesOf } from './planParts';

const NOTHING_YET = { recordsIn: 0, recordsOut: 0, failed: 0, skipped: 0, refused: 0, waiting: 0, keys: 0 };

/** What the query of a graph has told last, with what was counted on the way to it. */
export class LatestFigures {
  #operators: ProgressEvent['operators'] = {};
  /** Messages that were refused before they reached the engine, by receiver. */
  readonly #refused = new Map<string, number>();
  #lastBatch: BatchEvent | undefined;
  #lastUpdate: LastUpdate | undefined;
  #durability: DurabilityFigures | undefined;

  /** Another query runs from now on, which counts from zero. */
  beginAgain(): void {
    this.#operators = {};
    this.#durability = undefined;
  }

  batch(event: BatchEvent): void {
    this.#lastBatch = event;
  }

  /** @returns the same, with what was refused on the way */
  progress(event: ProgressEvent): ProgressEvent {
    this.#operators = event.operators;
    this.#durability = event.durability ?? this.#durability;
    return { ...event, operators: this.#withRefused() };
  }

  /** @param time ms since the epoch */
  updated(report: UpdateReport, time: number): void {
    this.#lastUpdate = { time, ...report };
  }

  /** Counts a message that was refused because too many wait for an answer already. */
  refused(receiver: string): void {
    this.#refused.set(receiver, (this.#refused.get(receiver) ?? 0) + 1);
  }

  /** Records that wait for a batch at a receiver. */
  waitingAt(receiver: string): number {
    return this.#operators[receiver]?.waiting ?? 0;
  }

  /**
   * For whoever asks.
   * @param plan what runs
   * @param wanted what was deployed last
   * @param failure why it ended by itself: then nothing is connected or running any more, whatever was told last
   */
  of(plan: Plan, wanted: Plan, failure: Problem | undefined, refusal: Problem | undefined): GraphFigures {
    const operators = this.#withRefused();
    const durability = hasCheckpoint(plan) ? this.#durability : undefined;
    return {
      graph: plan.graph,
      batchInterval: plan.batchInterval,
      operators: failure === undefined ? operators : withoutSources(operators),
      guarantees: Object.fromEntries(guaranteesOf(plan)),
      ...(this.#lastBatch === undefined ? {} : { lastBatch: this.#lastBatch }),
      ...(this.#lastUpdate === undefined ? {} : { lastUpdate: this.#lastUpdate }),
      ...(durability === undefined ? {} : { durability: failure === undefined ? durability : { ...durability, state: 'ended', text: '' } }),
      ...(hasCheckpoint(wanted) ? { states: statesOf(plan, wanted) } : {}),
      ...(failure === undefined ? {} : { failure: failure.what }),
      ...(refusal === undefined ? {} : { refusal: refusal.what }),
    };
  }

  #withRefused(): ProgressEvent['operators'] {
    if (this.#refused.size === 0) return this.#operators;
    const all = { ...this.#operators };
    for (const [id, refused] of this.#refused) {
      const own = all[id] ?? NOTHING_YET;
      all[id] = { ...own, refused: own.refused + refused };
    }
    return all;
  }
}

function withoutSources(operators: ProgressEvent['operators']): Readonly<Record<string, OperatorProgress>> {
  return Object.fromEntries(Object.entries(operators).map(([id, { source: _over, ...figures }]) => [id, figures]));
}
