import { type KeyIdentity, keyHash, keyIdentity } from '../../operators/keys';
import type { Pair } from '../Pair';
import { type Emit, ranStage, RDD, type RDDEnvironment } from './RDD';

/** A key's value over a window, and in how many of the window's batches the key is. */
export interface Running<K, V> {
  readonly key: K;
  readonly value: V;
  readonly batches: number;
}

export interface IncrementalWindow<K, V> {
  readonly reduce: (first: V, second: V) => V;
  readonly inverse: (first: V, second: V) => V;
  readonly filter: ((pair: Pair<K, V>) => boolean) | undefined;
  /** Spark's own ways: keys stay after their last batch has left, and a key that the filter rejects is forgotten. */
  readonly asSpark: boolean;
  /** Partitions of the results; as many as the program has by default when left out. */
  readonly numPartitions?: number | undefined;
}

/** One slide of an incremental window: the slide before it, less the batches that left, plus the batches that came. */
export class IncrementalWindowRDD<K, V> extends RDD<Pair<K, V>> {
  readonly partitionCount: number;
  readonly #window: IncrementalWindow<K, V>;
  #sources: {
    readonly previous: IncrementalWindowRDD<K, V> | null;
    readonly left: readonly RDD<Pair<K, V>>[];
    readonly came: readonly RDD<Pair<K, V>>[];
  } | null;
  #running: ReadonlyMap<KeyIdentity, Running<K, V>> | undefined;

  constructor(
    environment: RDDEnvironment,
    window: IncrementalWindow<K, V>,
    previous: IncrementalWindowRDD<K, V> | null,
    left: readonly RDD<Pair<K, V>>[],
    came: readonly RDD<Pair<K, V>>[],
  ) {
    super(environment, []);
    this.#window = window;
    this.partitionCount = window.numPartitions ?? environment.defaultParallelism;
    this.#sources = { previous, left, came };
  }

  /** A slide of an earlier run. */
  static restored<K, V>(
    environment: RDDEnvironment,
    window: IncrementalWindow<K, V>,
    running: readonly Running<K, V>[],
  ): IncrementalWindowRDD<K, V> {
    const restored = new IncrementalWindowRDD(environment, window, null, [], []);
    restored.#sources = null;
    restored.#running = new Map(running.map((each) => [keyIdentity(each.key), each]));
    return restored;
  }

  /** All keys of the slide with their values, also those that the filter rejects; once it has been computed. */
  get running(): readonly Running<K, V>[] {
    return [...ranStage(this.#running).values()];
  }

  override get dependencies(): readonly RDD<unknown>[] {
    const sources = this.#sources;
    if (sources === null) return [];
    return [...(sources.previous === null ? [] : [sources.previous]), ...sources.left, ...sources.came];
  }

  /** Afterwards nothing before this slide is referred to any more, or no slide could ever be freed. */
  override prepare(): undefined {
    const sources = this.#sources;
    if (sources === null) return;
    const { reduce, inverse, asSpark } = this.#window;
    const running = new Map<KeyIdentity, Running<K, V>>(sources.previous === null ? [] : sources.previous.#running);
    for (const rdd of sources.left) {
      forEachPair(rdd, (identity, key, value) => {
        const present = running.get(identity);
        if (present === undefined) return;
        const batches = present.batches - 1;
        if (batches > 0 || asSpark) running.set(identity, { key, value: inverse(present.value, value), batches });
        else running.delete(identity);
      });
    }
    for (const rdd of sources.came) {
      forEachPair(rdd, (identity, key, value) => {
        const present = running.get(identity);
        running.set(
          identity,
          present === undefined
            ? { key, value, batches: 1 }
            : { key: present.key, value: reduce(present.value, value), batches: present.batches + 1 },
        );
      });
    }
    if (asSpark) this.#forgetRejected(running);
    this.#running = running;
    this.#sources = null;
  }

  #forgetRejected(running: Map<KeyIdentity, Running<K, V>>): void {
    for (const [identity, { key, value }] of running) {
      if (this.#window.filter?.([key, value]) === false) running.delete(identity);
    }
  }

  protected override compute(partition: number, emit: Emit<Pair<K, V>>): void {
    const { filter } = this.#window;
    for (const { key, value } of this.#running?.values() ?? []) {
      if (this.partitionCount > 1 && keyHash(key) % this.partitionCount !== partition) continue;
      const pair: Pair<K, V> = [key, value];
      if (filter === undefined || filter(pair)) emit(pair);
    }
  }
}

function forEachPair<K, V>(rdd: RDD<Pair<K, V>>, action: (identity: KeyIdentity, key: K, value: V) => void): void {
  for (let partition = 0; partition < rdd.partitionCount; partition++) {
    rdd.iterate(partition, ([key, value]) => {
      action(keyIdentity(key), key, value);
    });
  }
}
