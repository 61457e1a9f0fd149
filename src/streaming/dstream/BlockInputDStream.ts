import { ParallelCollectionRDD } from '../rdd/ParallelCollectionRDD';
import type { RDD } from '../rdd/RDD';
import type { ReceiverBuffer } from '../receiver/ReceiverBuffer';
import type { RateController } from '../scheduler/RateController';
import type { StreamingContext } from '../StreamingContext';
import { InputDStream } from './InputDStream';

/** A stream over what a receiver has stored: one partition a block, an empty RDD where nothing arrived. */
export class BlockInputDStream<T> extends InputDStream<T> {
  readonly description: string;
  override readonly rateController: RateController | undefined;
  protected readonly buffer: ReceiverBuffer<T>;

  constructor(context: StreamingContext, description: string, buffer: ReceiverBuffer<T>, rateController?: RateController) {
    super(context);
    this.rateController = rateController;
    this.description = description;
    this.buffer = buffer;
  }

  start(): void {
    // Whoever owns the buffer fills it.
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  override get hasWaiting(): boolean {
    return this.buffer.waiting > 0;
  }

  override allocate(time: number): number {
    return this.buffer.allocate(time, this.context.batchInterval);
  }

  override takeBack(time: number): void {
    this.buffer.takeBack(time);
  }

  protected override compute(time: number): RDD<T> {
    return new ParallelCollectionRDD<T>(this.context, this.buffer.blocksOf(time));
  }

  override clearMetadata(time: number): void {
    super.clearMetadata(time);
    this.buffer.release(time, time - this.rememberDuration);
  }
}
