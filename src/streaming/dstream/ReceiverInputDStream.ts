import type { Receiver } from '../receiver/Receiver';
import { ReceiverBuffer } from '../receiver/ReceiverBuffer';
import { ReceiverSupervisor } from '../receiver/ReceiverSupervisor';
import type { StreamingContext } from '../StreamingContext';
import { BlockInputDStream } from './BlockInputDStream';

/** A stream of what a user's own receiver brings. */
export class ReceiverInputDStream<T> extends BlockInputDStream<T> {
  readonly #supervisor: ReceiverSupervisor<T>;

  constructor(context: StreamingContext, receiver: Receiver<T>) {
    const buffer = new ReceiverBuffer<T>();
    super(context, receiver.description, buffer);
    this.#supervisor = new ReceiverSupervisor(this.id, receiver, buffer, context.clock, context.listeners);
  }

  override start(): void {
    this.#supervisor.begin();
  }

  override stop(): Promise<void> {
    return this.#supervisor.end();
  }
}
