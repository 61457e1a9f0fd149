import { UnsendableError } from '../encode';
import { jsonLine } from './lines';

/** The column of payloads that have no properties. */
const LONE_COLUMN = 'payload';

/** The properties that a payload has columns for; one without properties, such as a number or an array, has the column `payload`. */
export function columnsOf(payload: unknown): string[] {
  return isRow(payload) ? Object.keys(payload) : [LONE_COLUMN];
}

/**
 * A row of RFC 4180, without its end: a value is put in quotes where it has quotes, commas, line ends, or blanks around it in it.
 * Missing values and null are empty, dates are written as ISO 8601, everything else that is not a plain value as JSON. Values stay
 * what they are: one that begins with `=` or `@` is a formula for a spreadsheet that is not told to take it as text.
 * @throws UnsendableError for what cannot be written
 */
export function csvRow(payload: unknown, columns: readonly string[]): string {
  if (payload === undefined || typeof payload === 'function' || typeof payload === 'symbol') {
    throw new UnsendableError(payload === undefined ? 'There is no payload.' : `A ${typeof payload} has no columns.`);
  }
  const row: Readonly<Record<string, unknown>> = isRow(payload) ? payload : { [LONE_COLUMN]: payload };
  return joined(columns.map((column) => (Object.hasOwn(row, column) ? valueText(row[column]) : '')));
}

/** The first line of a file, which names the columns. */
export function csvHeader(columns: readonly string[]): string {
  return joined(columns);
}

function joined(values: readonly string[]): string {
  const row = values.map(quotedWhereNeeded).join(',');
  // One empty value alone would be an empty line, which readers take for no row at all.
  return row === '' ? '""' : row;
}

function quotedWhereNeeded(value: string): string {
  return /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function valueText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return '';
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
      return jsonLine(value);
    default:
      return '';
  }
}

function isRow(payload: unknown): payload is Readonly<Record<string, unknown>> {
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload) && !ArrayBuffer.isView(payload) && !(payload instanceof Date);
}
