import type { QueryEvents } from './Engine';

type Listener<Name extends keyof QueryEvents> = (...args: QueryEvents[Name]) => unknown;

/** The listeners of a query. Outputs can be held back for a while; they then come in their order. */
export class QueryEmitter {
  readonly #listeners: { [Name in keyof QueryEvents]: Listener<Name>[] } = {
    batch: [], output: [], problem: [], progress: [], log: [], samples: [], described: [], interrupted: [], failed: [],
  };
  readonly #held: QueryEvents['output'][] = [];
  #paused = false;

  on<Name extends keyof QueryEvents>(name: Name, listener: Listener<Name>): void {
    this.#listeners[name].push(listener);
  }

  emit<Name extends keyof QueryEvents>(name: Name, ...args: QueryEvents[Name]): void {
    for (const listener of this.#listeners[name]) listener(...args);
  }

  /**
   * @returns resolves when everybody has taken the output; undefined where that is so already, and while outputs are held back:
   *   a batch must not wait for the end of a deploy that waits for the batch
   */
  output(...args: QueryEvents['output']): Promise<unknown> | undefined {
    if (this.#paused) {
      this.#held.push(args);
      return undefined;
    }
    const waits = this.#listeners.output.map((listener) => listener(...args)).filter((taken) => taken instanceof Promise);
    return waits.length === 0 ? undefined : Promise.all(waits);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    for (let args = this.#held.shift(); args !== undefined; args = this.#held.shift()) this.emit('output', ...args);
  }

  /** Nothing is told any more. */
  silence(): void {
    this.#held.length = 0;
    for (const listeners of Object.values(this.#listeners)) listeners.length = 0;
  }
}
