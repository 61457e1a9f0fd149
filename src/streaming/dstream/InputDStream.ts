import type { RateController } from '../scheduler/RateController';
import type { StreamingContext } from '../StreamingContext';
import { DStream } from './DStream';

/** A stream that records enter by. Its slide duration is the batch interval. */
export abstract class InputDStream<T> extends DStream<T> {
  /** Numbers inputs 0, 1, 2, ... in the order of their creation. */
  readonly id: number;
  readonly dependencies: readonly DStream<unknown>[] = [];

  constructor(context: StreamingContext) {
    super(context);
    this.id = context.registerInput(this);
  }

  get slideDuration(): number {
    return this.context.batchInterval;
  }

  /** Keeps the rate of this input at what batches can take, where it has a rate and that is wanted. */
  readonly rateController: RateController | undefined = undefined;

  /** A few words for listeners and the monitoring pages. */
  abstract readonly description: string;

  /** Called when the context starts. */
  abstract start(): void;

  /** Called when the context stops: resolves when nothing more will arrive. */
  abstract stop(): Promise<void>;

  /**
   * Does what must be awaited before the RDD of a batch time can be made, such as to look for files. Called once a batch, in
   * the order of the batches, after `allocate`; never rejects. Undefined where there is nothing to wait for.
   */
  prepare(_time: number): Promise<void> | undefined {
    return undefined;
  }

  /** Sets aside what has arrived up to `time` as that batch's input and returns the number of records, where it is known. */
  allocate(_time: number): number {
    return 0;
  }

  /** Takes back what was set aside for the batches from `time` on: they will not run, and another program may get it. */
  takeBack(_time: number): void {
    // Without allocation there is nothing to take back.
  }

  /** Whether records are waiting that no batch has been given yet. */
  get hasWaiting(): boolean {
    return false;
  }
}
