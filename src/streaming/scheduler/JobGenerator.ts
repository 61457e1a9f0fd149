import type { Clock } from '../../ports/Clock';
import type { DStreamGraph } from '../DStreamGraph';
import { asError } from '../errors';
import { BatchTimer } from './BatchTimer';
import type { JobScheduler } from './JobScheduler';
import { JobSet } from './JobSet';

/** Makes the jobs of each batch when its time has come. */
export class JobGenerator {
  readonly #clock: Clock;
  readonly #graph: DStreamGraph;
  readonly #scheduler: JobScheduler;
  readonly #timer: BatchTimer;
  readonly #onError: (error: Error) => void;

  constructor(clock: Clock, graph: DStreamGraph, scheduler: JobScheduler, onError: (error: Error) => void) {
    this.#clock = clock;
    this.#graph = graph;
    this.#scheduler = scheduler;
    this.#onError = onError;
    this.#timer = new BatchTimer(
      clock,
      graph.batchInterval,
      (time) => {
        this.#generateJobs(time);
      },
      (after, before) => graph.closingTimes(after, before),
    );
  }

  /** @param after the batch time to go on after, ms since the epoch: those missed since then are made up for */
  start(after: number | undefined): void {
    const first = this.#timer.firstTime(after);
    this.#graph.start(first - this.#graph.batchInterval);
    this.#timer.start(first);
  }

  /** Makes no more batches. */
  stop(): void {
    this.#timer.stop();
  }

  /** Makes batches ahead of their time until no input has anything waiting, and no more after that. */
  stopWhenDrained(): void {
    this.#timer.stop();
    do this.#timer.fireNext();
    while (this.#graph.hasWaitingInput);
  }

  #generateJobs(time: number): void {
    try {
      const inputs = this.#graph.allocate(time);
      const jobs = this.#graph.generateJobs(time);
      this.#scheduler.submit(new JobSet(time, jobs, inputs, this.#clock, this.#timer.now() - time));
    } catch (thrown) {
      this.#onError(asError(thrown));
    }
  }
}
