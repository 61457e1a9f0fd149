import type { DStream } from './dstream/DStream';
import type { InputDStream } from './dstream/InputDStream';
import type { StreamInputInfo } from './scheduler/BatchInfo';
import { Job } from './scheduler/Job';

/** The most skipped batch times that are still run because a window closes there. */
const MOST_CLOSING_TIMES = 1000;

/** The streams of a program: where records enter, and which outputs are asked for. */
export class DStreamGraph {
  /** ms */
  readonly batchInterval: number;
  readonly inputs: InputDStream<unknown>[] = [];
  readonly outputs: DStream<unknown>[] = [];
  /** ms that every stream keeps its RDDs for, where somebody asked for that. */
  rememberDuration: number | undefined;
  /** The newest batch whose jobs have been made, or are being made, ms since the epoch. */
  newestBatch = -Infinity;
  /** The batch time before the first one, ms since the epoch. */
  zeroTime = -Infinity;
  #reachable: DStream<unknown>[] = [];

  constructor(batchInterval: number) {
    this.batchInterval = batchInterval;
  }

  /** @param zeroTime the batch time before the first one */
  start(zeroTime: number): void {
    this.zeroTime = zeroTime;
    this.newestBatch = zeroTime;
    this.#reachable = this.#collectReachable();
    for (const stream of this.#reachable) {
      stream.initialize(zeroTime);
      if (this.rememberDuration !== undefined) stream.remember(this.rememberDuration);
    }
    for (const stream of this.#reachable.toReversed()) stream.rememberInputs();
    for (const stream of this.#reachable) stream.validateAtStart();
  }

  get hasWaitingInput(): boolean {
    return this.inputs.some((input) => input.hasWaiting);
  }

  /** Gives what has arrived to the batch of `time`. */
  allocate(time: number): StreamInputInfo[] {
    return this.inputs.map((input) => ({
      inputStreamId: input.id,
      numRecords: input.allocate(time),
      description: input.description,
    }));
  }

  /** Does what inputs must await before the jobs of a batch can be made; undefined where none has anything to wait for. */
  prepare(time: number): Promise<unknown> | undefined {
    const prepared = this.inputs.flatMap((input) => input.prepare(time) ?? []);
    return prepared.length === 0 ? undefined : Promise.all(prepared);
  }

  /** Takes back what the batches from `time` on were given: they will not run. */
  takeBack(time: number): void {
    for (const input of this.inputs) input.takeBack(time);
  }

  /** The jobs of a batch: first the upkeep of windows, then the outputs in the order of their registration. */
  generateJobs(time: number): Job[] {
    this.newestBatch = time;
    const jobs: Job[] = [];
    for (const stream of this.#reachable) {
      const upkeep = stream.generateUpkeep(time);
      if (upkeep !== null) jobs.push(new Job(time, 'upkeep', upkeep));
    }
    let outputId = 0;
    for (const output of this.outputs) {
      const job = output.generateJob(time);
      if (job === null) continue;
      job.outputId = outputId++;
      jobs.push(job);
    }
    return jobs;
  }

  /**
   * Of the batch times between two others, those at which a window with records in it closes.
   * @param taken the newest batch that was given records, whether its jobs have been made or not
   */
  closingTimes(after: number, before: number, taken: number): number[] {
    const times = new Set<number>();
    for (const stream of this.#reachable) {
      for (const time of stream.closingTimes(after, before, taken)) times.add(time);
    }
    return [...times].sort((first, second) => first - second).slice(0, MOST_CLOSING_TIMES);
  }

  /** Forgets what no later batch needs, now that the batch of `time` is done. */
  clearMetadata(time: number): void {
    for (const stream of this.#reachable) stream.clearMetadata(time);
  }

  /**
   * Everything that outputs depend on and every input, each stream after those it depends on. With a stack of its own, since a
   * chain of streams may be longer than the call stack is deep.
   */
  #collectReachable(): DStream<unknown>[] {
    const found = new Set<DStream<unknown>>();
    const unexpanded = (streams: readonly DStream<unknown>[]): { readonly stream: DStream<unknown>; readonly expanded: boolean }[] =>
      streams.toReversed().map((stream) => ({ stream, expanded: false }));
    const stack = unexpanded([...this.inputs, ...this.outputs]);
    for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
      const { stream, expanded } = entry;
      if (found.has(stream)) continue;
      if (expanded) found.add(stream);
      else stack.push({ stream, expanded: true }, ...unexpanded(stream.dependencies));
    }
    return [...found];
  }
}
