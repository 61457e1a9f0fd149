import { NOT_PROVEN } from './neverWrites/notProven';
import { Statements } from './neverWrites/Statements';

/**
 * A proof, or none, that a function body never writes to its parameters (`msg`, if nothing else is said) nor to anything
 * reachable from them.
 *
 * The body is parsed by a grammar that contains only what cannot write: reads, operators, pure functions of the language,
 * new objects and arrays, local variables, branches and loops. Anything else, and anything that is not understood, ends
 * the attempt with false. Variables are of three kinds. `own`: everything ever assigned is an object or array made in this
 * body, and only the direct properties of those may be written. `number`: never anything but a number. Everything else is
 * read-only, wherever it came from, so that giving a part of the record another name proves nothing away.
 * No built-in method can be had as a value (`msg.list.push`, `msg[name]`), else it could come back under a harmless name.
 *
 * It is a proof for data: payloads without getters and without methods of their own, which is what records hold.
 */
export function neverWrites(source: string, parameters: readonly string[] = ['msg']): boolean {
  /** Variables that begin as a number and are something else later; each attempt may find another one. */
  const notNumbers = new Set<string>();
  for (;;) {
    const known = notNumbers.size;
    try {
      new Statements(source, parameters, notNumbers).all();
      return true;
    } catch (error) {
      if (error !== NOT_PROVEN) throw error;
      if (notNumbers.size === known) return false;
    }
  }
}
