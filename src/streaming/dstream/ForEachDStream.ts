import { IllegalArgumentError } from '../errors';
import type { RDD } from '../rdd/RDD';
import { Job } from '../scheduler/Job';
import { DStream } from './DStream';

/** An output: runs a function with each RDD of its parent. */
export class ForEachDStream<T> extends DStream<never> {
  readonly dependencies: readonly [DStream<T>];
  readonly slideDuration: number;
  readonly #name: string;
  readonly #action: (rdd: RDD<T>, time: number) => unknown;

  constructor(parent: DStream<T>, name: string, action: (rdd: RDD<T>, time: number) => unknown) {
    super(parent.context);
    if (typeof (action as unknown) !== 'function') {
      throw new IllegalArgumentError(`${name} needs a function (rdd, time) => ..., and was given a value of type ${typeof action}.`);
    }
    this.dependencies = [parent];
    this.slideDuration = parent.slideDuration;
    this.#name = name;
    this.#action = action;
  }

  protected override compute(): null {
    return null;
  }

  override generateJob(time: number): Job | null {
    const rdd = this.dependencies[0].getOrCompute(time);
    if (rdd === null) return null;
    const [parent] = this.dependencies;
    const description = `${this.#name} of ${parent.constructor.name}, every ${String(parent.slideDuration)} ms`;
    const work = async (): Promise<void> => {
      await this.#action(rdd, time);
    };
    return new Job(time, this.#name, work, description);
  }
}

declare module './DStream' {
  interface DStream<T> {
    /**
     * An output operation: calls the function with each RDD and its batch time (ms since the epoch), and waits for the
     * promise it may return before the batch counts as done.
     */
    foreachRDD(action: (rdd: RDD<T>, time: number) => unknown): void;
  }
}

DStream.prototype.foreachRDD = function <T>(this: DStream<T>, action: (rdd: RDD<T>, time: number) => unknown): void {
  this.context.registerOutput(new ForEachDStream(this, 'foreachRDD', action));
};
