import type { BatchEvent } from '../../engine/Engine';
import { type BatchColumns, MOST_BATCHES } from './snapshot';
import { tenths } from './tenths';

/** Batches that there is room for at first: most graphs are looked at by nobody. */
const FIRST_ROOM = 16;

/**
 * The figures of the newest batches of a graph, numbered from 1: columns of numbers, so that a thousand batches are 41 kB and
 * few objects. Its room grows with what is in it, up to `MOST_BATCHES`; then each new batch takes the place of the oldest one.
 */
export class BatchRing {
  #times = new Float64Array(FIRST_ROOM);
  #records = new Float64Array(FIRST_ROOM);
  #schedulingDelays = new Float64Array(FIRST_ROOM);
  #processingDelays = new Float64Array(FIRST_ROOM);
  #intervals = new Float64Array(FIRST_ROOM);
  #failed = new Uint8Array(FIRST_ROOM);
  #sequence = 0;

  /** The number of the newest batch; 0 before there is one. */
  get sequence(): number {
    return this.#sequence;
  }

  /** @param batchInterval ms */
  add({ batchTime, records, schedulingDelay, processingDelay, failure }: BatchEvent, batchInterval: number): void {
    if (this.#sequence === this.#times.length && this.#sequence < MOST_BATCHES) this.#grow();
    const place = this.#sequence % this.#times.length;
    this.#sequence++;
    this.#times[place] = batchTime;
    this.#records[place] = records;
    this.#schedulingDelays[place] = tenths(schedulingDelay);
    this.#processingDelays[place] = tenths(processingDelay);
    this.#intervals[place] = batchInterval;
    this.#failed[place] = failure === undefined ? 0 : 1;
  }

  /**
   * The batches with higher numbers, oldest first, as far as they are remembered. A number that no batch has yet comes from before
   * Node-RED was started again: all are given then.
   */
  since(number: number): BatchColumns {
    const asked = number > this.#sequence ? 0 : number;
    const first = Math.max(asked, this.#sequence - Math.min(this.#sequence, this.#times.length));
    const places = Array.from({ length: this.#sequence - first }, (_, index) => (first + index) % this.#times.length);
    const column = (values: Float64Array): number[] => places.map((place) => values[place] ?? 0);
    return {
      times: column(this.#times),
      records: column(this.#records),
      schedulingDelays: column(this.#schedulingDelays),
      processingDelays: column(this.#processingDelays),
      intervals: inBrief(column(this.#intervals)),
      failed: places.map((place) => (this.#failed[place] === 1 ? 1 : 0)),
    };
  }

  /** Only ever called while the oldest batch is in the first place, so places stay as they are. */
  #grow(): void {
    const room = Math.min(MOST_BATCHES, 2 * this.#times.length);
    const longer = (values: Float64Array): Float64Array<ArrayBuffer> => {
      const column = new Float64Array(room);
      column.set(values);
      return column;
    };
    this.#times = longer(this.#times);
    this.#records = longer(this.#records);
    this.#schedulingDelays = longer(this.#schedulingDelays);
    this.#processingDelays = longer(this.#processingDelays);
    this.#intervals = longer(this.#intervals);
    const failed = new Uint8Array(room);
    failed.set(this.#failed);
    this.#failed = failed;
  }
}

/** One number for all where they are equal, as they nearly always are. */
function inBrief(values: readonly number[]): readonly number[] | number {
  const [first] = values;
  return first !== undefined && values.every((value) => value === first) ? first : values;
}
