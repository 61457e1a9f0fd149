interface Entry {
  readonly time: number;
  /** Parts of sinks that have something of the batch under way. */
  readonly outstanding: Set<string>;
  hasRun: boolean;
}

/** Which batches are not over for good: they run, or a sink has not got what they gave. */
export class BatchLedger {
  /** In the order of their times. */
  #batches: Entry[] = [];
  #settledUpTo: number | undefined;

  /** Every batch up to this one is over for good, ms since the epoch. */
  get settledUpTo(): number | undefined {
    return this.#settledUpTo;
  }

  /** Whether no batch has begun that is not over. */
  get isSettled(): boolean {
    return this.#batches.length === 0;
  }

  begin(time: number): void {
    // A batch that is run again after the first attempt failed.
    if (!this.#batches.some((batch) => batch.time === time)) this.#batches.push({ time, outstanding: new Set(), hasRun: false });
  }

  /** A part of a sink begins with what a batch gave it. */
  expect(time: number, part: string): void {
    this.#entry(time)?.outstanding.add(part);
  }

  /** It has it for good, or has given it up. */
  done(time: number, part: string): void {
    this.#entry(time)?.outstanding.delete(part);
    this.#settle();
  }

  /** A sink is no more: nothing is expected of it. @param belongs whether a part is one of its */
  giveUp(belongs: (part: string) => boolean): void {
    for (const { outstanding } of this.#batches) for (const part of outstanding) if (belongs(part)) outstanding.delete(part);
    this.#settle();
  }

  /** All outputs of a batch have ended. */
  ran(time: number): void {
    const entry = this.#entry(time);
    if (entry !== undefined) entry.hasRun = true;
    this.#settle();
  }

  #entry(time: number): Entry | undefined {
    return this.#batches.find((batch) => batch.time === time);
  }

  #settle(): void {
    for (let [first] = this.#batches; first?.hasRun === true && first.outstanding.size === 0; [first] = this.#batches) {
      this.#settledUpTo = first.time;
      this.#batches.shift();
    }
  }
}
