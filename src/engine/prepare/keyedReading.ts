import type { CompiledCode } from '../../expressions';
import type { ValueSource } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import type { DStream } from '../../streaming/dstream/DStream';
import { NarrowRDD } from '../../streaming/rdd/NarrowRDD';
import { refining } from '../../streaming/rdd/Step';
import type { BuildEnvironment, BuiltStream } from '../BuildEnvironment';
import { type DataRecord, ORDER } from '../DataRecord';
import type { RunOptions } from '../Engine';
import { asProblem } from '../EngineProblem';
import { recordKey } from '../recordKey';
import { UserContext } from '../UserContext';
import type { KeyedInput, ReadRecord } from './KeyedWindowState';
import { compileFor, evaluateWatched, functionFailed, messageOf, placeOf, sayInterpreted } from './map';
import { propertyFor } from './propertyFor';

/** Takes one value from a record, without user code. */
type Getter = (record: DataRecord) => unknown;

/** Takes one value from a record. */
export type Reader = { readonly get: Getter } | { readonly code: CompiledCode };

/** @throws EngineProblem for a property or user code that is not valid */
export function prepareReader(operator: string, source: ValueSource, options: RunOptions): Reader {
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
export interface Reading<Input> {
  readonly stream: DStream<Input>;
  readonly read: ReadRecord<Input>;
}

/** How an aggregation reads its key and its values. @param share how much of a record a call of user code is for */
export function reading(
  input: BuiltStream,
  key: Reader,
  values: readonly Reader[],
  operator: string,
  environment: BuildEnvironment,
  share: number,
): Reading<DataRecord> | Reading<KeyedInput> {
  const getters = values.flatMap((reader) => ('get' in reader ? [reader.get] : []));
  if ('get' in key && getters.length === values.length) {
    return { stream: input.stream, read: readingBy(key.get, getters) };
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

/** How records are read where no user code is needed. */
export function readingBy(getKey: Getter, getters: readonly Getter[]): ReadRecord<DataRecord> {
  return (record, into) => {
    for (let index = 0; index < getters.length; index++) into.values[index] = getters[index]?.(record);
    into.key = recordKey(getKey(record));
    into.order = record[ORDER];
  };
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

/** A record whose key cannot be used is left out. */
export function keyUnusable(operator: string, thrown: unknown): Problem {
  return asProblem(thrown, operator, 'key-unusable', 'Choose a key that is a text, a number, or plain data.');
}
