import type { FileSystem } from '../../ports/FileSystem';
import { StreamingError } from '../errors';
import { type AnyStep, connected, Pass } from './Pass';
import { prepareStages } from './prepareStages';
import { EMITTING, type Step } from './Step';
import type { Emit } from './stepKinds';

export type { Emit } from './stepKinds';

/** What RDDs made by one program share. */
export interface RDDEnvironment {
  /** Partitions of a shuffle or a collection when nothing else is said. */
  readonly defaultParallelism: number;
  /** Where files are read and written. */
  readonly fileSystem?: FileSystem;
}

/** That a partition is one partition of another RDD, its records unchanged or each passed through a step. */
export interface Passage<U> {
  readonly rdd: RDD<unknown>;
  readonly partition: number;
  readonly step?: Step<never, U>;
  /** What the step is given to work with. */
  readonly given?: unknown;
}

/** How many steps follow each other in one pass; a longer chain puts its records down in between, or the call stack overflows. */
const LONGEST_PASS = 500;

/**
 * A resilient distributed dataset: records in numbered partitions, described by how they are computed from other RDDs.
 * Nothing runs before an action asks for it. Chains of narrow transformations run as one pass without arrays in between;
 * a persisted RDD keeps its partitions, and a partition that is not (or no longer) kept is computed again from its lineage.
 */
export abstract class RDD<T> {
  readonly environment: RDDEnvironment;
  abstract readonly partitionCount: number;
  readonly #dependencies: readonly RDD<unknown>[];
  #kept: (readonly T[] | undefined)[] | undefined;

  constructor(environment: RDDEnvironment, dependencies: readonly RDD<unknown>[]) {
    this.environment = environment;
    this.#dependencies = dependencies;
  }

  /** The RDDs that this one is computed from. */
  get dependencies(): readonly RDD<unknown>[] {
    return this.#dependencies;
  }

  /** Computes one partition from the dependencies. Runs only after `prepare` of this RDD and of all it depends on. */
  protected compute(partition: number, _emit: Emit<T>): void {
    throw new StreamingError(
      `Partition ${String(partition)} of ${String(this.partitionCount)} is neither computed nor found in another RDD.`,
    );
  }

  /**
   * Instead of `compute`, for a partition that comes from one partition of another RDD, record by record: how. Thousands of
   * such RDDs may follow each other without danger to the call stack.
   */
  protected passage(_partition: number): Passage<T> | undefined {
    return undefined;
  }

  /** The records of a partition, where they lie in an array already; otherwise they are computed. */
  protected held(_partition: number): readonly T[] | undefined {
    return undefined;
  }

  /**
   * Does the work that must end before any partition can be computed: a shuffle, or a function that must be awaited.
   * Doing it twice is harmless. Most RDDs have none.
   */
  prepare(): Promise<void> | undefined {
    return undefined;
  }

  /** Whether every partition is kept, so that nothing it depends on is needed. */
  get isKept(): boolean {
    return this.#kept !== undefined && this.#kept.length === this.partitionCount && !this.#kept.includes(undefined);
  }

  /** Hands out the records of a partition, from where they are kept or by computing them. For use after `prepareStages`. */
  iterate(partition: number, emit: Emit<T>): void {
    this.end(partition, EMITTING, emit);
  }

  /** The same, for records that end in another way: a pass has this as its last step. @param given what the step is given */
  end(partition: number, step: Step<T, never>, given: unknown): void {
    if (this.#kept === undefined) this.#pass(partition, step, given);
    else Pass.of([step]).run(this.#records(partition) ?? [], [given]);
  }

  /** The records of a partition, where they lie in an array or are to be kept in one. */
  #records(partition: number): readonly T[] | undefined {
    const kept = this.#kept;
    if (kept === undefined) return this.held(partition);
    const present = kept[partition];
    if (present !== undefined) return present;
    const computed: T[] = [];
    this.#pass(partition, EMITTING, (record: T) => computed.push(record));
    kept[partition] = computed;
    return computed;
  }

  /** Goes back along passages, with a loop instead of calls, to where records are made or kept, and sends them through all steps. */
  #pass(partition: number, end: Step<T, never>, given: unknown): void {
    const steps: AnyStep[] = [end];
    const givens: unknown[] = [given];
    let origin = this as RDD<unknown>;
    let place = partition;
    for (let via = this.passage(partition) as Passage<unknown> | undefined; via !== undefined;) {
      ({ rdd: origin, partition: place } = via);
      if (via.step !== undefined) {
        steps.push(via.step);
        givens.push(via.given);
      }
      via = origin.#kept === undefined ? origin.passage(place) : undefined;
    }
    const records = origin === this ? origin.held(place) : origin.#records(place);
    runSteps(steps, givens, records, (emit) => {
      origin.compute(place, emit);
    });
  }

  /** The number of partitions, as Spark asks for it. */
  getNumPartitions(): number {
    return this.partitionCount;
  }

  /** Keeps each partition once it has been computed. */
  persist(): this {
    this.#kept ??= new Array<readonly T[] | undefined>(this.partitionCount).fill(undefined);
    return this;
  }

  /** The same as `persist`. */
  cache(): this {
    return this.persist();
  }

  /** Forgets what was kept; it is computed again when needed. */
  unpersist(): this {
    this.#kept = undefined;
    return this;
  }

  /** Computes every partition now, and keeps them. */
  async materialise(): Promise<void> {
    this.persist();
    await prepareStages(this);
    this.settle();
  }

  /** The same, after `prepareStages`. */
  settle(): void {
    this.persist();
    for (let partition = 0; partition < this.partitionCount; partition++) this.iterate(partition, ignore);
  }

  /** Whether its partitions are computed by calls that last while others are computed. For use after `prepare`. */
  get nests(): boolean {
    return this.#kept !== undefined || this.passage(0) === undefined;
  }

  /** Runs a function over each partition, in order, and gives its results. */
  async runJob<R>(onPartition: (iterate: (emit: Emit<T>) => void, partition: number) => R): Promise<R[]> {
    await prepareStages(this);
    const results: R[] = [];
    for (let partition = 0; partition < this.partitionCount; partition++) {
      results.push(
        onPartition((emit) => {
          this.iterate(partition, emit);
        }, partition),
      );
    }
    return results;
  }

  /** All records, in the order of the partitions. */
  async collect(): Promise<T[]> {
    const all: T[] = [];
    await this.runJob((iterate) => {
      iterate((record) => all.push(record));
    });
    return all;
  }

  /** The number of records. */
  async count(): Promise<number> {
    let count = 0;
    await this.runJob((iterate) => {
      iterate(() => count++);
    });
    return count;
  }

  /** Whether there is no record; computes no more partitions than needed. */
  async isEmpty(): Promise<boolean> {
    return (await this.take(1)).length === 0;
  }

  /**
   * Combines all records into one.
   * @param combine must be associative; each partition is combined first, then the results, in the order of the partitions
   * @throws StreamingError for an RDD without records
   */
  async reduce(combine: (first: T, second: T) => T): Promise<T> {
    const results: T[] = [];
    await this.runJob((iterate) => {
      let combined: { value: T } | undefined;
      iterate((record) => {
        if (combined === undefined) combined = { value: record };
        else combined.value = combine(combined.value, record);
      });
      if (combined !== undefined) results.push(combined.value);
    });
    if (results.length === 0) throw new StreamingError('reduce needs at least one record, and this RDD has none.');
    return results.reduce((first, second) => combine(first, second));
  }

  /** Calls a function for every record. */
  async foreach(action: (record: T) => void): Promise<void> {
    await this.runJob((iterate) => {
      iterate(action);
    });
  }

  /** Calls a function with the records of each partition; waits for it where it returns a promise. */
  async foreachPartition(action: (records: Iterable<T>) => void | Promise<void>): Promise<void> {
    await prepareStages(this);
    for (let partition = 0; partition < this.partitionCount; partition++) {
      const records: T[] = [];
      this.iterate(partition, (record) => records.push(record));
      await action(records);
    }
  }

  /** The first `limit` records, in the order of the partitions; computes no more partitions than needed. */
  async take(limit: number): Promise<T[]> {
    await prepareStages(this);
    const taken: T[] = [];
    for (let partition = 0; partition < this.partitionCount && taken.length < limit; partition++) {
      this.iterate(partition, (record) => {
        if (taken.length < limit) taken.push(record);
      });
    }
    return taken;
  }

  /**
   * The first record.
   * @throws StreamingError for an RDD without records
   */
  async first(): Promise<T> {
    const taken = await this.take(1);
    // The record itself may be undefined.
    if (taken.length === 0) throw new StreamingError('first needs at least one record, and this RDD has none.');
    return taken[0] as T;
  }
}

/**
 * Sends records through steps, the last of which comes first.
 * @param records undefined where `compute` gives them, one by one
 */
function runSteps(
  steps: AnyStep[], givens: unknown[], records: readonly unknown[] | undefined, compute: (emit: Emit<unknown>) => void,
): void {
  let ready = records;
  while (steps.length > LONGEST_PASS) {
    const collected: unknown[] = [];
    const part = [EMITTING, ...steps.splice(-LONGEST_PASS)];
    const givenPart = [(record: unknown) => collected.push(record), ...givens.splice(-LONGEST_PASS)];
    if (ready === undefined) compute(connected(part, givenPart));
    else Pass.of(part).run(ready, givenPart);
    ready = collected;
  }
  if (ready === undefined) compute(connected(steps, givens));
  else Pass.of(steps).run(ready, givens);
}

function ignore(): void {
  // Computing the partition was all that was wanted.
}

/**
 * What a stage has made ready.
 * @throws StreamingError before the stage has run: nothing would look like an empty result otherwise
 */
export function ranStage<S>(result: S | undefined): S {
  if (result === undefined) throw new StreamingError('A partition was asked for before its stage had run.');
  return result;
}
