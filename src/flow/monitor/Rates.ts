import type { OperatorProgress, ProgressEvent } from '../../engine/Engine';

/** ms that rates are taken over, at least. */
const SPAN = 5000;

/** ms between two progress events, at least. */
const PROGRESS_PERIOD = 1000;

/** ms that rates are taken over, at most, however long batches take. */
const LONGEST_SPAN = 60_000;

/** The counts of one moment. */
interface Look {
  /** ms of work since the graph started: pauses without news are cut to what a batch takes. */
  readonly worked: number;
  readonly operators: ProgressEvent['operators'];
}

/** How fast records have moved in the last seconds, from the counts that a graph tells now and then. */
export class Rates {
  #looks: Look[] = [{ worked: 0, operators: {} }];
  /** When the newest look was taken, ms of the monotonic clock. */
  #time: number;
  /** ms that batches took since then. */
  #ran = 0;
  /** ms that the last batch took. */
  #took = 0;

  /** @param time of the start, from which counts begin at zero; ms of the monotonic clock, as all times here */
  constructor(time: number) {
    this.#time = time;
  }

  /** A batch has ended, which took so many ms. */
  ran(duration: number): void {
    this.#ran += duration;
    this.#took = duration;
  }

  /**
   * @param batchInterval ms
   * @param wasBusy whether a batch has run since the last look
   */
  add(time: number, operators: ProgressEvent['operators'], batchInterval: number, wasBusy = false): void {
    const gap = time - this.#time;
    const period = Math.max(PROGRESS_PERIOD, batchInterval);
    // Nothing is told while nothing moves: what is told after that happened in the batches since.
    const moved = !wasBusy && gap > silence(batchInterval) ? Math.min(gap, Math.max(period, this.#ran)) : gap;
    const worked = (this.#looks.at(-1)?.worked ?? 0) + moved;
    this.#ran = 0;
    this.#time = time;
    this.#looks.push({ worked, operators });
    const span = Math.max(SPAN, batchInterval, Math.min(this.#took, LONGEST_SPAN));
    while ((this.#looks[1]?.worked ?? Infinity) <= worked - span) this.#looks.shift();
  }

  /**
   * Records a second of one operator; 0 when nothing has moved for a while.
   * @param isBusy whether a batch runs, which may keep its thread from telling anything
   */
  of(operator: string, figure: 'recordsIn' | 'recordsOut', time: number, batchInterval: number, isBusy = false): number {
    const [first] = this.#looks;
    const last = this.#looks.at(-1);
    if (first === undefined || last === undefined || last.worked === first.worked) return 0;
    if (!isBusy && time - this.#time > silence(batchInterval)) return 0;
    const count = (operators: Readonly<Record<string, OperatorProgress>>): number => operators[operator]?.[figure] ?? 0;
    const rate = ((count(last.operators) - count(first.operators)) * 1000) / (last.worked - first.worked);
    return Math.max(0, Math.round(rate * 10) / 10);
  }
}

/** ms without news after which nothing moves any more: two batches, whose own news comes after them. */
function silence(batchInterval: number): number {
  return 2 * Math.max(PROGRESS_PERIOD, batchInterval);
}
