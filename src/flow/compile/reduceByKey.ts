import { AGGREGATE_NAMES, AGGREGATE_PARAMETERS, keepsTo, parameterText, RESERVED_OUTPUT_NAMES } from '../../plan/names';
import type { AggregateParameters, Code, ReduceByKeyOperator, ValueSource } from '../../plan/Plan';
import { problems } from '../problems';
import { PropertyReader, propertyPath, WHOLE_FROM_1 } from './PropertyReader';

export function reduceByKeyParameters(reader: PropertyReader): ReduceByKeyOperator['parameters'] {
  return {
    key: key(reader),
    aggregates: aggregates(reader),
    emit: reader.choice('emit', ['all', 'changed']),
    emitLeaving: reader.flag('emitLeaving'),
    keyLimit: reader.number('keyLimit', 1_000_000, WHOLE_FROM_1),
  };
}

export function key(reader: PropertyReader): ValueSource {
  const type = reader.choice('keyType', ['key', 'msg', 'jsonata']);
  return type === 'key' ? { from: 'key' } : value(reader, 'key', type, 'the key');
}

function value(reader: PropertyReader, name: string, type: 'msg' | 'jsonata', what: string): ValueSource {
  const text = type === 'msg' ? propertyPath(reader.text(name)) : reader.text(name);
  if (text.trim() === '') reader.problems.push(problems.expressionMissing(reader.id, what));
  return type === 'msg' ? { from: 'property', property: text } : { from: 'code', code: { lang: 'jsonata', source: text } };
}

function aggregates(reader: PropertyReader): AggregateParameters[] {
  const rows = reader.properties.aggregates ?? [{ aggregate: 'mean', of: 'payload', ofType: 'msg', as: 'mean' }];
  if (!Array.isArray(rows) || rows.length === 0) {
    reader.problems.push(problems.noAggregates(reader.id));
    return [];
  }
  const names = new Set<string>();
  return rows.map((row: unknown) => {
    const fields = new PropertyReader(reader.id, typeof row === 'object' && row !== null ? { ...row } : {});
    const output = aggregate(fields, names);
    reader.problems.push(...fields.problems);
    return output;
  });
}

function aggregate(fields: PropertyReader, names: Set<string>): AggregateParameters {
  const { id, problems: found } = fields;
  const name = fields.text('aggregate');
  const as = fields.text('as').trim();
  if (!AGGREGATE_NAMES.includes(name)) found.push(problems.unknownAggregate(id, name, AGGREGATE_NAMES));
  if (as === '') found.push(problems.outputNameMissing(id, name));
  else if (RESERVED_OUTPUT_NAMES.includes(as)) found.push(problems.outputNameReserved(id, as, RESERVED_OUTPUT_NAMES));
  else if (names.has(as)) found.push(problems.outputNameTwice(id, as));
  names.add(as);
  const type = fields.choice('ofType', ['msg', 'jsonata']);
  // A count counts records: what it is taken of may stay empty.
  if (name === 'count' && fields.text('of').trim() === '') return { aggregate: name, of: { from: 'key' }, as };
  const of = value(fields, 'of', type, `the value of ${as === '' ? name : as}`);
  if (name === 'reduce') return { aggregate: name, of, as, ...functions(fields, as) };
  const parameter = AGGREGATE_PARAMETERS.get(name);
  if (parameter === undefined) return { aggregate: name, of, as };
  const rule = { expected: parameterText(parameter), accepts: (number: number): boolean => keepsTo(parameter, number) };
  return { aggregate: name, of, as, parameter: fields.optionalNumber('parameter', rule) ?? parameter.otherwise };
}

/** Whether the functions can be understood is for the engine to say; here the one that is needed must only be there. */
function functions(fields: PropertyReader, as: string): { reduce: Code; inverse?: Code } {
  const reduce = fields.text('reduce');
  const inverse = fields.text('inverse');
  if (reduce.trim() === '') fields.problems.push(problems.reduceMissing(fields.id, as));
  return {
    reduce: { lang: 'javascript', source: reduce },
    ...(inverse.trim() === '' ? {} : { inverse: { lang: 'javascript', source: inverse } }),
  };
}
