/** One part of a state, stored by itself. */
export interface StateSection {
  /** Different from those of all other parts of the state. */
  readonly name: string;
  /**
   * Where given: as long as this is the same object, so is the data, and what it was encoded to may be used again.
   * A pane of a window has one, since nothing changes in it once its batch is over.
   */
  readonly unchanging?: object;
  /** Plain data, as far as what users' functions return is plain. Not to be called for what `sections` was told to be kept. */
  data(): unknown;
}

/**
 * State of an operator that can be put away and taken up again: what goes on from its sections gives, to the last bit, what
 * it would have given otherwise.
 */
export interface StoredState {
  /**
   * All that is held, to be asked for between two batches. It stays as it is while later batches run, so that it may be encoded
   * afterwards and piece by piece; nobody may change it, since it shares memory with the state.
   * @param isKept whether the asker still has what a section with this `unchanging` was encoded to: a state that can
   *   spares itself the rest. None is when left out.
   */
  sections(isKept?: (unchanging: object) => boolean): readonly StateSection[];

  /**
   * Goes on from what `sections` gave once: by the name of the section its data. Called once, right after the state was made
   * and before anything else.
   * @throws RangeError for data that `sections` does not give, or of a version that is not known
   */
  restore(sections: ReadonlyMap<string, unknown>): void;
}
