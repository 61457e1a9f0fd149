/** Work that an output of a stream has at a batch time. */
export class Job {
  /** The batch, ms since the epoch. */
  readonly time: number;
  readonly name: string;
  /** Its place among the outputs of its batch, or -1 for upkeep, which is no output. */
  outputId = -1;
  readonly #work: () => Promise<void>;

  constructor(time: number, name: string, work: () => Promise<void>) {
    this.time = time;
    this.name = name;
    this.#work = work;
  }

  run(): Promise<void> {
    return this.#work();
  }
}
