import type { AnyStep } from './Pass';
import { type StepNames, TEXT_SCOPE } from './stepKinds';

/** Sends records through all steps of a pass, one record after the other. @param givens for each step what it is given */
export type PassFunction = (records: readonly unknown[], givens: readonly unknown[]) => void;

/** How many functions have been made. */
let made = 0;

/**
 * A function that does what the closures of the steps do, as one loop.
 *
 * Its text is put together from the texts of `stepKinds` and numbers, and from nothing else: neither records nor the source of
 * anybody's functions ever become a part of it; those are handed to it as values.
 * @param steps the last one first
 * @returns null where the process forbids that texts become code (`--disallow-code-generation-from-strings`)
 */
export function compilePass(steps: readonly AnyStep[]): PassFunction | null {
  const functions = steps.flatMap(({ f, g }) => [f, g]);
  try {
    const make = new Function(...Object.keys(TEXT_SCOPE), 'functions', textOf(steps)) as (...scope: unknown[]) => PassFunction;
    return make(...Object.values(TEXT_SCOPE), functions);
  } catch (thrown) {
    if (thrown instanceof EvalError) return null;
    throw thrown;
  }
}

/** The last step has number 0, and the records that come to it have number 1: they are the results of the step before it. */
function textOf(steps: readonly AnyStep[]): string {
  const names = steps.map((_, index): StepNames => ({
    record: `record${String(index + 1)}`,
    result: `record${String(index)}`,
    given: `given${String(index)}`,
    f: `f${String(index)}`,
    g: `g${String(index)}`,
  }));
  const functions = names.map(({ f, g }, index) => `const ${f} = functions[${String(2 * index)}], ${g} = functions[${String(2 * index + 1)}];`);
  const givens = names.map(({ given }, index) => `const ${given} = givens[${String(index)}];`);
  const body = names.reduce((next, own, index) => steps[index]?.kind.text(own, next) ?? next, '');
  // Each text is another one: V8 takes functions of the same text for one function, and would mix up what it learns of them.
  return `'use strict'; // Pass ${String(made++)}
    ${functions.join('\n')}
    return (records, givens) => {
      ${givens.join('\n')}
      for (const record${String(steps.length)} of records) {
        ${body}
      }
    };`;
}
