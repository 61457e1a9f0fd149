import type { GraphMonitor, MonitorSnapshot } from '../../../src/flow/monitor/snapshot';
import { chooseGraph } from './chooseGraph';
import { GraphHistory } from './GraphHistory';

/** What is asked of `GET /dstream/monitor`. */
export interface Question {
  readonly graph?: string;
  readonly since?: number;
  readonly plan?: number;
}

/** @param status of HTTP; 0 where nobody answered */
export type Answer = { readonly snapshot: MonitorSnapshot } | { readonly status: number };

/** What the feed needs of the world around it. */
export interface FeedPorts {
  /** Whether the user may know the answers at all. */
  mayAsk(): boolean;
  /** Asks once. @returns what takes the question back; `done` is not called after that */
  ask(question: Question, done: (answer: Answer) => void): () => void;
  /** Calls back once. @returns what takes it back @param delay ms */
  after(delay: number, callback: () => void): () => void;
}

/** What is on the screen. */
export interface Picture {
  readonly snapshot: MonitorSnapshot;
  /** The id of the graph that is shown; absent where there is none at all. */
  readonly shown?: string;
  /** Its figures; absent where the runtime has none. The plan is always there once it was told. */
  readonly graph?: GraphMonitor;
  readonly history?: GraphHistory;
}

export interface FeedListener {
  show(picture: Picture): void;
  /** Nothing new comes for the time being. What is on the screen stays there. */
  fail(status: number): void;
}

/** The status of HTTP that the runtime would answer with. */
const FORBIDDEN = 403;

/** ms between an answer and the next question. */
const PERIOD = 1000;

/** ms; after each question without an answer the next one waits twice as long. */
const LONGEST_WAIT = 10_000;

/**
 * Asks the runtime once a second what the sidebar shows, while somebody looks. There is never more than one question on its way.
 * Of one graph it keeps what it was told, so that only what is new has to be sent.
 */
export class SnapshotFeed {
  readonly #ports: FeedPorts;
  readonly #listener: FeedListener;
  #isRunning = false;
  /** Takes back what is under way: a question, or the wait for the next. */
  #cancel: () => void = () => {};
  #failures = 0;
  #wish: string | undefined;
  #history: GraphHistory | undefined;

  constructor(ports: FeedPorts, listener: FeedListener) {
    this.#ports = ports;
    this.#listener = listener;
  }

  start(): void {
    if (this.#isRunning) return;
    if (!this.#ports.mayAsk()) {
      // Who may not now may not a second later either.
      this.#listener.fail(FORBIDDEN);
      return;
    }
    this.#isRunning = true;
    this.#failures = 0;
    this.#ask();
  }

  /** At once: an answer that is under way is not waited for. */
  stop(): void {
    this.#isRunning = false;
    this.#cancel();
  }

  /** Shows another graph from now on. */
  choose(graph: string): void {
    this.#wish = graph;
    if (graph === this.#history?.id) return;
    this.#history = new GraphHistory(graph);
    this.askNow();
  }

  /** Does not wait for the next second: something was changed. */
  askNow(): void {
    if (!this.#isRunning) return;
    this.#cancel();
    this.#ask();
  }

  #ask(isAgain = false): void {
    this.#cancel = this.#ports.ask(this.#question(), (answer) => {
      if ('snapshot' in answer) this.#take(answer.snapshot, isAgain);
      else this.#fail(answer.status);
    });
  }

  #question(): Question {
    if (this.#history === undefined) return {};
    const { id, sequence, revision } = this.#history;
    return { graph: id, since: sequence, ...(revision === undefined ? {} : { plan: revision }) };
  }

  /** @param isAgain whether the question followed at once on another, which must not go on for ever */
  #take(snapshot: MonitorSnapshot, isAgain: boolean): void {
    this.#failures = 0;
    const target = this.#target(snapshot);
    const isOther = target !== this.#history?.id;
    if (isOther) this.#history = target === undefined ? undefined : new GraphHistory(target);
    const { graph } = snapshot;
    const history = this.#history;
    if (history !== undefined && graph?.id === history.id && history.take(graph)) {
      const { plan } = history;
      this.#listener.show({ snapshot, shown: history.id, graph: plan === undefined ? graph : { ...graph, plan }, history });
    } else if (!isAgain && (isOther ? target !== undefined : graph !== undefined)) {
      // About another graph, or from the beginning, because what is known here does not go on.
      this.#ask(true);
      return;
    } else {
      this.#listener.show({ snapshot, ...(target === undefined ? {} : { shown: target }) });
    }
    this.#wait(PERIOD);
  }

  /** The graph to be shown: the wish where it is there, else the one shown now where it is there, else any. */
  #target({ graphs, graph }: MonitorSnapshot): string | undefined {
    const shown = this.#history?.id;
    const isThere = (id: string): boolean => graph?.id === id || graphs.some((line) => line.id === id);
    if (this.#wish !== undefined && isThere(this.#wish)) return this.#wish;
    return shown !== undefined && isThere(shown) ? shown : chooseGraph(graphs);
  }

  #fail(status: number): void {
    this.#failures++;
    this.#listener.fail(status);
    this.#wait(Math.min(LONGEST_WAIT, PERIOD * 2 ** this.#failures));
  }

  #wait(delay: number): void {
    this.#cancel = this.#ports.after(delay, () => {
      this.#ask();
    });
  }
}
