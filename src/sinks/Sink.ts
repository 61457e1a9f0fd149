/** One message for a place outside. */
export interface SinkRecord {
  readonly payload: unknown;
  readonly topic: string;
  readonly key: string | number | boolean | null;
  /**
   * Names this message, the same whenever it is sent again, so that whoever receives it twice can tell. Ends in the message's
   * number, from 0, behind a `/`; what is in front of it is the same for all messages of a part of a batch.
   */
  readonly id: string;
  /** How many records of the stream it stands for. */
  readonly count: number;
}

/** What a sink is doing, for the status of its node. */
export interface SinkStatus {
  readonly state: 'connecting' | 'running' | 'waiting' | 'failed';
  /** A few words, shown to the user. Never a secret. */
  readonly text: string;
}

/** Something that went wrong in a sink: what, why, and what to do about it. Never with a secret. */
export interface SinkProblem {
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** Who runs a sink, and wants to know how it fares. */
export interface SinkHost {
  status(status: SinkStatus): void;
  /** Something is wrong with the place itself, and nothing was dropped for it. */
  problem(problem: SinkProblem): void;
}

/** Where a batch comes from, so that a batch of the same time, of another start or of a graph without a log, is told apart. */
export interface BatchOrigin {
  /** Names the start of the graph that wrote the batch down, the same when it comes again; undefined where nobody writes it down. */
  readonly run: string | undefined;
  /**
   * Where the batch comes again after a start: the runs of all batches that do. What was delivered last by any other run is none of
   * these batches. Undefined where it comes for the first time.
   */
  readonly runsAgain?: ReadonlySet<string | undefined> | undefined;
}

/** Told once for each record: it has arrived, or, with a problem, it never will and was dropped. */
export type Settled = (record: SinkRecord, refusal?: SinkProblem) => void;

/** A place outside that records go to. */
export interface Sink {
  start(): void;
  /**
   * Sends records, those of one key in their order, and again for as long as the place cannot take them. Resolves when all
   * are settled, or when the sink is stopped. Never rejects. Not to be called again before that.
   * @param batchTime of the batch that the records are of, ms since the epoch. One batch may come in several parts.
   * @param origin left out for a batch that nobody writes down
   */
  deliver(records: readonly SinkRecord[], settled: Settled, batchTime: number, origin?: BatchOrigin): Promise<void>;
  /** Resolves, in 2 s at most, when everything the sink opened is closed. What is not settled by then stays so. */
  stop(): Promise<void>;
}
