import { StreamingError } from '../errors';
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

  /** A few words for listeners and the monitoring pages. */
  abstract readonly description: string;

  /** Called when the context starts. */
  abstract start(): void;

  /** Called when the context stops: resolves when nothing more will arrive. */
  abstract stop(): Promise<void>;

  /** Sets aside what has arrived up to `time` as that batch's input and returns the number of records, where it is known. */
  allocate(_time: number): number {
    return 0;
  }

  /** Whether records are waiting that no batch has been given yet. */
  get hasWaiting(): boolean {
    return false;
  }
}

/** @throws StreamingError for a parent that has no RDD at a time when it needs one */
export function missingRDD(operation: string, time: number): StreamingError {
  return new StreamingError(`${operation}: couldn't generate an RDD from a parent stream at time ${String(time)} ms.`);
}
