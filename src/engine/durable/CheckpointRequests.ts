/** Those who asked for a checkpoint, and are told when there is one, or why there is none. */
export class CheckpointRequests {
  #asked: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  get isEmpty(): boolean {
    return this.#asked.length === 0;
  }

  /** Asks for one. Resolves when it is on the disk. */
  add(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
    });
  }

  /** The one that is being made is for all who have asked so far. Never rejects. */
  async answerWith(made: Promise<void>, asError: (thrown: unknown) => Error): Promise<void> {
    const asked = this.#asked.splice(0);
    try {
      await made;
      for (const { resolve } of asked) resolve();
    } catch (thrown) {
      const error = asError(thrown);
      for (const { reject } of asked) reject(error);
    }
  }

  /** There is one that has everything. */
  grant(): void {
    for (const { resolve } of this.#asked.splice(0)) resolve();
  }

  /** There will be none. */
  refuse(error: Error): void {
    for (const { reject } of this.#asked.splice(0)) reject(error);
  }
}
