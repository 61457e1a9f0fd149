import { decode, type Journal, type Savepoints } from '../../durability';
import type { Clock } from '../../ports/Clock';
import { encodeSection } from '../encodeSection';
import { operatorOf, type KeptState, type LoadedState } from '../StateStore';
import type { StateSection } from '../StoredState';

/** What a checkpoint keeps beside the state. In files: only ever add to it. */
export interface CheckpointData {
  readonly version: 1;
  /** The next order coordinate. */
  readonly order: number;
  /** By the names of the states. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** The names of the plans of the batches since the checkpoint before, and of some earlier ones: they run again where this one cannot be read. */
  readonly plans?: readonly string[];
  /** The resets of operators that were carried out in this state, by their ids. */
  readonly resets?: readonly string[];
}

/** The state that a checkpoint holds, by name; each is decoded when somebody asks for it. */
export function loadedStates(data: CheckpointData, sections: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, LoadedState> {
  const parts = new Map<string, Map<string, Uint8Array>>();
  for (const [id, bytes] of sections) {
    const [name, part] = JSON.parse(id) as [string, string];
    const own = parts.get(name) ?? new Map<string, Uint8Array>();
    own.set(part, bytes);
    parts.set(name, own);
  }
  return new Map([...data.fingerprints].map(([name, fingerprint]) => [name, {
    fingerprint,
    read: () => new Map([...parts.get(name) ?? []].map(([part, bytes]) => [part, decode(bytes)])),
  }]));
}

/** Makes checkpoints: what the state is, is settled between two batches; encoding and writing it takes its time beside them. */
export class CheckpointMaker {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #turn: () => Promise<void>;
  /** What was encoded before and has not changed since. */
  #encoded = new WeakMap<object, Uint8Array>();
  #running: Promise<void> | undefined;
  #lastBegun: number;
  #lastBatch: number | undefined;
  #lastTime: number | undefined;

  /** @param turn lets everything else have a turn */
  constructor(journal: Journal, clock: Clock, turn: () => Promise<void>) {
    this.#journal = journal;
    this.#clock = clock;
    this.#turn = turn;
    this.#lastBegun = clock.monotonic();
  }

  /** ms since the last one was begun */
  get age(): number {
    return this.#clock.monotonic() - this.#lastBegun;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** The batch that the newest one of this run was made after. */
  get lastBatch(): number | undefined {
    return this.#lastBatch;
  }

  /** When that was done, ms since the epoch. */
  get lastTime(): number | undefined {
    return this.#lastTime;
  }

  /**
   * Makes a checkpoint of the state as it is now, after this batch. Not to be called while one is being made.
   * @param more what else the checkpoint is to keep
   * @throws EngineProblem for state that cannot be kept
   */
  make(batch: number, order: number, states: Iterable<KeptState>, more: Pick<CheckpointData, 'plans' | 'resets'>): Promise<void> {
    this.#lastBegun = this.#clock.monotonic();
    // All of this is what it is now, whatever later batches do.
    const isKept = (unchanging: object): boolean => this.#encoded.has(unchanging);
    const kept = [...states].map(({ name, fingerprint, state }) => ({ name, fingerprint, sections: state.sections(isKept) }));
    const data: CheckpointData = {
      version: 1, order, fingerprints: new Map(kept.map(({ name, fingerprint }) => [name, fingerprint])), ...more,
    };
    return this.#run(this.#write(batch, kept, data));
  }

  /**
   * Keeps the newest one as a savepoint; none is made meanwhile.
   * @throws DurabilityError for a name that cannot be used, and where there is no checkpoint; the disk's error
   */
  async keepAs(name: string, savepoints: Savepoints, checkOwnership: () => Promise<void>): Promise<void> {
    while (this.#running !== undefined) await this.idle();
    await this.#run(this.#keep(name, savepoints, checkOwnership));
  }

  async #keep(name: string, savepoints: Savepoints, checkOwnership: () => Promise<void>): Promise<void> {
    await savepoints.keep(name, await this.#journal.wholeCheckpoint({ name, made: this.#clock.now() }), checkOwnership);
  }

  #run(work: Promise<void>): Promise<void> {
    this.#running = work.finally(() => {
      this.#running = undefined;
    });
    this.#clock.track(this.#running.catch(() => undefined));
    return this.#running;
  }

  /** Resolves when none is being made, whatever became of it. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  async #write(
    batch: number, kept: readonly { readonly name: string; readonly sections: readonly StateSection[] }[], data: CheckpointData,
  ): Promise<void> {
    const sections: [string, Uint8Array][] = [];
    for (const { name, sections: own } of kept) {
      for (const section of own) {
        sections.push([JSON.stringify([name, section.name]), this.#bytesOf(operatorOf(name), section)]);
        await this.#turn();
      }
    }
    await this.#journal.checkpoint(batch, sections, data);
    this.#lastBatch = batch;
    this.#lastTime = this.#clock.now();
  }

  #bytesOf(operator: string, section: StateSection): Uint8Array {
    const { unchanging } = section;
    const before = unchanging === undefined ? undefined : this.#encoded.get(unchanging);
    if (before !== undefined) return before;
    const bytes = encodeSection(operator, section);
    if (unchanging !== undefined) this.#encoded.set(unchanging, bytes);
    return bytes;
  }
}
