import type { Clock } from '../../ports/Clock';
import { asError } from '../errors';
import type { Job } from './Job';
import type { JobSet } from './JobSet';
import type { StreamingListenerBus } from './StreamingListenerBus';

/** Runs the jobs of batches: batch after batch, and within a batch output after output. */
export class JobScheduler {
  readonly #clock: Clock;
  readonly #listeners: StreamingListenerBus;
  readonly #retries: number;
  readonly #onCompleted: (jobSet: JobSet) => void;
  readonly #queue: JobSet[] = [];
  #draining: Promise<void> | undefined;
  #stopped = false;

  /** @param retries how many more times a failed job is tried before it counts as failed */
  constructor(clock: Clock, listeners: StreamingListenerBus, retries: number, onCompleted: (jobSet: JobSet) => void) {
    this.#clock = clock;
    this.#listeners = listeners;
    this.#retries = retries;
    this.#onCompleted = onCompleted;
  }

  /** Batches that wait or run. */
  get pending(): number {
    return this.#queue.length;
  }

  submit(jobSet: JobSet): void {
    this.#listeners.post('onBatchSubmitted', { batchInfo: jobSet.info });
    this.#queue.push(jobSet);
    if (this.#draining === undefined) {
      this.#draining = this.#drain();
      this.#clock.track(this.#draining);
    }
  }

  /** Resolves when no batch waits or runs. */
  async idle(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
  }

  /** Takes back all batches that have not begun, and returns the time of the first of them. */
  withdraw(): number | undefined {
    const [first] = this.#queue.splice(this.#draining === undefined ? 0 : 1);
    return first?.time;
  }

  /** Lets the job that runs end, and starts no other. */
  stop(): void {
    this.#stopped = true;
    this.#queue.length = Math.min(this.#queue.length, 1);
  }

  async #drain(): Promise<void> {
    for (let jobSet = this.#queue[0]; jobSet !== undefined; jobSet = this.#queue[0]) {
      await this.#runAll(jobSet);
      this.#queue.shift();
    }
    this.#draining = undefined;
  }

  async #runAll(jobSet: JobSet): Promise<void> {
    jobSet.started();
    this.#listeners.post('onBatchStarted', { batchInfo: jobSet.info });
    for (const job of jobSet.jobs) {
      if (this.#stopped) return;
      const started = jobSet.jobStarted(job);
      if (started !== undefined) this.#listeners.post('onOutputOperationStarted', { outputOperationInfo: started });
      const failure = await this.#run(job);
      const ended = jobSet.jobEnded(job, failure);
      if (ended !== undefined) this.#listeners.post('onOutputOperationCompleted', { outputOperationInfo: ended });
    }
    jobSet.ended();
    this.#onCompleted(jobSet);
    this.#listeners.post('onBatchCompleted', { batchInfo: jobSet.info });
  }

  async #run(job: Job): Promise<Error | undefined> {
    for (let attempt = 0; ; attempt++) {
      try {
        await job.run();
        return undefined;
      } catch (thrown) {
        if (attempt >= this.#retries || this.#stopped) return asError(thrown);
      }
    }
  }
}
