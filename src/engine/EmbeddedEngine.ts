import { SystemClock } from '../ports/node/SystemClock';
import type { Clock } from '../ports/Clock';
import type { Plan } from '../plan/Plan';
import type { Engine, Query, RunOptions } from './Engine';
import { loadLater } from './loadLater';
import type { Parallelism } from './parallel/Helpers';
import type { GraphHost } from './remote/GraphLink';
import { GraphProcess } from './remote/GraphProcess';
import { GraphThread, type ThreadOptions } from './remote/GraphThread';
import { RemoteQuery } from './remote/RemoteQuery';
import { DEFAULT_RESTARTS, type RestartLimits } from './remote/RestartPolicy';

/** ms that one call of user code may take when nothing else is said. */
export const DEFAULT_HANG_LIMIT = 5000;

export interface EmbeddedEngineOptions {
  /**
   * `thread`: in a worker thread; contains endless loops and gradual growth of memory. `process`: in a process; contains
   * everything. `inline`: in the thread of the caller; contains nothing.
   */
  readonly isolation: 'thread' | 'process' | 'inline';
  /** Whether all graphs of this engine share one thread or process, rather than having one each. Less memory, less apart. */
  readonly shared?: boolean;
  /** MB of JavaScript heap for a thread or process, and as many outside of it; see `ThreadOptions`. */
  readonly heapLimit?: number;
  /** ms that one call of user code may take; 5,000 when left out. */
  readonly hangLimit?: number;
  /** How many threads share the work of each thread; for `thread` and `process`. 1 when left out. */
  readonly parallelism?: Parallelism;
  /** How a graph that died is started again. */
  readonly restarts?: RestartLimits;
  /** For `inline` alone: the machine's clock when left out. */
  readonly clock?: Clock;
}

/** Runs plans on this machine. */
export class EmbeddedEngine implements Engine {
  readonly #options: EmbeddedEngineOptions;
  #sharedHost: GraphHost | undefined;

  constructor(options: EmbeddedEngineOptions) {
    this.#options = options;
  }

  start(plan: Plan, options: RunOptions): Query {
    const { isolation, clock, restarts = DEFAULT_RESTARTS } = this.#options;
    if (isolation !== 'inline') return new RemoteQuery(plan, options, () => this.#host(), restarts);
    // With it comes all that runs graphs: threads and processes have that of their own.
    const { InlineQuery } = loadLater('./InlineQuery') as typeof import('./InlineQuery');
    return new InlineQuery(plan, options, clock ?? new SystemClock());
  }

  #host(): GraphHost {
    if (this.#options.shared !== true) return this.#newHost();
    if (this.#sharedHost?.isAlive !== true) this.#sharedHost = this.#newHost();
    return this.#sharedHost;
  }

  #newHost(): GraphHost {
    const { isolation, heapLimit, hangLimit = DEFAULT_HANG_LIMIT, parallelism = 1 } = this.#options;
    const options: ThreadOptions = { hangLimit, parallelism, ...(heapLimit === undefined ? {} : { heapLimit }) };
    return isolation === 'process' ? new GraphProcess(options) : new GraphThread(options);
  }
}
