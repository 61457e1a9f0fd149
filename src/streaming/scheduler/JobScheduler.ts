import type { CallScope } from '../../ports/CallScope';
import type { Clock } from '../../ports/Clock';
import { asError } from '../errors';
import type { BatchInfo } from './BatchInfo';
import type { BatchJournal } from './BatchJournal';
import type { BatchQueue } from './BatchQueue';
import type { Job } from './Job';
import { JobSet } from './JobSet';
import type { StreamingListenerBus } from './StreamingListenerBus';

export interface JobSchedulerOptions {
  /** How many more times a failed job is tried before it counts as failed. */
  readonly retries: number;
  /** How many jobs run at once. */
  readonly concurrentJobs: number;
  /** Every job runs inside it. */
  readonly scope?: CallScope | undefined;
  /** Who writes down each batch before its first job; a batch runs when that is done. */
  readonly journal?: () => BatchJournal | undefined;
  /** A batch has ended. */
  readonly onCompleted: (jobSet: JobSet) => void;
  /** A batch and all before it have ended: told in the order of batches, before `onCompleted` where both are due. */
  readonly onPassed: (time: number) => void;
}

/** A batch, and how far it is. */
interface Run {
  readonly jobSet: JobSet;
  /** Jobs that have begun; they begin in order. */
  begun: number;
  running: number;
  /** Whether it is written down, or its upkeep runs: no other job begins meanwhile. */
  isAlone: boolean;
  state: 'waiting' | 'running' | 'ended';
  /** Whether an earlier run began it already: it does not wait for a pause to end. */
  readonly beganBefore: boolean;
}

/**
 * Runs the jobs of batches, at most so many at once: they begin batch after batch, and within a batch output after output.
 * The upkeep of a batch runs alone, after that of all earlier batches and before its outputs, however many jobs may run; so
 * does the entry in the journal, which comes before its upkeep.
 */
export class JobScheduler implements BatchQueue {
  readonly #clock: Clock;
  readonly #listeners: StreamingListenerBus;
  readonly #options: JobSchedulerOptions;
  /** All batches that have not ended, or not all those before them. */
  #queue: Run[] = [];
  #running = 0;
  #whenIdle: (() => void)[] = [];
  #stopped = false;
  #paused = false;

  constructor(clock: Clock, listeners: StreamingListenerBus, options: JobSchedulerOptions) {
    this.#clock = clock;
    this.#listeners = listeners;
    this.#options = options;
  }

  /** Batches that wait or run. */
  get pending(): number {
    return this.#queue.filter(({ state }) => state !== 'ended').length;
  }

  /** Batches that have not ended, or not all those before them: what is held in memory. */
  get held(): number {
    return this.#queue.length;
  }

  /** The times of the batches that have outputs running now, ms since the epoch. */
  get runningTimes(): number[] {
    return this.#queue.flatMap(({ running, jobSet }) => (running > 0 ? [jobSet.time] : []));
  }

  oldest(most: number): readonly BatchInfo[] {
    const unfinished = this.#queue.filter(({ state }) => state !== 'ended');
    return unfinished.slice(0, most).map(({ jobSet }) => jobSet.info);
  }

  get queuedRecords(): number {
    const queued = this.#queue.filter(({ state }) => state === 'waiting');
    return queued.reduce((sum, { jobSet }) => sum + jobSet.info.numRecords, 0);
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#startJobs();
  }

  /** @param beganBefore whether an earlier run began the batch already, so that no pause keeps it from going on */
  submit(jobSet: JobSet, beganBefore = false): void {
    if (this.#stopped) return;
    this.#queue.push({ jobSet, begun: 0, running: 0, isAlone: false, state: 'waiting', beganBefore });
    this.#listeners.post('onBatchSubmitted', { batchInfo: jobSet.info });
    this.#startJobs();
  }

  /** A batch that could not be made: it has passed when all before it have, and nobody is told of it. */
  passOver(time: number): void {
    if (this.#stopped) return;
    const jobSet = new JobSet(time, [], [], this.#clock);
    this.#queue.push({ jobSet, begun: 0, running: 0, isAlone: false, state: 'ended', beganBefore: false });
    this.#passEnded();
  }

  /** Resolves when no batch waits or runs. */
  idle(): Promise<void> {
    if (this.#isIdle) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  get #isIdle(): boolean {
    return this.#running === 0 && this.pending === 0;
  }

  /** Takes back all batches that have not begun, and returns the time of the first of them. */
  withdraw(): number | undefined {
    const first = this.#queue.find(({ state }) => state === 'waiting');
    this.#queue = this.#queue.filter(({ state }) => state !== 'waiting');
    return first?.jobSet.time;
  }

  /** Lets the jobs that run end, and starts no other. */
  stop(): void {
    this.#stopped = true;
    this.withdraw();
    this.#settle();
  }

  #startJobs(): void {
    while (this.#running < this.#options.concurrentJobs) {
      const run = this.#nextRun();
      if (run === undefined) break;
      if (run.state === 'waiting') {
        this.#begin(run);
        continue;
      }
      const job = run.jobSet.jobs[run.begun];
      if (job === undefined) break;
      run.begun++;
      run.running++;
      this.#running++;
      run.isAlone = job.isUpkeep;
      this.#clock.track(this.#runJob(run, job));
    }
    this.#settle();
  }

  /** Begins a batch: it can no longer be withdrawn, and has its jobs once the journal has it. */
  #begin(run: Run): void {
    const { jobSet } = run;
    run.state = 'running';
    jobSet.started();
    this.#listeners.post('onBatchStarted', { batchInfo: jobSet.info });
    const { scope } = this.#options;
    const journal = this.#options.journal?.();
    if (journal === undefined) return;
    const begin = (): Promise<void> | undefined => journal.begin(jobSet.time, jobSet.inputs);
    let written: Promise<void> | undefined;
    try {
      written = scope === undefined ? begin() : scope.run(begin);
    } catch (thrown) {
      written = Promise.reject(asError(thrown));
    }
    if (written === undefined) return;
    run.running++;
    this.#running++;
    run.isAlone = true;
    this.#clock.track(this.#written(run, written));
  }

  async #written(run: Run, written: Promise<void>): Promise<void> {
    try {
      await written;
    } catch (thrown) {
      run.jobSet.failed(asError(thrown));
      // None of its jobs begins.
      run.begun = run.jobSet.jobs.length;
    }
    this.#jobEnded(run);
  }

  /** The batch whose next job may begin, or that may begin itself; batches without jobs end on the way to it. */
  #nextRun(): Run | undefined {
    if (this.#stopped) return undefined;
    for (const run of [...this.#queue]) {
      if (run.isAlone) return undefined;
      if (run.state === 'waiting') return this.#paused && !run.beganBefore ? undefined : run;
      if (run.begun < run.jobSet.jobs.length) return run;
      if (run.running === 0 && run.state === 'running') this.#completed(run);
    }
    return undefined;
  }

  async #runJob(run: Run, job: Job): Promise<void> {
    const { jobSet } = run;
    const started = jobSet.jobStarted(job);
    if (started !== undefined) this.#listeners.post('onOutputOperationStarted', { outputOperationInfo: started });
    const failure = await this.#attempt(job);
    const ended = jobSet.jobEnded(job, failure);
    if (ended !== undefined) this.#listeners.post('onOutputOperationCompleted', { outputOperationInfo: ended });
    this.#jobEnded(run);
  }

  #jobEnded(run: Run): void {
    run.running--;
    run.isAlone = false;
    if (run.running === 0 && run.begun === run.jobSet.jobs.length) this.#completed(run);
    // Not before now: whoever is told that a batch has ended may stop everything.
    this.#running--;
    this.#startJobs();
  }

  #completed(run: Run): void {
    run.jobSet.ended();
    run.state = 'ended';
    this.#passEnded();
    this.#options.onCompleted(run.jobSet);
    this.#listeners.post('onBatchCompleted', { batchInfo: run.jobSet.info });
  }

  #passEnded(): void {
    for (let [first] = this.#queue; first?.state === 'ended'; [first] = this.#queue) {
      this.#queue.shift();
      this.#options.onPassed(first.jobSet.time);
    }
  }

  #settle(): void {
    // Batches that a stop cut short will never end.
    if (this.#stopped && this.#running === 0) this.#queue = [];
    if (!this.#isIdle) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #attempt(job: Job): Promise<Error | undefined> {
    const { retries, scope } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        await (scope === undefined ? job.run() : scope.run(() => job.run()));
        return undefined;
      } catch (thrown) {
        if (attempt >= retries || this.#stopped) return asError(thrown);
      }
    }
  }
}
