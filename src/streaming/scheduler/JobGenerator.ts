import type { Clock } from '../../ports/Clock';
import type { DStreamGraph } from '../DStreamGraph';
import { asError } from '../errors';
import type { StreamInputInfo } from './BatchInfo';
import type { ReplayedBatches } from './BatchJournal';
import { BatchTimer } from './BatchTimer';
import type { JobScheduler } from './JobScheduler';
import { JobSet } from './JobSet';

/** A batch whose inputs are waited for. */
interface UnmadeBatch {
  readonly time: number;
  readonly inputs: readonly StreamInputInfo[];
  readonly prepared: Promise<unknown> | undefined;
}

/** Makes the jobs of each batch when its time has come. */
export class JobGenerator {
  readonly #clock: Clock;
  readonly #graph: DStreamGraph;
  readonly #scheduler: JobScheduler;
  readonly #timer: BatchTimer;
  readonly #onFailure: (error: Error, time: number) => void;
  /** The batches whose inputs are waited for, in order. */
  readonly #unmade: UnmadeBatch[] = [];
  #making: Promise<void> | undefined;
  /** The newest batch that was given records, as far as that is known. */
  #newestTaken = -Infinity;
  #withdrawn = false;
  #replaying: Promise<void> | undefined;
  #ended = false;

  /**
   * @param pendingLimit how many batches may wait or run before no more are made until some have ended
   * @param onFailure told of a batch that could not be made
   */
  constructor(
    clock: Clock,
    graph: DStreamGraph,
    scheduler: JobScheduler,
    pendingLimit: number,
    onFailure: (error: Error, time: number) => void,
  ) {
    this.#clock = clock;
    this.#graph = graph;
    this.#scheduler = scheduler;
    this.#onFailure = onFailure;
    this.#timer = new BatchTimer(
      clock,
      graph.batchInterval,
      (time) => this.#generateJobs(time),
      (after, before) => graph.closingTimes(after, before, this.#newestTaken),
      () => scheduler.held + this.#unmade.length < pendingLimit,
    );
  }

  /**
   * Begins to make batches: first those that are to be run again, one after the other, and then those that are due.
   * @param after the batch time to go on after, ms since the epoch: those missed since then are made up for
   * @param zeroTime the batch time before the first one that there ever was; before the first one here when left out
   */
  start(after: number | undefined, replay?: ReplayedBatches, zeroTime?: number): void {
    const { batchInterval } = this.#graph;
    const firstReplayed = replay?.times[0];
    if (replay === undefined || firstReplayed === undefined) {
      const first = this.#timer.firstTime(after);
      this.#graph.start(zeroTime ?? first - batchInterval);
      this.#timer.start(first, after);
      return;
    }
    this.#graph.start(zeroTime ?? this.#timer.firstTime(after ?? firstReplayed - batchInterval) - batchInterval);
    this.#replaying = this.#replay(replay);
  }

  /** Makes no more batches. */
  stop(): void {
    this.#ended = true;
    this.#timer.stop();
  }

  /**
   * Makes batches ahead of their time until no input has anything waiting, and no more after that. While batches are run again
   * it makes none: those that are left of them come first, and are not here.
   */
  stopWhenDrained(): void {
    const isReplaying = this.#replaying !== undefined;
    this.stop();
    if (isReplaying) return;
    do this.#timer.fireNext();
    while (this.#graph.hasWaitingInput && !this.#withdrawn);
  }

  /**
   * Takes back the batches whose inputs are still waited for, and returns the time of the first of them. No more are made ahead
   * of their time.
   */
  withdraw(): number | undefined {
    this.#withdrawn = true;
    this.#ended = true;
    return this.#unmade.splice(0)[0]?.time;
  }

  /** Resolves when no batch waits for its inputs. */
  async idle(): Promise<void> {
    while (this.#making !== undefined) await this.#making;
  }

  /** Resolves when no batch is run again. */
  async replayed(): Promise<void> {
    await this.#replaying;
  }

  async #replay(replay: ReplayedBatches): Promise<void> {
    // The inputs start first.
    await Promise.resolve();
    let last: number | undefined;
    for (const time of replay.times) {
      if (this.#hasEnded()) break;
      try {
        await this.#tracked(replay.load(time));
        if (this.#hasEnded()) break;
        const inputs = this.#graph.allocate(time);
        await this.#tracked(this.#graph.prepare(time));
        if (this.#hasEnded()) break;
        // It is not late: nobody could have expected it earlier.
        this.#scheduler.submit(new JobSet(time, this.#graph.generateJobs(time), inputs, this.#clock), true);
      } catch (thrown) {
        this.#onFailure(asError(thrown), time);
      }
      last = time;
      await this.#scheduler.idle();
    }
    this.#replaying = undefined;
    if (!this.#hasEnded()) this.#timer.start(this.#timer.firstTime(last), last);
  }

  /** Whether no batch is to be made any more: asked again after each wait. */
  #hasEnded(): boolean {
    return this.#ended;
  }

  /** A manual clock stands still until the work has settled. */
  #tracked(work: Promise<unknown> | undefined): Promise<unknown> | undefined {
    if (work !== undefined) this.#clock.track(work);
    return work;
  }

  /** @returns whether the batch was given records, as far as that is known */
  #generateJobs(time: number): boolean {
    try {
      const inputs = this.#graph.allocate(time);
      if (inputs.some(({ numRecords }) => numRecords > 0)) this.#newestTaken = time;
      const prepared = this.#graph.prepare(time);
      if (prepared === undefined && this.#making === undefined) this.#submitJobs(time, inputs);
      else this.#submitWhenPrepared({ time, inputs, prepared });
    } catch (thrown) {
      this.#onFailure(asError(thrown), time);
    }
    return this.#newestTaken === time;
  }

  #submitWhenPrepared(batch: UnmadeBatch): void {
    this.#unmade.push(batch);
    if (this.#making !== undefined) return;
    this.#making = this.#makeAll();
    this.#clock.track(this.#making);
  }

  /** Batch after batch, however long the inputs of each take. */
  async #makeAll(): Promise<void> {
    for (let batch = this.#unmade[0]; batch !== undefined; batch = this.#unmade[0]) {
      try {
        await batch.prepared;
        // It may have been withdrawn meanwhile.
        if (this.#unmade[0] !== batch) continue;
        this.#unmade.shift();
        this.#submitJobs(batch.time, batch.inputs);
      } catch (thrown) {
        if (this.#unmade[0] === batch) this.#unmade.shift();
        this.#onFailure(asError(thrown), batch.time);
      }
    }
    this.#making = undefined;
  }

  #submitJobs(time: number, inputs: readonly StreamInputInfo[]): void {
    const jobs = this.#graph.generateJobs(time);
    this.#scheduler.submit(new JobSet(time, jobs, inputs, this.#clock, this.#timer.now() - time));
  }
}
