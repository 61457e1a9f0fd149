import { type Aggregate } from '../../operators/aggregates/Aggregate';
import { aggregateNamed } from '../../operators/aggregates';
import type { CompiledCode } from '../../expressions';
import { aggregateFingerprint } from '../../plan/fingerprint';
import { canonicalText } from '../../operators/keys';
import type { AggregateParameters, Code, ReduceByKeyOperator, ValueSource } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import type { DStream } from '../../streaming/dstream/DStream';
import { StatefulDStream } from '../../streaming/dstream/StatefulDStream';
import { NarrowRDD } from '../../streaming/rdd/NarrowRDD';
import { refining } from '../../streaming/rdd/Step';
import type { BuildEnvironment, BuiltStream, PreparedOperator } from '../BuildEnvironment';
import { type DataRecord, ORDER } from '../DataRecord';
import type { RunOptions } from '../Engine';
import { asProblem, EngineProblem } from '../EngineProblem';
import { recordKey } from '../recordKey';
import { UserContext } from '../UserContext';
import { KeyedWindowState, type Column, type KeyedInput, type ReadRecord, type Span } from './KeyedWindowState';
import { compileFor, evaluateWatched, functionFailed, messageOf, placeOf, sayInterpreted } from './map';
import { propertyFor } from './propertyFor';
import { ReduceCalls } from './ReduceCalls';
import { type SynchronousCode, userReduce } from './userReduce';

/** The window that feeds a reduceByKey straight away, drawn as a node of its own and computed here, from partials of each batch. */
export interface DrawnWindow {
  readonly id: string;
  readonly length: number;
  readonly slide: number;
  /** Whether the records that go into the window are counted here: it has no stream of its own, and only one reader is to count. */
  readonly isCountedHere: boolean;
}

/** Takes one value from a record. */
type Reader = { readonly get: (record: DataRecord) => unknown } | { readonly code: CompiledCode };

/** Aggregates by key: over the batch, or over the window in front of it. */
export function prepareReduceByKey(
  operator: ReduceByKeyOperator,
  options: RunOptions,
  window: DrawnWindow | undefined,
): PreparedOperator {
  const { key, aggregates, emit, emitLeaving, keyLimit } = operator.parameters;
  const keyReader = prepareReader(operator.id, key, options);
  const readers = aggregates.map(({ of }) => prepareReader(operator.id, of, options));
  const makers = aggregates.map((parameters) => prepareAggregate(operator.id, parameters, options));
  // Those of the user that are called for a record.
  const functions = [keyReader, ...readers].filter((reader) => 'code' in reader).length
    + aggregates.filter(({ aggregate }) => aggregate === 'reduce').length;

  return (input, environment) => {
    if (input === undefined) return undefined;
    const figures = environment.figures(operator.id);
    const span: Span = window ?? { length: input.stream.slideDuration, slide: input.stream.slideDuration };
    // What the panes hold depends on the key, the window and the batches, not on what is done with the results.
    const fingerprint = canonicalText([key, span.length, span.slide, environment.plan.batchInterval]);
    const state = environment.state(operator.id, fingerprint, () => new KeyedWindowState(span, input.stream.slideDuration));
    const { stream, read } = reading(input, keyReader, readers, operator.id, environment, 1 / functions) as Reading<unknown>;
    figures.estimateState = () => state.bytes;
    const calls = new ReduceCalls(operator.id, environment, functions);
    const columns: Column[] = aggregates.map((parameters, index) => ({
      name: parameters.as,
      fingerprint: aggregateFingerprint(parameters),
      ...(parameters.inverse === undefined ? {} : { inverse: canonicalText(parameters.inverse) }),
      aggregate: makers[index]?.(calls) ?? aggregateNamed('count'),
    }));
    state.configure({
      columns,
      begin: (time) => {
        calls.begin(time);
      },
      read,
      unreadable: (thrown) => {
        environment.failed(operator.id, 'key-unusable', () =>
          asProblem(thrown, operator.id, 'key-unusable', 'Choose a key that is a text, a number, or plain data.'),
        );
      },
      keyLimit,
      tooManyKeys: (records) => {
        environment.failed(operator.id, 'too-many-keys', () => tooManyKeys(operator.id, keyLimit, records));
      },
      emitsAll: emit === 'all',
      emitsLeaving: emitLeaving,
      figures,
      windowFigures: window?.isCountedHere === true ? environment.figures(window.id) : undefined,
      shownLength: window === undefined ? input.span : window.length,
      completeSince: input.completeSince,
    });
    return {
      stream: new StatefulDStream(stream, state, span.slide, span.length),
      span: span.length,
      completeSince: input.completeSince,
    };
  };
}

function tooManyKeys(operator: string, limit: number, records: number): Problem {
  return {
    nodeId: operator,
    code: 'too-many-keys',
    what: `${String(records)} ${records === 1 ? 'record' : 'records'} of a batch were left out: the window has ${String(limit)} keys already, `
      + 'and theirs are others.',
    why: `At most ${String(limit)} keys are allowed, so that keys without end cannot fill the memory.`,
    fix: 'Choose a key with fewer values, make the window shorter, or raise the limit of keys in the node.',
  };
}

/** Makes an aggregate whose user code, where it has some, is called in the way that is given. */
type AggregateMaker = (calls: ReduceCalls) => Aggregate;

function prepareAggregate(operator: string, parameters: AggregateParameters, options: RunOptions): AggregateMaker {
  if (parameters.aggregate === 'reduce') {
    const reduce = compileCombining(operator, parameters.reduce ?? { lang: 'javascript', source: '' }, options);
    const inverse = parameters.inverse === undefined ? undefined : compileCombining(operator, parameters.inverse, options);
    return (calls) => userReduce(reduce, inverse, calls);
  }
  const aggregate = knownAggregate(operator, parameters.aggregate, parameters.parameter);
  return () => aggregate;
}

function compileCombining(operator: string, code: Code, options: RunOptions): SynchronousCode {
  const compiled = compileFor(operator, code, options, { parameters: ['a', 'b'] });
  if (compiled.kind === 'synchronous') return compiled;
  throw new EngineProblem({
    nodeId: operator,
    code: 'function-invalid',
    what: 'A function that combines two values is written in JSONata.',
    why: 'It is called very often, and must give its value at once.',
    fix: 'Write it in JavaScript: return a + b; for example.',
  });
}

function knownAggregate(operator: string, name: string, parameter: number | undefined): Aggregate {
  try {
    return aggregateNamed(name, parameter);
  } catch (thrown) {
    throw new EngineProblem(asProblem(thrown, operator, 'aggregate-unknown', 'Choose one of the aggregates that the dialog offers.'));
  }
}

function prepareReader(operator: string, source: ValueSource, options: RunOptions): Reader {
  switch (source.from) {
    case 'key':
      return { get: (record) => record.key };
    case 'property':
      return { get: propertyFor(operator, source.property) };
    case 'code':
      return { code: compileFor(operator, source.code, options) };
  }
}

/** How the records of a stream are read, and the stream itself: its own records, or, where code must be awaited, what it gave. */
interface Reading<Input> {
  readonly stream: DStream<Input>;
  readonly read: ReadRecord<Input>;
}

function reading(
  input: BuiltStream,
  key: Reader,
  values: readonly Reader[],
  operator: string,
  environment: BuildEnvironment,
  share: number,
): Reading<DataRecord> | Reading<KeyedInput> {
  const getters = values.flatMap((reader) => ('get' in reader ? [reader.get] : []));
  if ('get' in key && getters.length === values.length) {
    const getKey = key.get;
    return {
      stream: input.stream,
      read: (record: DataRecord, into: KeyedInput) => {
        for (let index = 0; index < getters.length; index++) into.values[index] = getters[index]?.(record);
        into.key = recordKey(getKey(record));
        into.order = record[ORDER];
      },
    };
  }
  for (const reader of [key, ...values]) {
    if ('code' in reader && reader.code.kind === 'asynchronous') sayInterpreted(reader.code, operator, environment);
  }
  const keyNow = nowFrom(key, operator, environment, share);
  const valuesNow = values.flatMap((value) => nowFrom(value, operator, environment, share) ?? []);
  const isNow = keyNow !== undefined && valuesNow.length === values.length;
  const stream = isNow ? readNow(input, keyNow, valuesNow, operator, environment) : readAhead(input, key, values, operator, environment, share);
  return { stream, read: readAgain };
}

function readAgain(read: KeyedInput, into: KeyedInput): void {
  for (let index = 0; index < read.values.length; index++) into.values[index] = read.values[index];
  into.key = recordKey(read.key);
  into.order = read.order;
}

/** Takes one value from a record in a batch. */
type ReadNow = (record: DataRecord, context: UserContext) => unknown;

/** Undefined for code that must be awaited. @param share how much of a record a call is for */
function nowFrom(reader: Reader, operator: string, environment: BuildEnvironment, share: number): ReadNow | undefined {
  if ('get' in reader) return reader.get;
  const { code } = reader;
  if (code.kind === 'asynchronous') return undefined;
  const { calls } = environment;
  const place = placeOf(operator, environment);
  return (record, context) => {
    context.order = record[ORDER];
    try {
      calls.enter(place, share);
      return code.call(code.neverWrites ? record : messageOf(record), context);
    } finally {
      calls.leave();
    }
  };
}

/** The stream with the key and the values of each record read from it, so that a record on which user code fails is left out. */
function readNow(
  input: BuiltStream,
  key: ReadNow,
  values: readonly ReadNow[],
  operator: string,
  environment: BuildEnvironment,
): DStream<KeyedInput> {
  const read = refining((record: DataRecord, context: UserContext): KeyedInput | undefined => {
    try {
      return { key: key(record, context), values: values.map((value) => value(record, context)), order: record[ORDER] };
    } catch (thrown) {
      environment.figures(operator).failed++;
      environment.failed(operator, 'function-failed', () => functionFailed(operator, thrown));
      return undefined;
    }
  });
  return input.stream.transform((rdd, time) => {
    const context = new UserContext(time, operator, environment.options.environment, (event) => {
      environment.log(event);
    });
    return new NarrowRDD(rdd, read, context);
  });
}

/** The stream with the key and the values of each record read from it beforehand, since their code must be awaited. */
function readAhead(
  input: BuiltStream,
  key: Reader,
  values: readonly Reader[],
  operator: string,
  environment: BuildEnvironment,
  share: number,
): DStream<KeyedInput> {
  return input.stream.transform((rdd, time) =>
    rdd.mapPartitionsAwaiting<KeyedInput>(async (records) => {
      const context = new UserContext(time, operator, environment.options.environment, (event) => {
        environment.log(event);
      });
      const read = (reader: Reader): Promise<Read[]> => readColumn(reader, records, context, operator, environment, share);
      const keys = await read(key);
      const columns: Read[][] = [];
      for (const reader of values) columns.push(await read(reader));
      const inputs: KeyedInput[] = [];
      records.forEach((record, index) => {
        const cells = [keys[index], ...columns.map((column) => column[index])];
        const failure = cells.find((cell) => cell !== undefined && 'error' in cell);
        if (failure !== undefined && 'error' in failure) {
          environment.figures(operator).failed++;
          environment.failed(operator, 'function-failed', () => functionFailed(operator, failure.error));
          return;
        }
        const [keyValue, ...columnValues] = cells.map((cell) => (cell !== undefined && 'value' in cell ? cell.value : undefined));
        inputs.push({ key: keyValue, values: columnValues, order: record[ORDER] });
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
  share: number,
): Promise<Read[]> {
  if ('get' in reader) return records.map((record) => ({ value: reader.get(record) }));
  const { code } = reader;
  if (code.kind === 'asynchronous') {
    const evaluations = await evaluateWatched(code, records, context, operator, environment, share);
    return evaluations.map((evaluation) => (evaluation.ok ? { value: evaluation.value } : { error: evaluation.error }));
  }
  return records.map((record) => {
    context.order = record[ORDER];
    try {
      environment.calls.enter(placeOf(operator, environment), share);
      return { value: code.call(code.neverWrites ? record : messageOf(record), context) };
    } catch (thrown) {
      return { error: thrown };
    } finally {
      environment.calls.leave();
    }
  });
}
