import { keyIdentity } from '../../operators/keys';
import { checkIterable } from '../checkIterable';
import { shownKey } from './shownKey';

/** Takes the records of a partition, one by one, in order. */
export type Emit<T> = (record: T) => void;

/** Any function that a step calls, once it no longer matters which. */
export type Called = (...values: unknown[]) => unknown;

/**
 * A kind of step, said twice: as a closure, which works at once, and as the text of such code, for passes that are worth a
 * function of their own (see Pass). Both do the same.
 *
 * `given` is what an RDD gives the step to work with, beside the records: functions stay the same from batch to batch, so what
 * belongs to one batch comes this way.
 */
export interface StepKind {
  /** @param f the step's function, or the first of two; `g` the second */
  closure(given: unknown, next: Emit<unknown>, f: Called, g: Called): Emit<unknown>;
  /** @param next all that comes after this step; it uses `names.result` */
  text(names: StepNames, next: string): string;
}

/** The names of a step's variables. */
export interface StepNames {
  readonly record: string;
  readonly result: string;
  readonly given: string;
  readonly f: string;
  readonly g: string;
}

/** What texts may call beside the functions of their steps. */
export const TEXT_SCOPE = { checkIterable, keyIdentity, shownKey };

type AnyPair = readonly [key: unknown, value: unknown];

export const MAP: StepKind = {
  closure: (_given, next, f) => (record) => {
    next(f(record));
  },
  text: ({ record, result, f }, next) => `{ const ${result} = ${f}(${record}); ${next} }`,
};

export const FILTER: StepKind = {
  closure: (_given, next, f) => (record) => {
    if (f(record)) next(record);
  },
  text: ({ record, result, f }, next) => `if (${f}(${record})) { const ${result} = ${record}; ${next} }`,
};

export const FLAT_MAP: StepKind = {
  closure: (_given, next, f) => (record) => {
    for (const result of checkIterable('flatMap', f(record) as Iterable<unknown>)) next(result);
  },
  text: ({ record, result, f }, next) => `for (const ${result} of checkIterable('flatMap', ${f}(${record}))) { ${next} }`,
};

export const KEY_BY: StepKind = {
  closure: (_given, next, f) => (record) => {
    next([f(record), record]);
  },
  text: ({ record, result, f }, next) => `{ const ${result} = [${f}(${record}), ${record}]; ${next} }`,
};

export const MAP_VALUES: StepKind = {
  closure: (_given, next, f) => (record) => {
    const pair = record as AnyPair;
    next([pair[0], f(pair[1])]);
  },
  text: ({ record, result, f }, next) => `{ const ${result} = [${record}[0], ${f}(${record}[1])]; ${next} }`,
};

export const FLAT_MAP_VALUES: StepKind = {
  closure: (_given, next, f) => (record) => {
    const pair = record as AnyPair;
    for (const value of checkIterable('flatMapValues', f(pair[1]) as Iterable<unknown>)) next([pair[0], value]);
  },
  text: ({ record, result, f }, next) =>
    `for (const value of checkIterable('flatMapValues', ${f}(${record}[1]))) { const ${result} = [${record}[0], value]; ${next} }`,
};

/** A function of ours, which is given something beside the record, and leaves out the record for which it gives undefined. */
export const REFINE: StepKind = {
  closure: (given, next, f) => (record) => {
    const result = f(record, given);
    if (result !== undefined) next(result);
  },
  text: ({ record, result, given, f }, next) =>
    `{ const ${result} = ${f}(${record}, ${given}); if (${result} !== undefined) { ${next} } }`,
};

/** The same with an array of results. */
export const EXPAND: StepKind = {
  closure: (given, next, f) => (record) => {
    for (const result of f(record, given) as readonly unknown[]) next(result);
  },
  text: ({ record, result, given, f }, next) => `for (const ${result} of ${f}(${record}, ${given})) { ${next} }`,
};

/** The end of a pass: each record to the function that is given. */
export const EMIT: StepKind = {
  closure: (given) => given as Emit<unknown>,
  text: ({ record, given }) => `${given}(${record});`,
};

/** The end of a pass: pairs combined by key, in the Map that is given. `f` begins with a value, `g` takes another one in. */
export const COMBINE: StepKind = {
  closure: (given, _next, f, g) => {
    const combined = given as Map<unknown, [key: unknown, combined: unknown]>;
    return (record) => {
      const pair = record as AnyPair;
      const identity = keyIdentity(pair[0]);
      const present = combined.get(identity);
      if (present === undefined) combined.set(identity, [shownKey(pair[0], identity), f(pair[1])]);
      else present[1] = g(present[1], pair[1]);
    };
  },
  text: ({ record, given, f, g }) => `
    const identity = keyIdentity(${record}[0]);
    const present = ${given}.get(identity);
    if (present === undefined) ${given}.set(identity, [shownKey(${record}[0], identity), ${f}(${record}[1])]);
    else present[1] = ${g}(present[1], ${record}[1]);`,
};
