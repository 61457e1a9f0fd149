import type { Clock } from '../ports/Clock';
import type { ReceiverOperator } from '../plan/Plan';
import { ReceiverBuffer } from '../streaming/receiver/ReceiverBuffer';
import type { Source, SourceMessage } from '../sources/Source';
import type { RecordKey } from './DataRecord';
import { RawRecord } from './DataRecord';
import type { OfferedMessage } from './Engine';

/** Counts all records that a graph receives: the order coordinate. */
export interface OrderCounter {
  next: number;
}

/** The most partitions that one batch of a receiver is cut into. */
const BLOCKS_A_BATCH = 5;

/**
 * One receiver of a running graph: its source, if it has one of its own, and what it has received. It outlives the streams
 * that read it, so that a redeploy neither drops a connection that did not change nor a record that waits.
 */
export class ReceiverRuntime {
  readonly buffer = new ReceiverBuffer<RawRecord>();
  readonly #clock: Clock;
  readonly #order: OrderCounter;
  #source: Source | undefined;
  /** What the source was made from: it is made anew when this changes. */
  #sourceIdentity: string | undefined;

  constructor(clock: Clock, order: OrderCounter) {
    this.#clock = clock;
    this.#order = order;
  }

  configure(operator: ReceiverOperator, batchInterval: number): void {
    const { bufferLimit, maxRate } = operator.parameters;
    this.buffer.limits = { bufferLimit, maxRate: maxRate ?? Infinity, blockInterval: batchInterval / BLOCKS_A_BATCH };
  }

  /** Makes the source run that fits; one that runs already and was made from the same stays as it is. */
  async run(identity: string, makeSource: () => Source | undefined): Promise<void> {
    if (identity === this.#sourceIdentity) return;
    await this.#source?.stop();
    this.#sourceIdentity = identity;
    this.#source = makeSource();
    this.#source?.start();
  }

  async stop(): Promise<void> {
    await this.#source?.stop();
    this.#source = undefined;
    this.#sourceIdentity = undefined;
  }

  /** Takes messages in and returns how many fitted, from the first on. */
  store(messages: readonly (SourceMessage | OfferedMessage)[]): number {
    const now = this.#clock.now();
    const fitting = Math.min(messages.length, this.buffer.room);
    const records: RawRecord[] = [];
    for (let index = 0; index < fitting; index++) {
      const message = messages[index] as SourceMessage & { readonly key?: RecordKey };
      records.push(new RawRecord(message.payload, message.topic, message.key, now, this.#order.next++));
    }
    this.buffer.store(records, now);
    return fitting;
  }
}
