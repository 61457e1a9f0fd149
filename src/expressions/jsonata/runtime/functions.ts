import * as collections from './collections';
import * as numbers from './numbers';
import * as texts from './texts';

/** JSONata's functions that compiled expressions call. Each is called with the position of the call, then its arguments. */
const { shortSplit, shortSubstring, ...ofTexts } = texts;
export const FUNCTIONS = { ...collections, ...numbers, ...ofTexts };

/** What is called instead where there are two arguments: these get the context before them. */
export const SHORT_FORMS: ReadonlyMap<string, unknown> = new Map<string, unknown>([['split', shortSplit], ['substring', shortSubstring]]);

/** How many arguments a call may have. Calls with fewer take something from the context, and are left to the interpreter. */
interface Arity {
  readonly least: number;
  readonly most: number;
}

const ONE: Arity = { least: 1, most: 1 };
const TWO: Arity = { least: 2, most: 2 };
const OTHERS: Readonly<Partial<Record<keyof typeof FUNCTIONS, Arity>>> = {
  append: TWO,
  contains: TWO,
  join: { least: 1, most: 2 },
  lookup: TWO,
  power: TWO,
  round: { least: 1, most: 2 },
  split: { least: 2, most: 3 },
  substring: { least: 2, most: 3 },
  substringAfter: TWO,
  substringBefore: TWO,
};

export const ARITIES: ReadonlyMap<string, Arity> = new Map(
  Object.keys(FUNCTIONS).map((name): [string, Arity] => [name, OTHERS[name as keyof typeof FUNCTIONS] ?? ONE]),
);
