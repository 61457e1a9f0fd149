import type { Recovery } from '../../durability';
import type { CheckpointData } from './CheckpointMaker';
import { planOf } from './InterruptedBatches';

/** So many plans are kept beside those that are needed where the newest checkpoint cannot be read: the log may go back further. */
const MOST_PLANS = 20;

/** Which plans the batches were made for that may have to run again, by the names of the plans. */
export class PlanHistory {
  /** Of the batches that are in no checkpoint, by time. */
  readonly #ofBatches: Map<number, string>;
  /** Of earlier batches. */
  #earlier: readonly string[];

  constructor({ batches, checkpoint }: Recovery) {
    this.#earlier = (checkpoint?.data as CheckpointData | undefined)?.plans ?? [];
    this.#ofBatches = new Map(batches.map((batch) => [batch.time, planOf(batch)]));
  }

  /** That of the last batch that there was, as far as it is known. */
  get last(): string | undefined {
    return [...this.#ofBatches.values()].at(-1) ?? this.#earlier.at(-1);
  }

  /** A batch begins. */
  add(time: number, plan: string): void {
    this.#ofBatches.set(time, plan);
  }

  /** What a checkpoint of the state after a batch is to keep. */
  upTo(batch: number): readonly string[] {
    const covered = [...this.#ofBatches].filter(([time]) => time <= batch);
    return [...new Set([...this.#earlier.slice(-MOST_PLANS), ...covered.map(([, plan]) => plan)])];
  }

  /** A checkpoint of the state after a batch has kept these. */
  kept(batch: number, plans: readonly string[]): void {
    this.#earlier = plans;
    for (const time of [...this.#ofBatches.keys()]) if (time <= batch) this.#ofBatches.delete(time);
  }
}
