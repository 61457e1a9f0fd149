import { IllegalArgumentError } from '../errors';
import type { BatchInfo } from './BatchInfo';
import type { StreamingListener } from './StreamingListener';

/** The shares of batches for which the delay is told that they stayed below: all the quarters and the ends that Spark shows. */
const SHARES = [0, 5, 10, 25, 50, 75, 90, 95, 100];

/** After each batch, writes how the delays of the last batches were distributed. */
export class StatsReportListener implements StreamingListener {
  readonly #batches: number;
  readonly #write: (line: string) => void;
  readonly #last: BatchInfo[] = [];

  /**
   * @param batches how many of the last batches are looked at
   * @param write takes each line
   * @throws IllegalArgumentError unless `batches` is a whole number above 0
   */
  constructor(batches: number, write: (line: string) => void) {
    if (!Number.isSafeInteger(batches) || batches < 1) {
      throw new IllegalArgumentError(`A StatsReportListener looks at a whole number of batches above 0, and was given ${String(batches)}.`);
    }
    this.#batches = batches;
    this.#write = write;
  }

  onBatchCompleted({ batchInfo }: { readonly batchInfo: BatchInfo }): void {
    this.#last.push(batchInfo);
    if (this.#last.length > this.#batches) this.#last.shift();
    this.#report('Total delay', this.#last.flatMap(({ totalDelay }) => totalDelay ?? []));
    this.#report('Processing time', this.#last.flatMap(({ processingDelay }) => processingDelay ?? []));
  }

  #report(name: string, delays: readonly number[]): void {
    if (delays.length === 0) return;
    const sorted = delays.toSorted((first, second) => first - second);
    const told = SHARES.map((share) => `${String(share)} %: ${String(quantile(sorted, share / 100))} ms`);
    this.#write(`${name} of the last ${String(delays.length)} batches: ${told.join(', ')}`);
  }
}

/** The value at a share (0 to 1) of the sorted values. */
function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)];
}
