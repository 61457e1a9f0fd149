import { compileProperty } from '../../../src/expressions/property';
import { checkRows, needsValue, type AggregateRow } from '../../shared/editor/aggregates';
import { isProperty } from '../../shared/editor/keys';
import { readNumber } from '../../shared/editor/numbers';
import { jsonataCode } from '../../shared/editor/preview/jsonata';
import type { PreviewAggregate, PreviewRecord, PreviewValue, PreviewWork } from '../../shared/editor/preview/messages';

/** What the dialog says is to be done with the records; undefined while it is not complete. */
export function reduceWork(keyType: string, key: string, rows: readonly AggregateRow[]): PreviewWork | undefined {
  const keyValue: PreviewValue | undefined = keyType === 'key' ? { from: 'key' } : valueOf(keyType, key);
  if (keyValue === undefined || rows.length === 0 || checkRows(rows).length > 0) return undefined;
  const aggregates: PreviewAggregate[] = [];
  for (const { aggregate, of, ofType, as, parameter, reduce } of rows) {
    const value: PreviewValue | undefined = needsValue(aggregate) ? valueOf(ofType, of) : { from: 'key' };
    if (value === undefined) return undefined;
    const number = readNumber(parameter);
    const own = reduce === undefined ? {} : { reduce };
    aggregates.push({ aggregate, of: value, as: as.trim(), ...(number === undefined ? {} : { parameter: number }), ...own });
  }
  return { kind: 'reduceByKey', key: keyValue, aggregates };
}

function valueOf(type: string, text: string): PreviewValue | undefined {
  if (type === 'jsonata') return text.trim() === '' ? undefined : { from: 'code', code: jsonataCode(text) };
  return isProperty(text) ? { from: 'property', property: text.trim() } : undefined;
}

/** The values that functions of the user's combine, out of some records, as far as they are plain properties. */
export function valuesToReduce(rows: readonly AggregateRow[], records: readonly PreviewRecord[]): readonly unknown[] {
  const own = rows.filter(({ aggregate }) => aggregate === 'reduce');
  // Of the value of an expression nothing is known here, and so nothing of what is combined.
  if (own.some(({ ofType, of }) => ofType !== 'msg' || !isProperty(of))) return [];
  return own.flatMap(({ of }) => records.map(compileProperty(of.trim()))).filter((value) => value !== undefined && value !== null);
}
