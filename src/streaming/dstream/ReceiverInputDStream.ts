import { IllegalArgumentError } from '../errors';
import { Receiver } from '../receiver/Receiver';
import { NO_LIMITS, ReceiverBuffer } from '../receiver/ReceiverBuffer';
import { ReceiverSupervisor } from '../receiver/ReceiverSupervisor';
import { StreamingContext } from '../StreamingContext';
import { BlockInputDStream } from './BlockInputDStream';
import type { DStream } from './DStream';

/** A stream of what a user's own receiver brings. */
export class ReceiverInputDStream<T> extends BlockInputDStream<T> {
  readonly #supervisor: ReceiverSupervisor<T>;

  /** @throws IllegalArgumentError when the receiver belongs to a stream already */
  constructor(context: StreamingContext, receiver: Receiver<T>) {
    receiver.checkIsFree();
    const buffer = new ReceiverBuffer<T>({ ...NO_LIMITS, maxRate: context.execution.receiverMaxRate, blockInterval: context.blockInterval });
    const rateController = context.rateController((rate) => {
      buffer.rate = rate;
    });
    super(context, receiver.description, buffer, rateController);
    const { receiverRestartDelay } = context.execution;
    this.#supervisor = new ReceiverSupervisor(this.id, receiver, buffer, context.clock, context.listeners, receiverRestartDelay);
  }

  override get savedKind(): string {
    return 'receiver';
  }

  override get recoveredFrom(): 'log' {
    return 'log';
  }

  /** Writes down what is stored, before a batch can have it. */
  set log(log: (records: readonly T[], isWhole: boolean) => Promise<void>) {
    this.#supervisor.log = log;
  }

  /** The length of each block of a batch, below 0 for those that were stored as a whole. */
  layoutOf(time: number): readonly number[] {
    return this.buffer.layoutOf(time);
  }

  /** Says what a batch of an earlier run gets. */
  assign(time: number, blocks: readonly (readonly T[])[]): void {
    this.buffer.assign(time, blocks);
  }

  /** Takes records of an earlier run that no batch had. */
  putBack(records: readonly T[], isWhole: boolean): void {
    const { buffer } = this;
    const now = this.context.clock.now();
    if (isWhole) buffer.storeBlock(records, now);
    else buffer.store(records, now);
  }

  override start(): void {
    this.#supervisor.begin();
  }

  override stop(): Promise<void> {
    return this.#supervisor.end();
  }
}

declare module '../StreamingContext' {
  interface StreamingContext {
    /**
     * A stream of what a receiver of your own brings: one partition for each block that came since the batch before.
     * @throws IllegalArgumentError when it is no receiver, or feeds another stream already
     */
    receiverStream<T>(receiver: Receiver<T>): DStream<T>;
  }
}

StreamingContext.prototype.receiverStream = function <T>(this: StreamingContext, receiver: Receiver<T>): DStream<T> {
  if (!((receiver as unknown) instanceof Receiver)) {
    throw new IllegalArgumentError('receiverStream needs a receiver: make a class that extends Receiver, and give an object of it.');
  }
  return new ReceiverInputDStream(this, receiver);
};
