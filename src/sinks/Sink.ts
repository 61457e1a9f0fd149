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
  /**
   * Whether batches that were delivered may be delivered again, with the same times, by a process that comes after this one: the
   * graph keeps a log. Left out, they may.
   */
  readonly repeats?: boolean;
  status(status: SinkStatus): void;
  /** Something is wrong with the place itself, and nothing was dropped for it. */
  problem(problem: SinkProblem): void;
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
   */
  deliver(records: readonly SinkRecord[], settled: Settled, batchTime: number): Promise<void>;
  /** Resolves, in 2 s at most, when everything the sink opened is closed. What is not settled by then stays so. */
  stop(): Promise<void>;
}
