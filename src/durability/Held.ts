/** Where records of a source are in the log. */
export interface HeldRecords {
  /** of the frame */
  readonly number: number;
  readonly source: string;
  /** The number of the first record in it. */
  readonly first: number;
  /** The number after that of the last. */
  readonly end: number;
}

export interface HeldIntent {
  readonly number: number;
  readonly time: number;
  readonly upTo: ReadonlyMap<string, number>;
}

/** Which frames of the log the newest checkpoint does not cover: what tells how far back the next one needs the log. */
export class Held {
  #records: HeldRecords[] = [];
  #intents: HeldIntent[] = [];

  addRecords(records: HeldRecords): void {
    this.#records.push(records);
  }

  addIntent(intent: HeldIntent): void {
    this.#intents.push(intent);
  }

  get records(): readonly HeldRecords[] {
    return this.#records;
  }

  /** The boundaries of a batch that is not in the newest checkpoint. */
  upToOf(time: number): ReadonlyMap<string, number> | undefined {
    return this.#intents.find((intent) => intent.time === time)?.upTo;
  }

  /** The first frame that has a record not in the batches up to this one, or the intent of a later batch. */
  firstNeeded(batch: number, upTo: ReadonlyMap<string, number>): number | undefined {
    const records = this.#records.find(({ source, end }) => end > (upTo.get(source) ?? 0))?.number;
    const intent = this.#intents.find(({ time }) => time > batch)?.number;
    return records === undefined || intent === undefined ? (records ?? intent) : Math.min(records, intent);
  }

  dropBefore(frame: number): void {
    this.#records = this.#records.filter(({ number }) => number >= frame);
    this.#intents = this.#intents.filter(({ number }) => number >= frame);
  }
}
