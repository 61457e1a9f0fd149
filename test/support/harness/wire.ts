/** What the two halves of the test harness say to each other. */

/** One time that Node-RED said its flows have started. */
export interface StartedEvent {
  /** The revision of the flows that were started. */
  readonly revision: string;
  readonly type: string;
  /** ms since the epoch */
  readonly time: number;
}

/** A message that reached a `test-collector`. */
export interface Collected {
  /** When it arrived: ms since the epoch. */
  readonly time: number;
  readonly message: Record<string, unknown>;
}

export interface TrafficRequest {
  readonly perSecond: number;
  /** Used in turn. */
  readonly topics: readonly string[];
}

/** How long the event loop was held, ms, since the last reset; each figure includes the timer's own interval of 1 ms. */
export interface DelayFigures {
  readonly count: number;
  readonly mean: number;
  readonly median: number;
  readonly percentile99: number;
  readonly max: number;
}

/** What the Node-RED process holds at the moment. */
export interface Figures {
  /** Worker threads that have not ended. */
  readonly workers: number;
  /** How many of each kind of resource keep the process alive: timers, sockets, ... */
  readonly resources: Readonly<Record<string, number>>;
  readonly delay: DelayFigures;
  /** bytes */
  readonly memory: {
    readonly rss: number;
    readonly heapUsed: number;
    readonly external: number;
    readonly arrayBuffers: number;
  };
}

/** What a node shows below itself. */
export interface NodeStatus {
  readonly fill?: string;
  readonly shape?: string;
  readonly text?: string;
}
