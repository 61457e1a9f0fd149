interface Kept {
  readonly fingerprint: string;
  readonly state: object;
}

/**
 * State by operator, kept from plan to plan for as long as the operator means the same. Between `begin` and `end` the
 * operators of a plan ask for theirs; what none of them asked for is forgotten then.
 */
export class StateStore {
  #kept = new Map<string, Kept>();
  #asked = new Map<string, Kept>();

  begin(): void {
    this.#asked = new Map();
  }

  /** @returns the names of the states that are new, also where a state of that name was there before */
  end(): ReadonlySet<string> {
    const fresh = new Set([...this.#asked].filter(([name, { state }]) => this.#kept.get(name)?.state !== state).map(([name]) => name));
    this.#kept = this.#asked;
    return fresh;
  }

  get<State extends object>(name: string, fingerprint: string, create: () => State): State {
    const present = this.#kept.get(name);
    const kept = present?.fingerprint === fingerprint ? present : { fingerprint, state: create() };
    this.#asked.set(name, kept);
    return kept.state as State;
  }
}
