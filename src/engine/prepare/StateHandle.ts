import { copyValue, ExpressionError } from '../../expressions';

/**
 * One key's state as the user's function sees it while it works on one record: Spark's `State`. What the function does to it
 * counts only if the function returns.
 */
export class StateHandle {
  readonly #timingOut: boolean;
  /** Whether `get` must hand out a copy, since the function may write to what it is given. */
  #copies: boolean;
  #present: boolean;
  #value: unknown;
  #change: 'updated' | 'removed' | undefined;

  /** @param held the state there is, or undefined where there is none */
  constructor(held: { readonly state: unknown } | undefined, copies: boolean, timingOut: boolean) {
    this.#present = held !== undefined;
    this.#value = held?.state;
    this.#copies = copies;
    this.#timingOut = timingOut;
  }

  /** What a function did to a state. Static, so that the function itself does not see it. */
  static changeOf(handle: StateHandle): { readonly change: 'updated' | 'removed' | undefined; readonly value: unknown } {
    return { change: handle.#change, value: handle.#value };
  }

  /** Whether the key has state. */
  exists(): boolean {
    return this.#present;
  }

  /** @throws ExpressionError where the key has no state */
  get(): unknown {
    if (!this.#present) {
      throw new ExpressionError(
        'state.get() was called for a key without state.',
        'The key is new, or its state was removed.',
        'Ask state.exists() first, or use state.getOption(), which gives undefined then.',
      );
    }
    return this.getOption();
  }

  /** The state, or undefined where there is none. */
  getOption(): unknown {
    if (this.#copies && this.#present) {
      // Once only: what the function changes in its copy, it sees again.
      this.#value = copyValue(this.#value);
      this.#copies = false;
    }
    return this.#value;
  }

  /** @throws ExpressionError after `remove`, while timing out, and for undefined */
  update(value: unknown): void {
    this.#mustBeAlive('update');
    if (value === undefined) {
      throw new ExpressionError(
        'state.update(value) was called without a value.',
        'Undefined stands for no state.',
        'Give a value, or call state.remove() to forget the key.',
      );
    }
    this.#present = true;
    this.#value = value;
    this.#copies = false;
    this.#change = 'updated';
  }

  /** @throws ExpressionError after `remove`, and while timing out */
  remove(): void {
    this.#mustBeAlive('remove');
    this.#present = false;
    this.#value = undefined;
    this.#copies = false;
    this.#change = 'removed';
  }

  /** Whether this is the last call for the key, because no record came for it in time. */
  isTimingOut(): boolean {
    return this.#timingOut;
  }

  #mustBeAlive(call: string): void {
    if (this.#timingOut) {
      throw new ExpressionError(
        `state.${call}() was called while the key is timing out.`,
        'The key is forgotten after this call, whatever the function does.',
        'Ask state.isTimingOut() first, and only read the state then.',
      );
    }
    if (this.#change === 'removed') {
      throw new ExpressionError(
        `state.${call}() was called after state.remove().`,
        'The state is gone already.',
        'Decide first what is to become of the state, then call one of the two.',
      );
    }
  }
}
