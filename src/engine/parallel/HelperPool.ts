import { availableParallelism } from 'node:os';
import type { RawRecord } from '../DataRecord';
import type { PieceResult } from './BranchRunner';
import type { BranchOrder, Helpers, Parallelism, Undone } from './Helpers';
import { type HelperOptions, HelperThread } from './HelperThread';

/** A thread that has lost so many helpers goes on without: something is wrong that new ones would not mend. */
const MOST_LOSSES = 10;

/** The helper threads of the graphs of one thread; each is started when there is work for it. */
export class HelperPool implements Helpers {
  readonly isOptional: boolean;
  readonly #size: number;
  readonly #options: HelperOptions;
  readonly #threads = new Set<HelperThread>();
  /** The names of orders, as long as somebody has them. */
  readonly #numbers = new WeakMap<BranchOrder, number>();
  #nextNumber = 0;
  #losses = 0;

  /**
   * @param size how many helpers at most
   * @param isOptional whether they are to be used only where that is faster
   */
  constructor(size: number, isOptional: boolean, options: HelperOptions) {
    this.#size = size;
    this.isOptional = isOptional;
    this.#options = options;
  }

  /** The helpers of a thread, where so many threads are to run each of its graphs. */
  static for(parallelism: Parallelism, options: HelperOptions): HelperPool | undefined {
    const threads = parallelism === 'auto' ? availableParallelism() : parallelism;
    return threads > 1 ? new HelperPool(threads - 1, parallelism === 'auto', options) : undefined;
  }

  get count(): number {
    return this.#losses < MOST_LOSSES ? this.#size : 0;
  }

  run(order: BranchOrder, records: readonly RawRecord[], time: number): Promise<PieceResult | Undone> {
    let number = this.#numbers.get(order);
    if (number === undefined) {
      this.#numbers.set(order, number = this.#nextNumber++);
      // What is new may be what mends it.
      this.#losses = 0;
    }
    return this.#idlest().run(number, order, records, time);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.stop()));
  }

  #idlest(): HelperThread {
    const [first, ...others] = this.#threads;
    const idlest = others.reduce<HelperThread | undefined>((best, thread) =>
      (best === undefined || thread.load < best.load ? thread : best), first);
    if (idlest !== undefined && (idlest.load === 0 || this.#threads.size >= this.#size)) return idlest;
    const thread = new HelperThread(this.#options, () => {
      this.#threads.delete(thread);
      this.#losses++;
    });
    this.#threads.add(thread);
    return thread;
  }
}
