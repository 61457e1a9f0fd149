import type { Journal, RecoveredBatch } from '../../durability';
import type { BatchOrigin } from '../../sinks/Sink';
import type { Reset } from '../Engine';

/** A batch that has begun so often and never ended is not begun again with the same plan. */
export const MOST_ATTEMPTS = 2;

/** What notes that a batch ended well; no sink has this name. */
export const ENDED = '';

/** What a batch is made of, as its intent says beside the boundaries. In files: only ever add to it. */
export interface IntentData {
  /** The name of the plan that it is made for. */
  readonly plan: string;
  /** The state that was given up before it, since the checkpoint or before. */
  readonly reset?: Reset;
  /** Names the start that wrote it down; absent in early intents. */
  readonly run?: string;
}

/** Interrupted batches that follow each other and are to run alike. */
export interface Stretch {
  readonly times: readonly number[];
  /** The name of their plan. */
  readonly plan: string;
  /** The state that was given up before them. */
  readonly reset: Reset | undefined;
}

/** The batches that an earlier start wrote down and that are in no checkpoint: they run again before any other. */
export class InterruptedBatches {
  readonly #journal: Journal;
  /** Those that have not run yet, by time. */
  readonly #batches: Map<number, RecoveredBatch>;
  /** The runs of all that there were at the start. */
  readonly #runs: ReadonlySet<string | undefined>;

  constructor(journal: Journal, batches: readonly RecoveredBatch[]) {
    this.#journal = journal;
    this.#batches = new Map(batches.map((batch) => [batch.time, batch]));
    this.#runs = new Set(batches.map(({ data }) => (data as IntentData).run));
  }

  /** Those that have not run yet, in order. */
  get left(): readonly RecoveredBatch[] {
    return [...this.#batches.values()];
  }

  get size(): number {
    return this.#batches.size;
  }

  get(time: number): RecoveredBatch | undefined {
    return this.#batches.get(time);
  }

  /** Where one that has not run yet comes from; undefined for others. */
  originOf(time: number): BatchOrigin | undefined {
    const batch = this.#batches.get(time);
    return batch === undefined ? undefined : { run: (batch.data as IntentData).run, runsAgain: this.#runs };
  }

  /** One has run. */
  ended(time: number): void {
    this.#batches.delete(time);
  }

  /** Those that run next: with one plan, after the same reset. Undefined where none is left. */
  get nextStretch(): Stretch | undefined {
    const { left } = this;
    const [first] = left;
    if (first === undefined) return undefined;
    const { plan, reset } = first.data as IntentData;
    const end = left.findIndex(({ data }) => (data as IntentData).plan !== plan || (data as IntentData).reset?.id !== reset?.id);
    return { times: left.slice(0, end === -1 ? undefined : end).map(({ time }) => time), plan, reset };
  }

  /**
   * One that must not be begun again with this plan: it failed, or ended the thread of its graph, again and again.
   * @param plan its name
   */
  refusedWith(plan: string): RecoveredBatch | undefined {
    return this.left.find((batch) => batch.attempts >= MOST_ATTEMPTS && planOf(batch) === plan);
  }

  /** Whether there is one that its own plan cannot end: it is to run with a newer one. */
  get hasFailing(): boolean {
    return this.left.some((batch) => batch.attempts >= MOST_ATTEMPTS);
  }

  /** The thread of the graph was ended: most likely by the first batch that had not. */
  async blameUnfinished(): Promise<void> {
    const guilty = this.left.find((batch) => !batch.committed.has(ENDED));
    if (guilty === undefined) return;
    await this.#journal.begin(guilty.time).durable;
    this.#batches.set(guilty.time, { ...guilty, attempts: guilty.attempts + 1 });
  }
}

/** The name of the plan that a batch was made for. */
export function planOf(batch: RecoveredBatch): string {
  return (batch.data as IntentData).plan;
}
