/** Memory that many share: how much all of them together may hold. */
export class ByteBudget {
  readonly #limit: number;
  #used = 0;

  /** @param limit bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** bytes */
  get used(): number {
    return this.#used;
  }

  share(): ByteShare {
    return new ByteShare((change) => {
      if (this.#used + change > this.#limit) return false;
      this.#used += change;
      return true;
    });
  }
}

/** What one of them holds. */
export class ByteShare {
  readonly #change: (change: number) => boolean;
  #held = 0;

  constructor(change: (change: number) => boolean) {
    this.#change = change;
  }

  /** Takes more, or gives some back. @returns false where there is no more, and then nothing was taken */
  add(bytes: number): boolean {
    if (!this.#change(bytes)) return false;
    this.#held += bytes;
    return true;
  }

  /** Gives all of it back. */
  release(): void {
    this.#change(-this.#held);
    this.#held = 0;
  }
}
