/** Where the words of a monitor lie. */
const CHANNEL = 0;
const OPERATOR = 1;
const CALLS = 2;
const LAST_CHANNEL = 3;

/** How many 32-bit words a monitor has. */
const WORDS = 4;

/** What a monitor said when it was read. */
export interface MonitoredCall {
  /** The graph that is inside user code, among those of its thread. */
  readonly channel: number;
  /** The operator's place in its plan. */
  readonly operator: number;
  /** How many calls there have been; the same number twice means the same call. */
  readonly calls: number;
}

/**
 * Says which user code is running, in memory that another thread can read while this one never returns.
 * Written before and after every call, so it is plain stores into shared words and nothing else.
 */
export class CallMonitor {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  enter(channel: number, operator: number): void {
    const words = this.#words;
    words[OPERATOR] = operator;
    words[CALLS] = ((words[CALLS] ?? 0) + 1) | 0;
    words[CHANNEL] = channel + 1;
    words[LAST_CHANNEL] = channel;
  }

  /** The call that runs, or ran last: where to look for what went on in the background. */
  get last(): { readonly channel: number; readonly operator: number } {
    return { channel: this.#words[LAST_CHANNEL] ?? 0, operator: this.#words[OPERATOR] ?? 0 };
  }

  leave(): void {
    this.#words[CHANNEL] = 0;
  }

  /** The call that runs at this moment; undefined when no user code runs. */
  read(): MonitoredCall | undefined {
    const words = this.#words;
    const channel = Atomics.load(words, CHANNEL);
    if (channel === 0) return undefined;
    return { channel: channel - 1, operator: Atomics.load(words, OPERATOR), calls: Atomics.load(words, CALLS) };
  }
}
