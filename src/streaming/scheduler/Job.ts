/** Work that an output of a stream has at a batch time. */
export class Job {
  /** The batch, ms since the epoch. */
  readonly time: number;
  readonly name: string;
  /** What it is an output of, in a few words. */
  readonly description: string;
  /** Its place among the outputs of its batch, or -1 for upkeep, which is no output. */
  outputId = -1;
  readonly #work: () => Promise<void>;

  constructor(time: number, name: string, work: () => Promise<void>, description = name) {
    this.time = time;
    this.name = name;
    this.#work = work;
    this.description = description;
  }

  /** Whether it only takes a batch in, for windows and states, and is no output. */
  get isUpkeep(): boolean {
    return this.outputId < 0;
  }

  run(): Promise<void> {
    return this.#work();
  }
}
