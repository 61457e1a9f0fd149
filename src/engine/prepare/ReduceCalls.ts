import type { BuildEnvironment } from '../BuildEnvironment';
import { UserContext } from '../UserContext';
import { functionFailed, placeOf } from './map';
import type { ReduceCaller, SynchronousCode } from './userReduce';

/** How the functions of one operator that combine two values are called, and who hears of their failures. */
export class ReduceCalls implements ReduceCaller {
  readonly #operator: string;
  readonly #environment: BuildEnvironment;
  readonly #place: number;
  /** How much of a record each call is for. */
  readonly #share: number;
  #context: UserContext;

  /** @param functions how many the operator calls for a record */
  constructor(operator: string, environment: BuildEnvironment, functions = 1) {
    this.#share = 1 / functions;
    this.#operator = operator;
    this.#environment = environment;
    this.#place = placeOf(operator, environment);
    this.#context = this.#contextAt(0);
  }

  begin(time: number): void {
    this.#context = this.#contextAt(time);
  }

  /** @param order of the record at hand, or of none */
  call(code: SynchronousCode, values: readonly unknown[], order: number): unknown {
    const { calls } = this.#environment;
    this.#context.order = order;
    calls.enter(this.#place, this.#share);
    try {
      return code.apply(values, this.#context);
    } finally {
      calls.leave();
    }
  }

  /** @param leftOut whether a record was left out for it */
  failed(thrown: unknown, leftOut: boolean): void {
    if (leftOut) this.#environment.figures(this.#operator).failed++;
    this.#environment.failed(this.#operator, 'function-failed', () => functionFailed(this.#operator, thrown));
  }

  #contextAt(time: number): UserContext {
    return new UserContext(time, this.#operator, this.#environment.options.environment, (event) => {
      this.#environment.log(event);
    });
  }
}
