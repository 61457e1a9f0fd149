import type { Log } from '../../ports/Log';
import { asError } from '../errors';
import type { StreamingListener } from './StreamingListener';

type Events = { [Name in keyof StreamingListener]-?: Parameters<NonNullable<StreamingListener[Name]>>[0] };

/** Passes events on to all listeners; a listener that throws is reported and harms nobody else. */
export class StreamingListenerBus {
  readonly #listeners = new Set<StreamingListener>();
  readonly #log: Log;
  #posting = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Whether a listener is running right now. */
  get isPosting(): boolean {
    return this.#posting > 0;
  }

  add(listener: StreamingListener): void {
    this.#listeners.add(listener);
  }

  remove(listener: StreamingListener): void {
    this.#listeners.delete(listener);
  }

  post<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    const failed = (thrown: unknown): void => {
      this.#log.error(`A streaming listener failed in ${name}: ${asError(thrown).message}`);
    };
    this.#posting++;
    try {
      for (const listener of [...this.#listeners]) {
        try {
          const result = (listener[name] as ((event: Events[Name]) => unknown) | undefined)?.call(listener, event);
          // Nobody else would catch what an async listener is rejected with.
          if (result instanceof Promise) result.catch(failed);
        } catch (thrown) {
          failed(thrown);
        }
      }
    } finally {
      this.#posting--;
    }
  }
}
