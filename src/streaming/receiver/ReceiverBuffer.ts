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
  /** Whether it was stored as a whole, so that nothing is added to it. */
  readonly whole: boolean;
  /** Batches before this time (ms since the epoch) must not have it: it was taken back from a later one, or came after that. */
  earliest: number;
}

/** What a batch was given. */
interface Allocation<T> {
  readonly blocks: readonly Block<T>[];
  readonly count: number;
  /** What the rate allowed beyond whole records before this batch, in thousandths of a record. */
  readonly creditBefore: number;
  /** Whether it was given from outside and did not wait here: it does not come back then. */
  readonly assigned: boolean;
  finished: boolean;
}

/** What a receiver has stored: blocks of records that wait for a batch, and those that batches were given. */
export class ReceiverBuffer<T> {
  limits: ReceiverLimits;
  #waitingBlocks: Block<T>[] = [];
  #waiting = 0;
  #unfinished = 0;
  #refused = 0;
  #stored = 0;
  /** What the rate allows beyond whole records, kept for the next batch, in thousandths of a record. */
  #credit = 0;
  #rate = Infinity;
  #isHeldBack = false;
  readonly #allocated = new Map<number, Allocation<T>>();

  constructor(limits: ReceiverLimits = NO_LIMITS) {
    this.limits = limits;
  }

  /** Keeps to so many records a second, where that is less than the maximum rate: back-pressure. Infinity for no such limit. */
  set rate(rate: number) {
    this.#rate = rate;
  }

  /** Records a second that are kept to; Infinity for no limit. */
  get rate(): number {
    return Math.min(this.limits.maxRate, this.#rate);
  }

  /** Whether the rate made records wait that the last batch could have had otherwise. */
  get isHeldBack(): boolean {
    return this.#isHeldBack;
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

  /**
   * Takes records as a block of their own, behind everything that was stored before: all of them, or none where there is no
   * room for all. @returns whether they were taken
   */
  storeBlock(records: readonly T[], now: number): boolean {
    if (records.length > this.room) {
      this.#refused += records.length;
      return false;
    }
    if (records.length === 0) return true;
    this.#waitingBlocks.push({ began: now, records: records.slice(), whole: true, earliest: -Infinity });
    this.#waiting += records.length;
    this.#stored += records.length;
    return true;
  }

  #openBlock(now: number): T[] {
    const last = this.#waitingBlocks.at(-1);
    if (last !== undefined && !last.whole && now - last.began < this.limits.blockInterval) return last.records;
    const block = { began: now, records: [], whole: false, earliest: -Infinity };
    this.#waitingBlocks.push(block);
    return block.records;
  }

  /**
   * Says what the batch of `time` is to get, instead of anything that waits, when it is allocated: a batch of an earlier run
   * that is run again. It has to be said with no blocks as well, or the batch would get what waits. A second call for the same
   * batch replaces the first. The records count as still here until the batch has ended, and do not come back with `takeBack`:
   * whoever assigned them has them.
   * @param time ms since the epoch
   */
  assign(time: number, blocks: readonly (readonly T[])[]): void {
    this.#forget(time);
    const assigned: Block<T>[] = [];
    let count = 0;
    for (const records of blocks) {
      if (records.length === 0) continue;
      assigned.push({ began: time, records: records.slice(), whole: true, earliest: time });
      count += records.length;
    }
    this.#unfinished += count;
    this.#allocated.set(time, { blocks: assigned, count, creditBefore: this.#credit, assigned: true, finished: false });
  }

  /** The records that the batch of `time` was given, or is to be given; 0 for a batch that is unknown or forgotten. */
  allocatedCount(time: number): number {
    return this.#allocated.get(time)?.count ?? 0;
  }

  /**
   * Gives the oldest waiting records to a batch, as many as the rate allows in `interval` ms, and returns how many.
   * The fraction of a record that the rate allows counts for the next batch. As in Spark the rate does not hold for what was
   * stored as a block: it goes into the batch as a whole, and past others where they have to wait.
   */
  allocate(time: number, interval: number): number {
    const present = this.#allocated.get(time);
    if (present?.assigned === true) return present.count;
    const creditBefore = this.#credit;
    let allowed = this.#allowance(interval);
    const blocks: Block<T>[] = [];
    let count = 0;
    const waiting: Block<T>[] = [];
    let tooEarly = false;
    this.#isHeldBack = false;
    for (const block of this.#waitingBlocks) {
      // Nothing overtakes what must wait for its batch, whatever came after it.
      tooEarly ||= block.earliest > time;
      const part = tooEarly ? 0 : block.whole ? block.records.length : Math.min(block.records.length, allowed);
      if (part < block.records.length) {
        waiting.push(block);
        this.#isHeldBack ||= !tooEarly;
      }
      if (part === 0) continue;
      blocks.push(part === block.records.length ? block : { ...block, records: block.records.splice(0, part) });
      count += part;
      if (!block.whole) allowed -= part;
    }
    this.#waitingBlocks = waiting;
    this.#waiting -= count;
    this.#unfinished += count;
    this.#allocated.set(time, { blocks, count, creditBefore, assigned: false, finished: false });
    return count;
  }

  /** How many whole records the rate allows in `interval` ms. */
  #allowance(interval: number): number {
    const { rate } = this;
    if (rate === Infinity) return Infinity;
    const credit = this.#credit + rate * interval;
    const allowed = Math.floor(credit / 1000);
    this.#credit = credit - allowed * 1000;
    return allowed;
  }

  /**
   * Takes back what the batches from `time` on were given, since they will not run: it waits again, in front of everything
   * else and in its order, and goes into no earlier batch than before. What was assigned to them is forgotten.
   */
  takeBack(time: number): void {
    const back: Block<T>[] = [];
    let last: number | undefined;
    for (const [allocatedTime, batch] of this.#allocated) {
      if (allocatedTime < time || batch.finished) continue;
      if (batch.assigned) {
        this.#forget(allocatedTime);
        continue;
      }
      if (last === undefined) this.#credit = batch.creditBefore;
      last = allocatedTime;
      this.#allocated.delete(allocatedTime);
      for (const block of batch.blocks) back.push({ ...block, earliest: allocatedTime });
      this.#waiting += batch.count;
      this.#unfinished -= batch.count;
    }
    if (last === undefined) return;
    const afterwards = last + 1;
    for (const block of this.#waitingBlocks) block.earliest = Math.max(block.earliest, afterwards);
    this.#waitingBlocks = [...back, ...this.#waitingBlocks];
  }

  /** Takes out everything that waits, in its order: somebody else looks after it. */
  takeWaiting(): T[] {
    const records = this.#waitingBlocks.flatMap((block) => block.records);
    this.#waitingBlocks = [];
    this.#waiting = 0;
    return records;
  }

  /** The blocks that a batch was given. */
  blocksOf(time: number): readonly (readonly T[])[] {
    return this.#allocated.get(time)?.blocks.map((block) => block.records) ?? [];
  }

  #forget(time: number): void {
    const batch = this.#allocated.get(time);
    if (batch?.finished === false) this.#unfinished -= batch.count;
    this.#allocated.delete(time);
  }

  /** The length of each block that a batch was given, below 0 for those that were stored as a whole. */
  layoutOf(time: number): readonly number[] {
    return this.#allocated.get(time)?.blocks.map(({ whole, records }) => (whole ? -records.length : records.length)) ?? [];
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
