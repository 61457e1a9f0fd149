import type { Clock } from '../../ports/Clock';
import type { BatchInfo, OutputOperationInfo, StreamInputInfo } from './BatchInfo';
import type { Job } from './Job';

/**
 * The jobs of one batch, and what is known of their run. The wall clock says when the batch was submitted; all later moments
 * are counted from there with the monotonic clock, so that no delay is negative or too long because the wall clock was set.
 */
export class JobSet {
  readonly time: number;
  readonly jobs: readonly Job[];
  readonly #inputs: ReadonlyMap<number, StreamInputInfo>;
  readonly #clock: Clock;
  readonly #submissionTime: number;
  readonly #submissionMoment: number;
  /** When the batch was due, on the time line of the submission; the submission itself for a batch ahead of its time. */
  readonly #due: number;
  readonly #outputs = new Map<number, OutputOperationInfo>();
  #startTime: number | undefined;
  #endTime: number | undefined;
  #failure: Error | undefined;

  /**
   * @param lateness ms since the batch was due; zero or less for one that is made in time or ahead of it. The batch time
   * alone does not tell, since the wall clock may have been set back.
   */
  constructor(time: number, jobs: readonly Job[], inputs: readonly StreamInputInfo[], clock: Clock, lateness = 0) {
    this.time = time;
    this.jobs = jobs;
    this.#inputs = new Map(inputs.map((input) => [input.inputStreamId, input]));
    this.#clock = clock;
    this.#submissionTime = clock.now();
    this.#submissionMoment = clock.monotonic();
    this.#due = this.#submissionTime - Math.max(0, Math.round(lateness));
    for (const job of jobs) {
      if (job.isUpkeep) continue;
      const { outputId: id, name, description } = job;
      this.#outputs.set(id, { batchTime: time, id, name, description });
    }
  }

  /** The first error of a job, if one failed. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** What the inputs gave to the batch. */
  get inputs(): readonly StreamInputInfo[] {
    return [...this.#inputs.values()];
  }

  /** Notes an error that ends the batch before any of its jobs. */
  failed(failure: Error): void {
    this.#failure ??= failure;
  }

  started(): void {
    this.#startTime = this.#now();
  }

  ended(): void {
    this.#endTime = this.#now();
  }

  jobStarted(job: Job): OutputOperationInfo | undefined {
    return this.#update(job, { startTime: this.#now() });
  }

  jobEnded(job: Job, failure: Error | undefined): OutputOperationInfo | undefined {
    this.#failure ??= failure;
    const endTime = this.#now();
    const startTime = this.#outputs.get(job.outputId)?.startTime ?? endTime;
    return this.#update(job, {
      endTime,
      duration: endTime - startTime,
      ...(failure === undefined ? {} : { failureReason: failure.message }),
    });
  }

  #now(): number {
    return this.#submissionTime + Math.round(this.#clock.monotonic() - this.#submissionMoment);
  }

  #update(job: Job, change: Partial<OutputOperationInfo>): OutputOperationInfo | undefined {
    const present = this.#outputs.get(job.outputId);
    if (present === undefined) return undefined;
    const changed = { ...present, ...change };
    this.#outputs.set(job.outputId, changed);
    return changed;
  }

  get info(): BatchInfo {
    const start = this.#startTime;
    const end = this.#endTime;
    return {
      batchTime: this.time,
      streamIdToInputInfo: this.#inputs,
      submissionTime: this.#submissionTime,
      ...(start === undefined ? {} : { processingStartTime: start, schedulingDelay: start - this.#due }),
      ...(start === undefined || end === undefined
        ? {}
        : { processingEndTime: end, processingDelay: end - start, totalDelay: end - this.#due }),
      ...(this.#failure === undefined ? {} : { failureReason: this.#failure.message }),
      outputOperationInfos: new Map(this.#outputs),
      numRecords: [...this.#inputs.values()].reduce((sum, input) => sum + input.numRecords, 0),
    };
  }
}
