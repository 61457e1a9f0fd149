import { notProven } from './notProven';

/** Deep nesting would overflow the stack; nobody writes it by hand. */
const DEEPEST = 100;

/** How deep a program is nested at the place that is being read. */
export class Depth {
  #depth = 0;

  within<Result>(read: () => Result): Result {
    if (++this.#depth > DEEPEST) notProven();
    const result = read();
    this.#depth--;
    return result;
  }
}
