import type { CallMonitor, MonitoredCall } from '../CallMonitor';

/** ms between two looks. */
const PERIOD = 250;

/** Memory (bytes) that one call may add to the process before it counts as running away. */
const GROWTH_OF_ONE_CALL = 512 * 1024 * 1024;

export interface Alarm {
  /** The call that does not return, or that takes more and more memory. */
  hung(call: MonitoredCall, milliseconds: number): void;
  grown(call: MonitoredCall, bytes: number): void;
}

/**
 * Looks at a thread's user code from outside. A call hangs when the same one has been seen at every look for `limit` ms;
 * looks are counted, not time, so that a process that was asleep itself accuses nobody.
 */
export class Watchdog {
  readonly #monitor: CallMonitor;
  readonly #limit: number;
  readonly #alarm: Alarm;
  readonly #timer: NodeJS.Timeout;
  #seen: { readonly call: MonitoredCall; looks: number; readonly memory: number } | undefined;

  /** @param limit ms that one call may take */
  constructor(monitor: CallMonitor, limit: number, alarm: Alarm) {
    this.#monitor = monitor;
    this.#limit = limit;
    this.#alarm = alarm;
    this.#timer = setInterval(() => {
      this.#look();
    }, PERIOD);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const call = this.#monitor.read();
    const seen = this.#seen;
    if (call === undefined || seen?.call.calls !== call.calls) {
      this.#seen = call === undefined ? undefined : { call, looks: 0, memory: process.memoryUsage.rss() };
      return;
    }
    seen.looks++;
    const milliseconds = seen.looks * PERIOD;
    const growth = process.memoryUsage.rss() - seen.memory;
    if (growth > GROWTH_OF_ONE_CALL) this.#alarm.grown(call, growth);
    else if (milliseconds >= this.#limit) this.#alarm.hung(call, milliseconds);
  }
}
