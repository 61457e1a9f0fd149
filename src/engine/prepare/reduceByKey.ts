import { type Aggregate } from '../../operators/aggregates/Aggregate';
import { aggregateNamed } from '../../operators/aggregates';
import { type CompiledCode, compileProperty } from '../../expressions';
import { aggregateFingerprint } from '../../plan/fingerprint';
import { canonicalText } from '../../operators/keys';
import type { ReduceByKeyOperator, ValueSource } from '../../plan/Plan';
import type { DStream } from '../../streaming/dstream/DStream';
import { StatefulDStream } from '../../streaming/dstream/StatefulDStream';
import type { BuildEnvironment, BuiltStream, PreparedOperator } from '../BuildEnvironment';
import { type DataRecord, ORDER } from '../DataRecord';
import type { RunOptions } from '../Engine';
import { asProblem, EngineProblem } from '../EngineProblem';
import { recordKey } from '../recordKey';
import { UserContext } from '../UserContext';
import { KeyedWindowState, type Column, type KeyedInput, type Span } from './KeyedWindowState';
import { compileFor, evaluateWatched, functionFailed, messageOf, placeOf } from './map';

/** The window that feeds a reduceByKey straight away, drawn as a node of its own and computed here, from partials of each batch. */
export interface DrawnWindow {
  readonly id: string;
  readonly length: number;
  readonly slide: number;
}

/** Takes one value from a record. */
type Reader = { readonly get: (record: DataRecord) => unknown } | { readonly code: CompiledCode };

/** Aggregates by key: over the batch, or over the window in front of it. */
export function prepareReduceByKey(
  operator: ReduceByKeyOperator,
  options: RunOptions,
  window: DrawnWindow | undefined,
): PreparedOperator {
  const { key, aggregates, emit, emitLeaving } = operator.parameters;
  const keyReader = prepareReader(operator.id, key, options);
  const readers = aggregates.map(({ of }) => prepareReader(operator.id, of, options));
  const columns: Column[] = aggregates.map((parameters) => ({
    name: parameters.as,
    fingerprint: aggregateFingerprint(parameters),
    aggregate: knownAggregate(operator.id, parameters.aggregate),
  }));

  return (input, environment) => {
    if (input === undefined) return undefined;
    const figures = environment.figures(operator.id);
    const span: Span = window ?? { length: input.stream.slideDuration, slide: input.stream.slideDuration };
    // What the panes hold depends on the key, the window and the batches, not on what is done with the results.
    const fingerprint = canonicalText([key, span.length, span.slide, environment.plan.batchInterval]);
    const state = environment.state(operator.id, fingerprint, () => new KeyedWindowState(span, input.stream.slideDuration));
    state.configure({
      columns,
      emitsAll: emit === 'all',
      emitsLeaving: emitLeaving,
      figures,
      shownLength: window === undefined ? input.span : window.length,
      completeSince: input.completeSince,
    });
    return {
      stream: new StatefulDStream(readAll(input, keyReader, readers, operator.id, environment), state, span.slide),
      span: span.length,
      completeSince: input.completeSince,
    };
  };
}

function knownAggregate(operator: string, name: string): Aggregate {
  try {
    return aggregateNamed(name);
  } catch (thrown) {
    throw new EngineProblem(asProblem(thrown, operator, 'aggregate-unknown', 'Choose one of the aggregates that the dialog offers.'));
  }
}

function prepareReader(operator: string, source: ValueSource, options: RunOptions): Reader {
  switch (source.from) {
    case 'key':
      return { get: (record) => record.key };
    case 'property':
      try {
        return { get: compileProperty(source.property) };
      } catch (thrown) {
        throw new EngineProblem(asProblem(thrown, operator, 'property-invalid', 'Correct the property, for example payload.value.'));
      }
    case 'code':
      return { code: compileFor(operator, source.code, options) };
  }
}

/** The stream with the key and the values of each record read from it. */
function readAll(
  input: BuiltStream,
  key: Reader,
  values: readonly Reader[],
  operator: string,
  environment: BuildEnvironment,
): DStream<KeyedInput> {
  if ('get' in key && values.every((reader) => 'get' in reader)) {
    const getKey = key.get;
    const getters = values.map((reader) => (reader as { get: (record: DataRecord) => unknown }).get);
    return input.stream.map((record) => ({
      key: recordKey(getKey(record)),
      values: getters.map((get) => get(record)),
      order: record[ORDER],
    }));
  }
  return input.stream.transform((rdd, time) =>
    rdd.mapPartitionsAwaiting<KeyedInput>(async (records) => {
      const context = new UserContext(time, operator, environment.options.environment, (event) => {
        environment.log(event);
      });
      const read = (reader: Reader): Promise<Read[]> => readColumn(reader, records, context, operator, environment);
      const keys = await read(key);
      const columns: Read[][] = [];
      for (const reader of values) columns.push(await read(reader));
      const inputs: KeyedInput[] = [];
      records.forEach((record, index) => {
        const cells = [keys[index], ...columns.map((column) => column[index])];
        const failure = cells.find((cell) => cell !== undefined && 'error' in cell);
        if (failure !== undefined && 'error' in failure) {
          environment.figures(operator).failed++;
          environment.failed(operator, () => functionFailed(operator, failure.error));
          return;
        }
        const [keyValue, ...columnValues] = cells.map((cell) => (cell !== undefined && 'value' in cell ? cell.value : undefined));
        inputs.push({ key: recordKey(keyValue), values: columnValues, order: record[ORDER] });
      });
      return inputs;
    }),
  );
}

type Read = { readonly value: unknown } | { readonly error: unknown };

async function readColumn(
  reader: Reader,
  records: readonly DataRecord[],
  context: UserContext,
  operator: string,
  environment: BuildEnvironment,
): Promise<Read[]> {
  if ('get' in reader) return records.map((record) => ({ value: reader.get(record) }));
  const { code } = reader;
  if (code.kind === 'asynchronous') {
    const evaluations = await evaluateWatched(code, records, context, operator, environment);
    return evaluations.map((evaluation) => (evaluation.ok ? { value: evaluation.value } : { error: evaluation.error }));
  }
  return records.map((record) => {
    context.order = record[ORDER];
    try {
      environment.calls.enter(placeOf(operator, environment));
      return { value: code.call(code.neverWrites ? record : messageOf(record), context) };
    } catch (thrown) {
      return { error: thrown };
    } finally {
      environment.calls.leave();
    }
  });
}
