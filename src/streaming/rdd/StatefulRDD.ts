import type { BatchState } from '../BatchState';
import { type Emit, RDD, type RDDEnvironment } from './RDD';

/** Feeds one batch to state, once, and holds what the state then gives. */
export class StatefulRDD<T, U> extends RDD<U> {
  readonly partitionCount = 1;
  readonly #parent: RDD<T> | null;
  readonly #state: BatchState<T, U>;
  readonly #time: number;
  readonly #emits: boolean;
  #taken = false;
  #records: readonly U[] | undefined;

  constructor(environment: RDDEnvironment, parent: RDD<T> | null, state: BatchState<T, U>, time: number, emits: boolean) {
    super(environment, parent === null ? [] : [parent]);
    this.#parent = parent;
    this.#state = state;
    this.#time = time;
    this.#emits = emits;
  }

  override prepare(): undefined {
    if (!this.#taken) {
      this.#state.take(this.#time, (emit) => {
        const parent = this.#parent;
        if (parent === null) return;
        for (let partition = 0; partition < parent.partitionCount; partition++) parent.iterate(partition, emit);
      });
      this.#taken = true;
    }
    if (this.#emits) this.#records ??= this.#state.emit(this.#time);
  }

  protected override compute(_partition: number, emit: Emit<U>): void {
    for (const record of this.#records ?? []) emit(record);
  }
}
