import { IllegalArgumentError, NoSuchElementError } from '../errors';

/**
 * The state of one key, as the function of `mapWithState` sees it. Good for the one call that it was given to.
 *
 * Give `update` a new value rather than changing the old one in place: a batch that fails is tried again from the states that
 * were there before it, and older batches may still be read, and neither knows of a change within an object.
 */
export interface State<S> {
  /** Whether the key has state. */
  exists(): boolean;
  /**
   * The state.
   * @throws NoSuchElementError when there is none
   */
  get(): S;
  /** The state, or undefined when there is none. */
  getOption(): S | undefined;
  /**
   * Gives the key this state from now on.
   * @throws IllegalArgumentError after `remove` in the same call, and while the key is timing out
   */
  update(state: S): void;
  /**
   * Forgets the key's state. A later record of the key begins anew.
   * @throws IllegalArgumentError after another `remove` in the same call, and while the key is timing out
   */
  remove(): void;
  /** Whether this call is the last one of a key that had no record for too long: its state is forgotten after it. */
  isTimingOut(): boolean;
}

/** The one `State` of a batch, set to each key in turn so that no record costs an object. */
export class StateOfKey<S> implements State<S> {
  #state: S | undefined;
  #exists = false;
  #updated = false;
  #removed = false;
  #timingOut = false;

  /** Begins the call for a record of a key. */
  begin(exists: boolean, state: S | undefined): void {
    this.#exists = exists;
    this.#state = state;
    this.#updated = this.#removed = this.#timingOut = false;
  }

  /** Begins the last call for a key that is timing out. */
  beginTimeOut(state: S): void {
    this.begin(true, state);
    this.#timingOut = true;
  }

  get isUpdated(): boolean {
    return this.#updated;
  }

  get isRemoved(): boolean {
    return this.#removed;
  }

  exists(): boolean {
    return this.#exists;
  }

  get(): S {
    if (this.#exists) return this.#state as S;
    throw new NoSuchElementError('get: this key has no state; ask exists() first, or use getOption().');
  }

  getOption(): S | undefined {
    return this.#exists ? this.#state : undefined;
  }

  update(state: S): void {
    this.#checkCanChange('update');
    this.#state = state;
    this.#exists = this.#updated = true;
  }

  remove(): void {
    this.#checkCanChange('remove');
    this.#state = undefined;
    this.#exists = this.#updated = false;
    this.#removed = true;
  }

  isTimingOut(): boolean {
    return this.#timingOut;
  }

  #checkCanChange(operation: string): void {
    if (this.#removed) {
      throw new IllegalArgumentError(
        `${operation}: the state of this key has been removed in the same call; call only one of the two.`,
      );
    }
    if (this.#timingOut) {
      throw new IllegalArgumentError(
        `${operation}: this key is timing out, and its state is forgotten after this call; ask isTimingOut() first.`,
      );
    }
  }
}
