import { ExpressionError } from './ExpressionError';

const STATE = 'Keep running values with a state or a reduceByKey node, or in an ordinary function node behind the sink.';
const LATER = 'Do what needs time in an ordinary node behind the sink.';
const INPUT = 'Put the value into the message before it reaches the receiver, or use ctx.env(name).';

/** What users of function nodes reach for, and what to do instead here. */
const INSTEAD: Readonly<Record<string, string>> = {
  flow: STATE,
  global: STATE,
  context: STATE,
  node: 'Write a line with ctx.log(text) or ctx.warn(text); send messages with a sink node behind this one.',
  send: 'Return the value; for several records choose the mode flatMap and return an array. A sink node sends them on.',
  done: 'Nothing needs to be called: a record is done when the function returns.',
  RED: INPUT,
  env: 'Use ctx.env(name).',
  require: 'Use what JavaScript itself offers, or an ordinary function node in front of the receiver.',
  module: 'Use what JavaScript itself offers, or an ordinary function node in front of the receiver.',
  process: 'Use ctx.env(name) for environment variables.',
  console: 'Use ctx.log(text) or ctx.warn(text).',
  fetch: LATER,
  setTimeout: LATER,
  setInterval: LATER,
  setImmediate: LATER,
  queueMicrotask: LATER,
};

export const OUTSIDE_NAMES: readonly string[] = Object.keys(INSTEAD);

/** Stands for a name that is not there: whatever is done with it, the error says what to do instead. */
function outside(name: string, fix: string, inScope: string): unknown {
  const refuse = (): never => {
    throw new ExpressionError(
      `"${name}" cannot be used here.`,
      `This function may run in another thread and again for the same record, so it sees only ${inScope}.`,
      fix,
    );
  };
  // A function that may be called with `new`, so that both kinds of call end in the error.
  const target = function (): void {
    refuse();
  };
  return new Proxy(target, {
    get: refuse,
    set: refuse,
    has: refuse,
    apply: refuse,
    construct: refuse,
    deleteProperty: refuse,
    ownKeys: refuse,
    getOwnPropertyDescriptor: refuse,
    defineProperty: refuse,
    getPrototypeOf: refuse,
    setPrototypeOf: refuse,
  });
}

/**
 * The values that the names are bound to, in the order of `OUTSIDE_NAMES`.
 * @param inScope the names that the function does see
 */
export function outsideValues(inScope: readonly string[]): readonly unknown[] {
  const names = `${inScope.slice(0, -1).join(', ')} and ${inScope.at(-1) ?? ''}`;
  return Object.entries(INSTEAD).map(([name, fix]) => outside(name, fix, names));
}
