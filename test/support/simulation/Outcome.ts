/** What went wrong in a simulation, and how to see it again. */
export class Violation extends Error {
  override name = 'Violation';

  constructor(seed: number, what: string) {
    super(`Seed ${seed}: ${what}`);
  }
}

/** What happened in the simulations of some seeds. Without the rarer things in it, a run shows nothing. */
export class Outcome {
  seeds = 0;
  crashes = 0;
  readonly sometimes = new Map<string, number>();

  happened(what: string): void {
    this.sometimes.set(what, (this.sometimes.get(what) ?? 0) + 1);
  }

  toString(): string {
    const rarer = [...this.sometimes].map(([what, count]) => `${what} ${count}`).join(', ');
    return `${this.seeds} seeds, ${this.crashes} crashes; ${rarer}`;
  }
}
