/** A message as a source received it, before it is decoded. */
export interface SourceMessage {
  /** A Buffer where it came from a network, any value where it came over a wire. */
  readonly payload: unknown;
  readonly topic: string;
}

/** What a source is doing, for the status of its node. */
export interface SourceStatus {
  readonly state: 'connecting' | 'running' | 'waiting' | 'failed';
  /** A few words, shown to the user. Never a secret. */
  readonly text: string;
}

/** Something that went wrong in a source: what, why, and what to do about it. */
export interface SourceProblem {
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** What a source may ask of whoever runs it. */
export interface SourceHost {
  /**
   * Hands messages over, in order. Resolved or undefined: they are as safe as this graph makes them and may be
   * acknowledged. A rejection means they are not, and must not be acknowledged.
   */
  store(messages: readonly SourceMessage[]): Promise<void> | undefined;
  status(status: SourceStatus): void;
  problem(problem: SourceProblem): void;
}

/** A place that messages come from by themselves. */
export interface Source {
  start(): void;
  /** Resolves when nothing more will be stored and everything the source opened is closed. */
  stop(): Promise<void>;
}
