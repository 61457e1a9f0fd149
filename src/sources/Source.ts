/** A message as a source received it, before it is decoded. */
export interface SourceMessage {
  /** A Buffer where it came from a network, any value where it came over a wire. */
  readonly payload: unknown;
  readonly topic: string;
  /** Where the payload is, in a block of bytes that many messages came in: `payload` is made of it when somebody asks. */
  readonly place?: PayloadPlace;
}

/** From `start` to before `end`. */
export interface PayloadPlace {
  readonly block: Buffer;
  readonly start: number;
  readonly end: number;
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

/** What is to be kept together with messages: either both survive or neither. */
export interface StoredWith {
  /** Ids under which their sender may send these messages again, until it is told that they were heard (MQTT QoS 2). */
  readonly packets?: readonly number[];
  /** How far the source has got in each place that it reads from, such as a file; undefined forgets the place. Plain data. */
  readonly marks?: ReadonlyMap<string, unknown>;
}

/** What a source finds where its graph keeps what it received in a log. */
export interface SourceLog {
  /** Whether messages under this id are in the log, and were not released. */
  hasPacket(packet: number): boolean;
  /** Resolves when the log has it that these ids may be used for other messages. */
  releasePackets(packets: readonly number[]): Promise<void>;
  /** The ids that are not released. */
  readonly openPackets: readonly number[];
  /** What was last stored as `marks`, also by an earlier process. */
  readonly marks: ReadonlyMap<string, unknown>;
}

/** What a source may ask of whoever runs it. */
export interface SourceHost {
  /**
   * Hands messages over, in order. Resolved or undefined: they are as safe as this graph makes them and may be
   * acknowledged. A rejection means they are not, and must not be acknowledged. Where there is a log, it is resolved only
   * when they survive what the user asked for, and whoever waits for room has not been forgotten.
   */
  store(messages: readonly SourceMessage[], also?: StoredWith): Promise<void> | undefined;
  /** Absent where the graph keeps what it received in memory alone. */
  readonly log?: SourceLog;
  /** So many messages are lost, because they could not be taken and their sender does not send them again. */
  dropped?(count: number): void;
  /** ms until what was handed over makes a batch: until then nobody misses what was not. Absent, or 0, where nobody knows. */
  untilBatch?(): number;
  status(status: SourceStatus): void;
  problem(problem: SourceProblem): void;
}

/** A place that messages come from by themselves. */
export interface Source {
  start(): void;
  /** Resolves when nothing more will be stored and everything the source opened is closed. */
  stop(): Promise<void>;
}
