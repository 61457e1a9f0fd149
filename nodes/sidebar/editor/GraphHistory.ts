import { type BatchColumns, type GraphMonitor, MOST_BATCHES, type PlanMonitor } from '../../../src/flow/monitor/snapshot';

/** What is known of the graph on the screen: its finished batches, and its plan, of which the runtime sends only what is new. */
export class GraphHistory {
  readonly id: string;
  readonly #batches: { [column in keyof BatchColumns]: number[] } = emptyColumns();
  #sequence = 0;
  #startedAt: number | undefined;
  #revision: number | undefined;
  #plan: PlanMonitor | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Oldest first, at most `MOST_BATCHES`. */
  get batches(): { readonly [column in keyof BatchColumns]: readonly number[] } {
    return this.#batches;
  }

  get length(): number {
    return this.#batches.times.length;
  }

  /** The newest batch that is known; 0 for none. To be asked with as `since`. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Of the plan that is known. To be asked with as `plan`. */
  get revision(): number | undefined {
    return this.#revision;
  }

  get plan(): PlanMonitor | undefined {
    return this.#plan;
  }

  /**
   * Takes in what the runtime told.
   * @returns false where it does not continue what is known here: the runtime or the graph began again. Then everything was
   *   forgotten, and must be asked for anew.
   */
  take(graph: GraphMonitor): boolean {
    const isAnother = this.#startedAt !== undefined && graph.startedAt !== this.#startedAt;
    if (isAnother || graph.sequence < this.#sequence) {
      this.#forget();
      return false;
    }
    this.#startedAt = graph.startedAt;
    this.#sequence = graph.sequence;
    this.#append(graph.batches);
    if (graph.plan !== undefined) {
      this.#plan = graph.plan;
      this.#revision = graph.revision;
    }
    return true;
  }

  #append(news: BatchColumns): void {
    for (const column of COLUMNS) {
      const values = this.#batches[column];
      const added = news[column];
      values.push(...(typeof added === 'number' ? news.times.map(() => added) : added).slice(-MOST_BATCHES));
      if (values.length > MOST_BATCHES) values.splice(0, values.length - MOST_BATCHES);
    }
  }

  #forget(): void {
    for (const column of COLUMNS) this.#batches[column].length = 0;
    this.#sequence = 0;
    this.#startedAt = undefined;
    this.#revision = undefined;
    this.#plan = undefined;
  }
}

const COLUMNS = ['times', 'records', 'schedulingDelays', 'processingDelays', 'intervals', 'failed'] as const;

function emptyColumns(): { [column in keyof BatchColumns]: number[] } {
  return { times: [], records: [], schedulingDelays: [], processingDelays: [], intervals: [], failed: [] };
}
