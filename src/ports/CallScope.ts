/** Knows whether code was called, however indirectly and with whatever awaited in between, by work that still runs in this scope. */
export interface CallScope {
  run<Result>(work: () => Result): Result;
  /** Whether whoever asks runs in the scope. */
  readonly isInside: boolean;
}
