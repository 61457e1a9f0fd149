/** How partials that are a few numbers are kept by the thousand: in one array, instead of as an object each. */
export interface PackedForm<Partial> {
  /** How many numbers a partial takes. */
  readonly width: number;
  /**
   * Writes the numbers of a partial, from a place on.
   * @returns false where this one is more than these numbers, and is to be kept as it is
   */
  pack(partial: Partial, into: Float64Array, at: number): boolean;
  /** A new partial from the numbers that were written, the same to the last bit. */
  unpack(from: Float64Array, at: number): Partial;
}

/**
 * A named way to fold the values of one key into one result.
 * A partial is the running value; it is plain data (numbers, strings, null, arrays, objects of these), so that it can be
 * stored, and it belongs to whoever made it: `add`, `merge` and `subtract` may change their first argument and return it,
 * and never change their second.
 */
export interface Aggregate<Partial = unknown> {
  /** The name users choose it by, for example `mean`. */
  readonly name: string;

  /** A partial over no values. */
  zero(): Partial;

  /**
   * Whether this aggregate can use the value; the others are skipped, and counted by the caller.
   * `count` takes every value.
   */
  accepts(value: unknown): boolean;

  /**
   * Folds one accepted value in.
   * @param order the record's order coordinate: `first` and `last` go by it, not by the order of calls
   */
  add(partial: Partial, value: unknown, order: number): Partial;

  /** Folds a second partial in, as if its values had been added one by one. */
  merge(into: Partial, from: Partial): Partial;

  /**
   * Takes a partial that was merged before out again, exactly. Absent where that cannot be done (min, max, ...).
   * @returns undefined where it cannot be done for these two: `from` is then of no use any more, and what it stood for is to be
   *   merged afresh
   */
  subtract?(from: Partial, part: Partial): Partial | undefined;

  /**
   * A second partial that can be changed without changing the first. Absent where a partial is to be copied as plain data,
   * all the way down; needed where a partial refers to values that are not its own, or where a copy can be made faster.
   */
  copy?(partial: Partial): Partial;

  /** Absent where partials are no numbers. */
  readonly packed?: PackedForm<Partial>;

  /**
   * How many values a partial holds, where that may be more than one and may grow by merging: two partials that are merged into
   * one of the size of both take no less memory, and no less time to merge further.
   */
  size?(partial: Partial): number;

  /** The result users see. Null where there is none, as for the mean of no values. */
  finish(partial: Partial): unknown;
}
