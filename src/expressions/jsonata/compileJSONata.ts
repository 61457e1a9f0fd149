import { compileFunction } from 'node:vm';
import { Generator } from './Generator';
import { readSyntax } from './readSyntax';
import { RUNTIME } from './runtime';
import { NotCompiled } from './Syntax';

/** An expression as a function. */
export interface CompiledExpression {
  /**
   * @returns its value, undefined for none; it may share objects with the record
   * @throws JSONataError, or RangeError for data that is nested too deep
   */
  readonly evaluate: (record: unknown) => unknown;
  /** Whether the record itself may become a part of the value, and must be a copy then. */
  readonly givesRecord: boolean;
}

/** Why an expression is left to JSONata's interpreter. */
export interface LeftToInterpreter {
  /** What it uses that is not compiled, in the user's words: `$map()`. */
  readonly because: string;
}

/**
 * Compiles an expression to JavaScript that gives, for any record, the value or the error that JSONata's interpreter gives.
 * Where it cannot, the whole expression is left to the interpreter.
 * @param ast the tree that JSONata's own parser made of it
 * @param isWrapped whether the expression says `msg`, and so finds the record under that name only
 */
export function compileJSONata(ast: unknown, isWrapped: boolean): CompiledExpression | LeftToInterpreter {
  try {
    const { source, givesRecord } = new Generator(isWrapped).generate(readSyntax(ast), Object.keys(RUNTIME));
    const make = compileFunction(source, ['runtime']) as (runtime: typeof RUNTIME) => CompiledExpression['evaluate'];
    return { evaluate: make(RUNTIME), givesRecord };
  } catch (thrown) {
    if (thrown instanceof NotCompiled) return { because: thrown.what };
    throw thrown;
  }
}
