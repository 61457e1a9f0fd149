import { isProperty } from './keys';

export const AGGREGATES = ['count', 'sum', 'mean', 'min', 'max', 'first', 'last'] as const;

/** What one row of the list of outputs holds, as it is stored in the flow. */
export interface AggregateRow {
  readonly aggregate: string;
  readonly of: string;
  readonly ofType: string;
  readonly as: string;
}

/** Names that every result has anyway, and the one that JavaScript objects keep to themselves. */
export const RESERVED_NAMES: readonly string[] = ['key', 'windowStart', 'windowEnd', 'complete', '__proto__'];

/** What is wrong with a row. Rows count from 1, as users do; `other` is the earlier row with the same name. */
export type RowProblem =
  | { readonly row: number; readonly kind: 'unknown-aggregate' | 'no-value' | 'no-name' | 'reserved-name' }
  | { readonly row: number; readonly kind: 'same-name'; readonly other: number };

/** Whether the aggregate looks at a value at all; count takes every record. */
export function needsValue(aggregate: string): boolean {
  return aggregate !== 'count';
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
  }));
}

function text(row: unknown, property: string, otherwise: string): string {
  const value: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, property) : undefined;
  return typeof value === 'string' ? value : otherwise;
}
