import type { Clock } from '../../ports/Clock';
import type { DStreamGraph } from '../DStreamGraph';
import { asError } from '../errors';
import type { StreamInputInfo } from './BatchInfo';
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
  #withdrawn = false;

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
      (time) => {
        this.#generateJobs(time);
      },
      (after, before) => graph.closingTimes(after, before),
      () => scheduler.held + this.#unmade.length < pendingLimit,
    );
  }

  /** @param after the batch time to go on after, ms since the epoch: those missed since then are made up for */
  start(after: number | undefined): void {
    const first = this.#timer.firstTime(after);
    this.#graph.start(first - this.#graph.batchInterval);
    this.#timer.start(first, after);
  }

  /** Makes no more batches. */
  stop(): void {
    this.#timer.stop();
  }

  /** Makes batches ahead of their time until no input has anything waiting, and no more after that. */
  stopWhenDrained(): void {
    this.#timer.stop();
    do this.#timer.fireNext();
    while (this.#graph.hasWaitingInput && !this.#withdrawn);
  }

  /**
   * Takes back the batches whose inputs are still waited for, and returns the time of the first of them. No more are made ahead
   * of their time.
   */
  withdraw(): number | undefined {
    this.#withdrawn = true;
    return this.#unmade.splice(0)[0]?.time;
  }

  /** Resolves when no batch waits for its inputs. */
  async idle(): Promise<void> {
    while (this.#making !== undefined) await this.#making;
  }

  #generateJobs(time: number): void {
    try {
      const inputs = this.#graph.allocate(time);
      const prepared = this.#graph.prepare(time);
      if (prepared === undefined && this.#making === undefined) this.#submitJobs(time, inputs);
      else this.#submitWhenPrepared({ time, inputs, prepared });
    } catch (thrown) {
      this.#onFailure(asError(thrown), time);
    }
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
