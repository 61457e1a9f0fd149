import type { Clock, Timer } from '../../ports/Clock';
import type { RunningGraph } from '../RunningGraph';
import { type BatchFigures, BatchTotals } from './BatchTotals';
import type { BatchWatchers } from './BatchWatchers';
import type { StatisticsSettings } from './statisticsSettings';

/** Where the graphs are. */
export interface StatisticsHost {
  readonly batches: BatchWatchers;
  readonly clock: Clock;
  /** Whether a node, as drawn or as it runs, is one of a graph's. */
  hasNode(graph: RunningGraph, id: string): boolean;
  /** What the user calls a graph: the name of its checkpoint or batcher, else its id. */
  titleOf(graph: RunningGraph): string;
}

/** What operators have done beside passing records on, since the message before as far as that is known already. */
interface Losses {
  readonly failed: number;
  readonly skipped: number;
  readonly refused: number;
}

/** A message of a statistics node. */
export interface StatisticsMessage {
  readonly topic: string;
  readonly payload: BatchFigures & Losses & {
    /** Records that wait for a batch or for delivery at the moment. */
    readonly waiting: number;
    /** Keys in all operators at the moment. */
    readonly keys: number;
  };
  readonly dstream: { readonly graphId: string; readonly batchTime: number; readonly batchInterval: number };
  /** As Node-RED's messages may have others. */
  [property: string]: unknown;
}

const FIGURES = ['failed', 'skipped', 'refused', 'waiting', 'keys'] as const;

type Sums = Readonly<Record<(typeof FIGURES)[number], number>>;

/** Makes messages of the figures of batches: one after each, or one for all of some time. */
export class StatisticsReporter {
  readonly #host: StatisticsHost;
  readonly #settings: StatisticsSettings;
  readonly #send: (message: StatisticsMessage) => void;
  readonly #unwatch: () => void;
  /** What was counted when the message before was made; the one of a graph that is gone goes with it. */
  readonly #before = new WeakMap<RunningGraph, Sums>();
  #totals = new Map<RunningGraph, BatchTotals>();
  #timer: Timer | undefined;

  constructor(settings: StatisticsSettings, host: StatisticsHost, send: (message: StatisticsMessage) => void) {
    this.#host = host;
    this.#settings = settings;
    this.#send = send;
    this.#unwatch = host.batches.watch((graph, event) => {
      if (settings.graph !== '' && !host.hasNode(graph, settings.graph)) return;
      // What was counted before anybody watched is nobody's news.
      if (!this.#before.has(graph)) this.#before.set(graph, sumsOf(graph));
      let totals = this.#totals.get(graph);
      if (totals === undefined) this.#totals.set(graph, (totals = new BatchTotals()));
      totals.add(event);
      if (settings.interval === undefined) this.#tell();
    });
    this.#wake();
  }

  /** Says nothing any more. */
  close(): void {
    this.#unwatch();
    this.#timer?.cancel();
  }

  #wake(): void {
    const { interval } = this.#settings;
    if (interval === undefined) return;
    this.#timer = this.#host.clock.schedule(interval, () => {
      this.#tell();
      this.#wake();
    });
  }

  #tell(): void {
    const told = this.#totals;
    this.#totals = new Map();
    for (const [graph, totals] of told) this.#send(this.#message(graph, totals));
  }

  #message(graph: RunningGraph, totals: BatchTotals): StatisticsMessage {
    const figures = totals.figures(graph.plan.batchInterval);
    const { batchTime, batchInterval } = figures;
    const sums = sumsOf(graph);
    const before = this.#before.get(graph) ?? sums;
    this.#before.set(graph, sums);
    // A graph that was started again counts from zero.
    const since = (figure: keyof Losses): number => sums[figure] - (sums[figure] < before[figure] ? 0 : before[figure]);
    const losses = { failed: since('failed'), skipped: since('skipped'), refused: since('refused') };
    return {
      topic: this.#host.titleOf(graph),
      payload: { ...figures, ...losses, waiting: sums.waiting, keys: sums.keys },
      dstream: { graphId: graph.plan.graph, batchTime, batchInterval },
    };
  }
}

/** The figures of all operators of a graph together. */
function sumsOf({ figures: { operators } }: RunningGraph): Sums {
  const sums = { failed: 0, skipped: 0, refused: 0, waiting: 0, keys: 0 };
  for (const operator of Object.values(operators)) for (const figure of FIGURES) sums[figure] += operator[figure];
  return sums;
}
