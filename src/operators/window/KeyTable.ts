import type { KeyIdentity } from '../keys';

/**
 * Small whole numbers for the keys of a window, so that panes need not hold the keys themselves: from 0, without gaps in the
 * long run, since the number of a key that was let go is given to the next one.
 */
export class KeyTable {
  readonly #ids = new Map<KeyIdentity, number>();
  readonly #identities: (KeyIdentity | undefined)[] = [];
  readonly #keys: unknown[] = [];
  readonly #free: number[] = [];

  /** How many keys there are. */
  get size(): number {
    return this.#ids.size;
  }

  /** All numbers that are in use are below. */
  get bound(): number {
    return this.#keys.length;
  }

  /** The number of a key, undefined where it has none. */
  idOf(identity: KeyIdentity): number | undefined {
    return this.#ids.get(identity);
  }

  /** The number of a key, which gets one where it has none. */
  intern(identity: KeyIdentity, key: unknown): number {
    const present = this.#ids.get(identity);
    if (present !== undefined) return present;
    const id = this.#free.pop() ?? this.#keys.length;
    this.#ids.set(identity, id);
    this.#identities[id] = identity;
    this.#keys[id] = key;
    return id;
  }

  /** Lets the key of a number go. */
  release(id: number): void {
    this.#ids.delete(this.identity(id));
    this.#identities[id] = undefined;
    this.#keys[id] = undefined;
    this.#free.push(id);
  }

  identity(id: number): KeyIdentity {
    return this.#identities[id];
  }

  key(id: number): unknown {
    return this.#keys[id];
  }

  /** The keys by their numbers as they are now, whatever happens to the table later. */
  keysNow(): readonly unknown[] {
    return this.#keys.slice();
  }
}
