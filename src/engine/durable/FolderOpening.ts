import { isDiskFull, type LeaseOwner } from '../../durability';
import type { CheckpointOperator, Plan } from '../../plan/Plan';
import type { Clock } from '../../ports/Clock';
import type { DurabilityFigures, RunOptions } from '../Engine';
import { ROOM_RETRY } from './DiskRoom';
import type { DurableEvents, DurableGraph } from './DurableGraph';
import { diskProblem, openingFailed } from './durabilityProblems';
import { folderOf } from './folderOf';
import { openDurableGraph } from './openDurableGraph';
import type { Storage } from './Storage';

/** What the opening of a folder needs from its surroundings. */
export interface OpeningHost {
  readonly clock: Clock;
  /** Whether the graph is still to run. */
  isWanted(): boolean;
  /** The figures have changed. */
  changed(): void;
  /** Something that somebody should know. */
  warn(text: string): void;
}

/** Opens the folder of a graph: waits until nobody else has it and there is room on its disk, and says what it waits for. */
export class FolderOpening {
  readonly #storage: Storage;
  readonly #host: OpeningHost;
  #figures: DurabilityFigures | undefined;

  constructor(storage: Storage, host: OpeningHost) {
    this.#storage = storage;
    this.#host = host;
  }

  /** What is shown while it is being opened; undefined before and after. */
  get figures(): DurabilityFigures | undefined {
    return this.#figures;
  }

  /**
   * On a disk that is full it is tried again and again until there is room.
   * @returns undefined when nobody wants it any more
   * @throws EngineProblem when the folder cannot be used
   */
  async open(plan: Plan, checkpoint: CheckpointOperator, options: RunOptions, events: DurableEvents): Promise<DurableGraph | undefined> {
    const folder = folderOf(plan, checkpoint);
    this.#show('opening', '');
    for (let isTold = false; ; isTold = true) {
      try {
        const durable = await this.#attempt(plan, checkpoint, options, events);
        if (durable !== undefined) this.#figures = undefined;
        return durable;
      } catch (thrown) {
        if (!isDiskFull(thrown) || !this.#host.isWanted()) {
          this.#figures = undefined;
          throw openingFailed(checkpoint.id, folder, thrown);
        }
        const cause = diskProblem(thrown);
        this.#show('full', cause);
        if (!isTold) this.#host.warn(`The graph cannot start: ${folder}: ${cause}. It starts by itself when there is room.`);
      }
      await new Promise<void>((resolve) => this.#host.clock.schedule(ROOM_RETRY, resolve));
    }
  }

  #attempt(
    plan: Plan, checkpoint: CheckpointOperator, { reset }: RunOptions, events: DurableEvents,
  ): Promise<DurableGraph | undefined> {
    const folder = folderOf(plan, checkpoint);
    let isTold = false;
    const onWaiting = (owner: LeaseOwner | undefined): void => {
      // A lease that could not be given back, because the disk was full, is this one's own.
      if (this.#figures?.state === 'full') return;
      const name = owner === undefined ? 'another process' : `process ${String(owner.process)} on ${owner.host}`;
      this.#show('waiting', name);
      if (!isTold) {
        this.#host.warn(
          `${folder} belongs to ${name}. This graph waits until that one has ended. Two at the same time need a folder each.`,
        );
      }
      isTold = true;
    };
    return openDurableGraph(
      { plan, checkpoint, reset, folder, storage: this.#storage, clock: this.#host.clock, events }, () => this.#host.isWanted(), onWaiting,
    );
  }

  /** Nothing is being opened any more. */
  end(): void {
    this.#figures = undefined;
  }

  #show(state: DurabilityFigures['state'], text: string): void {
    this.#figures = { state, text, logBytes: 0, checkpointBytes: 0, deadLetters: 0 };
    this.#host.changed();
  }
}
