import type { Clock } from '../ports/Clock';

/** What Node-RED ends on: service managers and containers send the first, Ctrl-C the second. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** ms after a signal in which nodes that are closed are closed for good. Node-RED begins at once. */
const SOON = 10_000;

/** The part of a process that is needed to hear of its end. */
export interface SignalledProcess {
  readonly pid: number;
  prependListener(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  removeListener(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  listenerCount(signal: NodeJS.Signals): number;
  kill(pid: number, signal: NodeJS.Signals): unknown;
}

/**
 * Knows whether nodes are closed because the process is about to end. Node-RED's events do not tell that from a deploy, and it
 * waits for nodes that are being closed, but for nothing afterwards. It changes nothing by itself: what a signal does is the affair
 * of others, and one that does not end the process is forgotten.
 */
export class ProcessEnd {
  readonly #process: SignalledProcess;
  readonly #clock: Clock;
  #signalled = -Infinity;
  #listening = false;

  readonly #heard = (signal: NodeJS.Signals): void => {
    this.#signalled = this.#clock.monotonic();
    if (this.#process.listenerCount(signal) > 1) return;
    // Nobody else listens, and that this one does keeps the process from ending as it would.
    this.forget();
    this.#process.kill(this.#process.pid, signal);
  };

  constructor(process: SignalledProcess, clock: Clock) {
    this.#process = process;
    this.#clock = clock;
  }

  listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    // Before Node-RED's own, which begins to close nodes.
    for (const signal of SIGNALS) this.#process.prependListener(signal, this.#heard);
  }

  forget(): void {
    if (!this.#listening) return;
    this.#listening = false;
    for (const signal of SIGNALS) this.#process.removeListener(signal, this.#heard);
  }

  get isNear(): boolean {
    return this.#clock.monotonic() - this.#signalled < SOON;
  }
}
