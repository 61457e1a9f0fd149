import { isProperty } from './keys';
import { isEmpty, readNumber } from './numbers';
import { hasReturn } from './starters';

export const AGGREGATES = [
  'count', 'sum', 'mean', 'min', 'max', 'first', 'last', 'variance', 'stddev', 'sampleVariance', 'sampleStddev', 'percentile',
  'distinct', 'distinctApprox', 'countByValue', 'list', 'topK', 'reduce',
] as const;

/** What the number of an aggregate may be. */
export interface ParameterRule {
  /** Where the field is left empty. */
  readonly otherwise: number;
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

const PARAMETERS: Readonly<Record<string, ParameterRule>> = {
  percentile: { otherwise: 50, least: 0, most: 100, whole: false },
  topK: { otherwise: 10, least: 1, most: 10_000, whole: true },
  list: { otherwise: 1000, least: 1, most: 100_000, whole: true },
};

/** What one row of the list of outputs holds, as it is stored in the flow. */
export interface AggregateRow {
  readonly aggregate: string;
  readonly of: string;
  readonly ofType: string;
  readonly as: string;
  /** The number of an aggregate that takes one; empty for the usual one. */
  readonly parameter?: string;
  /** The user's own function of `a` and `b`, for the aggregate `reduce`. */
  readonly reduce?: string;
  /** What undoes it; empty where there is nothing. */
  readonly inverse?: string;
}

/** Names that every result has anyway, and the one that JavaScript objects keep to themselves. */
export const RESERVED_NAMES: readonly string[] = ['key', 'windowStart', 'windowEnd', 'complete', '__proto__'];

/** What is wrong with a row. Rows count from 1, as users do; `other` is the earlier row with the same name. */
export type RowProblem =
  | { readonly row: number; readonly kind: 'unknown-aggregate' | 'no-value' | 'no-name' | 'reserved-name' }
  | { readonly row: number; readonly kind: 'no-reduce' | 'no-return' | 'no-inverse-return' }
  | { readonly row: number; readonly kind: 'parameter'; readonly rule: ParameterRule }
  | { readonly row: number; readonly kind: 'same-name'; readonly other: number };

/** Whether the aggregate looks at a value at all; count takes every record. */
export function needsValue(aggregate: string): boolean {
  return aggregate !== 'count';
}

/** What the number of an aggregate may be; undefined for those that take none. */
export function parameterRule(aggregate: string): ParameterRule | undefined {
  return Object.hasOwn(PARAMETERS, aggregate) ? PARAMETERS[aggregate] : undefined;
}

/** A row with only those of its fields that its aggregate uses. */
export function tidyRow({ aggregate, of, ofType, as, parameter = '', reduce = '', inverse = '' }: AggregateRow): AggregateRow {
  return {
    aggregate,
    of,
    ofType,
    as,
    ...(parameterRule(aggregate) === undefined ? {} : { parameter }),
    ...(aggregate === 'reduce' ? { reduce, inverse } : {}),
  };
}

/** The output name for a new aggregate: its own name, with a number behind when that is taken. */
export function suggestName(aggregate: string, taken: readonly string[]): string {
  let name = aggregate;
  for (let number = 2; taken.includes(name); number += 1) {
    name = `${aggregate}${number}`;
  }
  return name;
}

/** Whether an output name is one that `suggestName` gave, so that it may go on following the aggregate. */
export function followsAggregate(aggregate: string, name: string): boolean {
  return name === '' || (name.startsWith(aggregate) && /^\d*$/.test(name.slice(aggregate.length)));
}

/** Every problem of the list, in the order of its rows. */
export function checkRows(rows: readonly AggregateRow[]): RowProblem[] {
  const problems: RowProblem[] = [];
  const firstRowOf = new Map<string, number>();
  rows.forEach((stored, index) => {
    const row = index + 1;
    const name = stored.as.trim();
    if (!(AGGREGATES as readonly string[]).includes(stored.aggregate)) {
      problems.push({ row, kind: 'unknown-aggregate' });
    } else if (needsValue(stored.aggregate) && !isValue(stored)) {
      problems.push({ row, kind: 'no-value' });
    }
    problems.push(...checkDetails(stored, row));
    const other = firstRowOf.get(name);
    if (name === '') {
      problems.push({ row, kind: 'no-name' });
    } else if (RESERVED_NAMES.includes(name)) {
      problems.push({ row, kind: 'reserved-name' });
    } else if (other !== undefined) {
      problems.push({ row, kind: 'same-name', other });
    } else {
      firstRowOf.set(name, row);
    }
  });
  return problems;
}

function checkDetails({ aggregate, parameter = '', reduce = '', inverse = '' }: AggregateRow, row: number): RowProblem[] {
  const rule = parameterRule(aggregate);
  if (rule !== undefined && !isEmpty(parameter)) {
    const number = readNumber(parameter);
    const inRange = number !== undefined && number >= rule.least && number <= rule.most;
    const keeps = inRange && (!rule.whole || Number.isInteger(number));
    return keeps ? [] : [{ row, kind: 'parameter', rule }];
  }
  if (aggregate !== 'reduce') {
    return [];
  }
  const problems: RowProblem[] = [];
  if (reduce.trim() === '') {
    problems.push({ row, kind: 'no-reduce' });
  } else if (!hasReturn(reduce)) {
    problems.push({ row, kind: 'no-return' });
  }
  if (inverse.trim() !== '' && !hasReturn(inverse)) {
    problems.push({ row, kind: 'no-inverse-return' });
  }
  return problems;
}

function isValue(row: AggregateRow): boolean {
  return row.ofType === 'jsonata' ? row.of.trim() !== '' : isProperty(row.of);
}

/** Rows out of whatever an imported flow holds. */
export function readRows(value: unknown): AggregateRow[] {
  if (!Array.isArray(value)) {
    return [];
  }
  return value.map((row: unknown) => ({
    aggregate: text(row, 'aggregate', ''),
    of: text(row, 'of', ''),
    ofType: text(row, 'ofType', 'msg'),
    as: text(row, 'as', ''),
    ...optional(row, 'parameter'),
    ...optional(row, 'reduce'),
    ...optional(row, 'inverse'),
  }));
}

/** A text, or a number as text, where there is one. */
function optional<Name extends string>(row: unknown, property: Name): Partial<Record<Name, string>> {
  const value: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, property) : undefined;
  return typeof value === 'string' || typeof value === 'number' ? { [property]: String(value) } as Record<Name, string> : {};
}

function text(row: unknown, property: string, otherwise: string): string {
  const value: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, property) : undefined;
  return typeof value === 'string' ? value : otherwise;
}
