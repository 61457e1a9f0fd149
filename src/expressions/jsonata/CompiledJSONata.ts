import { asExpressionError } from './asExpressionError';
import type { CompiledExpression } from './compileJSONata';

/** A JSONata expression that was compiled: called with one record after the other, it gives its value at once. */
export class CompiledJSONata {
  readonly kind = 'synchronous';
  /** JSONata never writes; but an expression like `$` hands the record on, which must be a copy of its own then. */
  readonly neverWrites: boolean;
  readonly givesPayloads = true;
  readonly #source: string;
  readonly #evaluate: (record: unknown) => unknown;

  constructor(source: string, { evaluate, givesRecord }: CompiledExpression) {
    this.#source = source;
    this.#evaluate = evaluate;
    this.neverWrites = !givesRecord;
  }

  /**
   * @returns the value, which may share objects with the record; undefined where the expression finds nothing
   * @throws ExpressionError, with the line, where the expression fails for this record
   */
  call(record: unknown): unknown {
    const evaluate = this.#evaluate;
    let value: unknown;
    try {
      value = evaluate(record);
    } catch (error) {
      throw asExpressionError(error, this.#source, 'The expression failed');
    }
    if (typeof value === 'function') throw asExpressionError(new Error('its result is a function'), this.#source, 'The expression failed');
    return value;
  }

  /** The root of an expression is its first value, however many there are. */
  apply(values: readonly unknown[]): unknown {
    return this.call(values[0]);
  }
}
