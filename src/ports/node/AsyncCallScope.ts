import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallScope } from '../CallScope';

/** A scope that follows calls through promises and timers, until the work (or the promise that it gave) has ended. */
export class AsyncCallScope implements CallScope {
  readonly #storage = new AsyncLocalStorage<{ isOver: boolean }>();
  #running = 0;

  run<Result>(work: () => Result): Result {
    const call = { isOver: false };
    const over = (): void => {
      call.isOver = true;
      // While it follows calls, every promise of the process costs more.
      if (--this.#running === 0) this.#storage.disable();
    };
    this.#running++;
    let result: Result | undefined;
    try {
      result = this.#storage.run(call, work);
      return result;
    } finally {
      if (result instanceof Promise) result.then(over, over);
      else over();
    }
  }

  get isInside(): boolean {
    return this.#storage.getStore()?.isOver === false;
  }
}
