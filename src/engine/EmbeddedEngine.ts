import { SystemClock } from '../ports/node/SystemClock';
import type { Clock } from '../ports/Clock';
import type { Plan } from '../plan/Plan';
import type { Engine, Query, RunOptions } from './Engine';
import { InlineQuery } from './InlineQuery';
import { WorkerQuery } from './worker/WorkerQuery';

export interface EmbeddedEngineOptions {
  /** `thread`: each graph in a worker thread of its own; `inline`: in the thread of the caller. */
  readonly isolation: 'thread' | 'inline';
  /** MB of JavaScript heap for a worker thread; Node's own default when left out. */
  readonly heapLimit?: number;
  /** For `inline` alone: the machine's clock when left out. */
  readonly clock?: Clock;
}

/** Runs plans inside the Node-RED process. */
export class EmbeddedEngine implements Engine {
  readonly #options: EmbeddedEngineOptions;

  constructor(options: EmbeddedEngineOptions) {
    this.#options = options;
  }

  start(plan: Plan, options: RunOptions): Query {
    const { isolation, heapLimit, clock } = this.#options;
    return isolation === 'inline'
      ? new InlineQuery(plan, options, clock ?? new SystemClock())
      : new WorkerQuery(plan, options, heapLimit);
  }
}
