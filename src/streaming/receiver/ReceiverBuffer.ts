/** How much a receiver may hold and hand on. */
export interface ReceiverLimits {
  /** Records that may wait for the end of their batch; further ones are refused. Infinity for no limit. */
  readonly bufferLimit: number;
  /** The most records a second that go into batches; the others wait. Infinity for no limit. */
  readonly maxRate: number;
  /** ms of receiving that make one block, and so one partition. */
  readonly blockInterval: number;
}

export const NO_LIMITS: ReceiverLimits = { bufferLimit: Infinity, maxRate: Infinity, blockInterval: 200 };

interface Block<T> {
  /** When its first record was stored, ms. */
  readonly began: number;
  readonly records: T[];
}

/** What a receiver has stored: blocks of records that wait for a batch, and those that batches were given. */
export class ReceiverBuffer<T> {
  limits: ReceiverLimits;
  #waitingBlocks: Block<T>[] = [];
  #waiting = 0;
  #unfinished = 0;
  #refused = 0;
  #stored = 0;
  readonly #allocated = new Map<
    number,
    { readonly blocks: readonly (readonly T[])[]; readonly count: number; finished: boolean }
  >();

  constructor(limits: ReceiverLimits = NO_LIMITS) {
    this.limits = limits;
  }

  /** Records that no batch has been given yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Records refused so far because the buffer was full. */
  get refused(): number {
    return this.#refused;
  }

  /** Records taken so far. */
  get stored(): number {
    return this.#stored;
  }

  /** How many more records fit. Those of batches that have not ended count as still here. */
  get room(): number {
    return Math.max(0, this.limits.bufferLimit - this.#waiting - this.#unfinished);
  }

  /**
   * Takes as many records, from the first on, as there is room for, and returns how many that were.
   * @param now ms
   */
  store(records: readonly T[], now: number): number {
    const accepted = Math.min(records.length, this.room);
    this.#refused += records.length - accepted;
    if (accepted === 0) return 0;
    const block = this.#openBlock(now);
    for (let index = 0; index < accepted; index++) block.push(records[index] as T);
    this.#waiting += accepted;
    this.#stored += accepted;
    return accepted;
  }

  #openBlock(now: number): T[] {
    const last = this.#waitingBlocks.at(-1);
    if (last !== undefined && now - last.began < this.limits.blockInterval) return last.records;
    const block = { began: now, records: [] };
    this.#waitingBlocks.push(block);
    return block.records;
  }

  /** Gives the oldest waiting records to a batch, as many as the maximum rate allows in `interval` ms, and returns how many. */
  allocate(time: number, interval: number): number {
    const { maxRate } = this.limits;
    let allowed = maxRate === Infinity ? this.#waiting : Math.max(1, Math.floor((maxRate * interval) / 1000));
    const blocks: T[][] = [];
    let count = 0;
    let taken = 0;
    for (const block of this.#waitingBlocks) {
      if (allowed <= 0) break;
      const part = block.records.length <= allowed ? block.records : block.records.splice(0, allowed);
      if (part === block.records) taken++;
      blocks.push(part);
      count += part.length;
      allowed -= part.length;
    }
    this.#waitingBlocks.splice(0, taken);
    this.#waiting -= count;
    this.#unfinished += count;
    this.#allocated.set(time, { blocks, count, finished: false });
    return count;
  }

  /** The blocks that a batch was given. */
  blocksOf(time: number): readonly (readonly T[])[] {
    return this.#allocated.get(time)?.blocks ?? [];
  }

  /** Notes that all batches up to `finished` have ended, and forgets the blocks of those up to `forgotten`. */
  release(finished: number, forgotten: number): void {
    for (const [time, batch] of this.#allocated) {
      if (time <= finished && !batch.finished) {
        batch.finished = true;
        this.#unfinished -= batch.count;
      }
      if (time <= forgotten) this.#allocated.delete(time);
    }
  }
}
