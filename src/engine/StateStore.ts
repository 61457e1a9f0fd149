import type { StoredState } from './StoredState';

/** State that a checkpoint has. */
export interface LoadedState {
  readonly fingerprint: string;
  /** Its sections, decoded; read only where they are wanted. */
  readonly read: () => ReadonlyMap<string, unknown>;
}

/** State that is there, and that the operators being built have no use for. */
export interface StateConflict {
  readonly name: string;
  /** Whether its operator means something else now, or nobody asked for it. */
  readonly kind: 'changed' | 'gone';
}

/** State that is kept now. */
export interface KeptState {
  readonly name: string;
  readonly fingerprint: string;
  readonly state: StoredState;
}

/** The operator that state of this name belongs to: names are `<operator>` or `<operator>/<part>`. */
export function operatorOf(name: string): string {
  const end = name.indexOf('/');
  return end < 0 ? name : name.slice(0, end);
}

/**
 * State by operator, kept from plan to plan for as long as the operator means the same. Between `begin` and `end` the
 * operators of a plan ask for theirs; what none of them asked for is forgotten then. Where a checkpoint was loaded, what is in
 * it counts as if it had been kept.
 */
export class StateStore {
  #kept = new Map<string, KeptState>();
  #asked = new Map<string, KeptState>();
  #loaded: ReadonlyMap<string, LoadedState> = new Map();
  /** What was there before it was replaced, until a build has ended. */
  #replaced: Map<string, KeptState> | undefined;
  /** The states of this build that go on from what was loaded. */
  #restored = new Set<string>();

  /** What the newest checkpoint has, by name; before `begin`. State that is there already comes first. */
  load(stored: ReadonlyMap<string, LoadedState>): void {
    this.#loaded = new Map(stored);
  }

  /** What is there already makes place for what is loaded next; `abandon` brings it back. */
  makePlace(): void {
    if (!this.isEmpty) this.#replaced = this.#kept;
    this.#kept = new Map();
  }

  begin(): void {
    this.#asked = new Map();
    this.#restored = new Set();
  }

  /** @returns the names of the states that are new, also where a state of that name was there before */
  end(): ReadonlySet<string> {
    const isFresh = ({ name, state }: KeptState): boolean => this.#kept.get(name)?.state !== state && !this.#restored.has(name);
    const fresh = new Set([...this.#asked.values()].filter(isFresh).map(({ name }) => name));
    this.#kept = this.#asked;
    this.#loaded = new Map();
    this.#replaced = undefined;
    this.begin();
    return fresh;
  }

  /** Gives up what was begun: nothing is forgotten, and what was loaded is given to the next that asks. */
  abandon(): void {
    if (this.#replaced !== undefined) {
      this.#kept = this.#replaced;
      this.#replaced = undefined;
      this.#loaded = new Map();
    }
    this.begin();
  }

  /**
   * The state of that name where it means the same, otherwise new state.
   * @throws RangeError where what was loaded does not fit; it names the state
   */
  get<State extends StoredState>(name: string, fingerprint: string, create: () => State): State {
    const present = this.#asked.get(name) ?? this.#kept.get(name);
    if (present?.fingerprint === fingerprint) {
      this.#asked.set(name, present);
      return present.state as State;
    }
    const state = create();
    const loaded = present === undefined ? this.#loaded.get(name) : undefined;
    if (loaded?.fingerprint === fingerprint) {
      restore(name, state, loaded);
      this.#restored.add(name);
    }
    this.#asked.set(name, { name, fingerprint, state });
    return state;
  }

  /** Between `begin` and `end`: what `end` would forget. The caller decides what becomes of it. */
  conflicts(): readonly StateConflict[] {
    const conflicts: StateConflict[] = [];
    for (const [name, { fingerprint }] of new Map<string, { readonly fingerprint: string }>([...this.#loaded, ...this.#kept])) {
      const asked = this.#asked.get(name);
      if (asked?.fingerprint !== fingerprint) conflicts.push({ name, kind: asked === undefined ? 'gone' : 'changed' });
    }
    return conflicts;
  }

  /** Forgets states, loaded ones too, so that their operators begin afresh; between builds. */
  discard(isDropped: (name: string) => boolean): void {
    this.#kept = new Map([...this.#kept].filter(([name]) => !isDropped(name)));
    this.#loaded = new Map([...this.#loaded].filter(([name]) => !isDropped(name)));
  }

  get isEmpty(): boolean {
    return this.#kept.size === 0;
  }

  /** What is kept now. */
  stored(): Iterable<KeptState> {
    return this.#kept.values();
  }
}

function restore(name: string, state: StoredState, loaded: LoadedState): void {
  try {
    state.restore(loaded.read());
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new RangeError(`The checkpoint's state "${name}" is not as it was written: ${thrown.message} `
      + 'Take an older checkpoint, or reset the state of this node.', { cause: thrown });
  }
}
