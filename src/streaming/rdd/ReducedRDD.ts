import { type Emit, RDD } from './RDD';

/** All records combined into one, in one partition; no record where there are none. */
export class ReducedRDD<T> extends RDD<T> {
  readonly partitionCount = 1;
  readonly #parent: RDD<T>;
  readonly #combine: (first: T, second: T) => T;

  constructor(parent: RDD<T>, combine: (first: T, second: T) => T) {
    super(parent.environment, [parent]);
    this.#parent = parent;
    this.#combine = combine;
  }

  protected override compute(_partition: number, emit: Emit<T>): void {
    const combine = this.#combine;
    const partials: T[] = [];
    for (let partition = 0; partition < this.#parent.partitionCount; partition++) {
      let present = false;
      this.#parent.iterate(partition, (record) => {
        const last = partials.length - 1;
        if (present) partials[last] = combine(partials[last] as T, record);
        else partials.push(record);
        present = true;
      });
    }
    if (partials.length > 0) emit(partials.reduce((first, second) => combine(first, second)));
  }
}

/** One number: how many records there are. */
export class CountedRDD<T> extends RDD<number> {
  readonly partitionCount = 1;
  readonly #parent: RDD<T>;

  constructor(parent: RDD<T>) {
    super(parent.environment, [parent]);
    this.#parent = parent;
  }

  protected override compute(_partition: number, emit: Emit<number>): void {
    let count = 0;
    for (let partition = 0; partition < this.#parent.partitionCount; partition++) {
      this.#parent.iterate(partition, () => count++);
    }
    emit(count);
  }
}
