import type { SampleAnswer } from '../../../../src/flow/monitor/snapshot';
import { graphOf, type RunningGraphs } from './graphOf';
import type { PreviewRecord } from './messages';

/** ms between two questions. */
const PERIOD = 1000;

/** What there is to show: records that flowed in, newest last, or why there are none. */
export type Samples =
  | { readonly state: 'records'; readonly records: readonly PreviewRecord[]; readonly batchTime: number; readonly cut: ReadonlySet<number> }
  | { readonly state: 'asking' | 'waiting' | 'undeployed' | 'failed' | 'forbidden' | 'unreachable' };

/** What the feed needs of the page. */
export interface Surroundings {
  /**
   * Asks the runtime.
   * @throws Refused
   */
  get(address: string): Promise<unknown>;
  /** Does something later, unless the function that it gives is called before. */
  later(action: () => void, milliseconds: number): () => void;
}

/** Asks the runtime, once a second until it is stopped, for the last records that flowed into a node. */
export class SampleFeed {
  readonly #node: string;
  readonly #show: (samples: Samples) => void;
  readonly #surroundings: Surroundings;
  #cancel: () => void = () => undefined;
  #graph: string | undefined;
  #isStopped = false;

  constructor(node: string, show: (samples: Samples) => void, surroundings: Surroundings = PAGE) {
    this.#surroundings = surroundings;
    this.#node = node;
    this.#show = show;
    this.#ask();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  #ask(): void {
    const answered = this.#graph === undefined ? this.#findGraph() : this.#sample(this.#graph);
    void answered.then((samples) => {
      if (this.#isStopped) return;
      this.#show(samples);
      // Who may not see them now may not a second later either.
      if (samples.state === 'forbidden') return;
      this.#cancel = this.#surroundings.later(() => {
        this.#ask();
      }, PERIOD);
    });
  }

  async #findGraph(): Promise<Samples> {
    try {
      this.#graph = graphOf(this.#node, (await this.#surroundings.get('dstream/graphs')) as RunningGraphs);
      return this.#graph === undefined ? { state: 'undeployed' } : await this.#sample(this.#graph);
    } catch (refused) {
      return { state: stateOf(refused) };
    }
  }

  async #sample(graph: string): Promise<Samples> {
    try {
      const address = `dstream/graphs/${encodeURIComponent(graph)}/samples/${encodeURIComponent(this.#node)}`;
      return samplesOf((await this.#surroundings.get(address)) as SampleAnswer);
    } catch (refused) {
      // A deploy may have given the graph another name, or taken the node out of it.
      this.#graph = undefined;
      return { state: stateOf(refused) };
    }
  }
}

function samplesOf({ records, batchTime }: SampleAnswer): Samples {
  if (records.length === 0) return { state: 'waiting' };
  const cut = new Set(records.flatMap(({ truncated }, index) => (truncated === true ? [index] : [])));
  const plain = records.map(({ payload, topic, key, time }) => ({ payload, topic, key, time }));
  return { state: 'records', records: plain, batchTime: batchTime ?? plain.at(-1)?.time ?? 0, cut };
}

function stateOf(thrown: unknown): 'forbidden' | 'undeployed' | 'failed' | 'unreachable' {
  const status = thrown instanceof Refused ? thrown.status : 0;
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 404) return 'undeployed';
  return status === 409 ? 'failed' : 'unreachable';
}

/** A question that was not answered as hoped. */
export class Refused extends Error {
  /** @param status of the answer, 0 where there was none */
  constructor(readonly status: number) {
    super(`The answer has the status ${status}.`);
  }
}

const PAGE: Surroundings = {
  get: (url) =>
    new Promise((resolve, reject) => {
      $.ajax({ url, dataType: 'json', cache: false })
        .done(resolve)
        .fail(({ status }: { readonly status: number }) => {
          reject(new Refused(status));
        });
    }),
  later: (action, milliseconds) => {
    const timer = setTimeout(action, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};
