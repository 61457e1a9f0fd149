import { type CompiledCode, type CompileOptions, compileCode, copyValue, type Evaluation, positionOf } from '../../expressions';
import type { MapOperator } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import type { RDD } from '../../streaming/rdd/RDD';
import { type Emit } from '../../streaming/rdd/RDD';
import { NarrowRDD } from '../../streaming/rdd/NarrowRDD';
import type { BuildEnvironment, PreparedOperator } from '../BuildEnvironment';
import { DataRecord, ORDER } from '../DataRecord';
import type { RunOptions } from '../Engine';
import { asProblem, EngineProblem } from '../EngineProblem';
import { recordKey } from '../recordKey';
import { UserContext } from '../UserContext';

type Mode = Exclude<MapOperator['parameters']['mode'], 'batch'>;

/** Compiles user code of an operator; what is wrong with it is a problem of the operator's node. */
export function compileFor(
  operator: string,
  code: MapOperator['parameters']['code'],
  options: Pick<RunOptions, 'utilPath'>,
  more: Pick<CompileOptions, 'parameters' | 'mayReturnNothing'> = {},
): CompiledCode {
  try {
    return compileCode(code, {
      nodeId: operator,
      ...more,
      ...(options.utilPath === undefined ? {} : { utilPath: options.utilPath }),
    });
  } catch (thrown) {
    throw new EngineProblem(asProblem(thrown, operator, 'function-invalid', 'Correct the function.'));
  }
}

/** The problem of a record on which user code failed. */
export function functionFailed(operator: string, thrown: unknown): Problem {
  const problem = asProblem(thrown, operator, 'function-failed', 'Correct the function, or filter such records out before it.');
  const line = lineOf(thrown, operator);
  return line === undefined ? problem : { ...problem, what: `${problem.what} (line ${String(line)})` };
}

/** User code may throw an object that throws itself where it is looked at: its line remains unknown. */
function lineOf(thrown: unknown, operator: string): number | undefined {
  try {
    return positionOf(thrown, operator)?.line;
  } catch {
    return undefined;
  }
}

/** map, flatMap, filter and keyBy: user code over each record. A record on which it throws is reported and left out. */
export function prepareMap(operator: MapOperator, mode: Mode, options: RunOptions): PreparedOperator {
  const code = compileFor(operator.id, operator.parameters.code, options);
  const deliver = DELIVERIES[mode];
  return (input, environment) => {
    if (input === undefined) return undefined;
    const contextAt = (time: number): UserContext =>
      new UserContext(time, operator.id, environment.options.environment, (event) => {
        environment.log(event);
      });
    const stream = input.stream.transform((rdd, time) =>
      code.kind === 'synchronous'
        ? applyEach(rdd, code, deliver, operator.id, contextAt(time), environment)
        : applyAll(rdd, code, deliver, operator.id, contextAt(time), environment),
    );
    return { ...input, stream };
  };
}

function applyEach(
  rdd: RDD<DataRecord>,
  code: CompiledCode & { kind: 'synchronous' },
  deliver: Delivery,
  operator: string,
  context: UserContext,
  environment: BuildEnvironment,
): RDD<DataRecord> {
  const figures = environment.figures(operator);
  const failed = (thrown: unknown, record: DataRecord): void => {
    figures.failed++;
    environment.lost(operator, 'function-failed', () => functionFailed(operator, thrown), context.batchTime, [record]);
  };
  const { calls } = environment;
  const place = placeOf(operator, environment);
  return new NarrowRDD<DataRecord, DataRecord>(rdd, (next) => {
    // One array for all records: most give one result.
    const results: DataRecord[] = [];
    const collect: Emit<DataRecord> = (result) => {
      results.push(result);
    };
    return (record) => {
      figures.recordsIn++;
      context.order = record[ORDER];
      results.length = 0;
      try {
        const message = code.neverWrites ? record : messageOf(record);
        calls.enter(place);
        deliver(code.call(message, context), record, collect);
      } catch (thrown) {
        failed(thrown, record);
        return;
      } finally {
        calls.leave();
      }
      // Outside of the try: what comes after this operator is not this operator's failure.
      figures.recordsOut += results.length;
      for (const result of results) next(result);
    };
  });
}

function applyAll(
  rdd: RDD<DataRecord>,
  code: CompiledCode & { kind: 'asynchronous' },
  deliver: Delivery,
  operator: string,
  context: UserContext,
  environment: BuildEnvironment,
): RDD<DataRecord> {
  const figures = environment.figures(operator);
  return rdd.mapPartitionsAwaiting<DataRecord>(async (records) => {
    figures.recordsIn += records.length;
    const failed = (thrown: unknown, record: DataRecord): void => {
      figures.failed++;
      environment.lost(operator, 'function-failed', () => functionFailed(operator, thrown), context.batchTime, [record]);
    };
    const { sound, messages } = copies(records, failed);
    const evaluations = await evaluateWatched(code, messages, context, operator, environment);
    const results: DataRecord[] = [];
    evaluations.forEach((evaluation, index) => {
      const record = sound[index];
      if (record === undefined) return;
      try {
        if (!evaluation.ok) throw evaluation.error;
        deliver(evaluation.value, record, (result) => results.push(result), true);
      } catch (thrown) {
        failed(thrown, record);
      }
    });
    figures.recordsOut += results.length;
    return results;
  });
}

/** Copies for user code, of the records of which a copy can be made. */
function copies(
  records: readonly DataRecord[],
  failed: (thrown: unknown, record: DataRecord) => void,
): { readonly sound: readonly DataRecord[]; readonly messages: readonly object[] } {
  const sound: DataRecord[] = [];
  const messages: object[] = [];
  for (const record of records) {
    try {
      messages.push(messageOf(record));
      sound.push(record);
    } catch (thrown) {
      failed(thrown, record);
    }
  }
  return { sound, messages };
}

/** Records that are evaluated before somebody outside is told that things move on. */
const WATCHED_AT_ONCE = 200;

/** Evaluates asynchronous code, telling now and then that it still gets on. */
export async function evaluateWatched(
  code: CompiledCode & { kind: 'asynchronous' },
  records: readonly unknown[],
  context: UserContext,
  operator: string,
  environment: BuildEnvironment,
): Promise<Evaluation[]> {
  const place = placeOf(operator, environment);
  const evaluations: Evaluation[] = [];
  try {
    for (let start = 0; start < records.length; start += WATCHED_AT_ONCE) {
      environment.calls.enter(place);
      evaluations.push(...(await code.evaluateAll(records.slice(start, start + WATCHED_AT_ONCE), context)));
    }
  } finally {
    environment.calls.leave();
  }
  return evaluations;
}

/** An operator's place in its plan. */
export function placeOf(operator: string, environment: BuildEnvironment): number {
  return environment.plan.operators.findIndex(({ id }) => id === operator);
}

/** A copy that user code may do with as it likes. */
export function messageOf(record: DataRecord): object {
  return { payload: copyValue(record.payload), topic: record.topic, key: record.key, time: record.time };
}

/** Makes records of what user code gave. `payloadOnly`: an object with a payload is no record but a payload (JSONata). */
type Delivery = (result: unknown, record: DataRecord, emit: Emit<DataRecord>, payloadOnly?: boolean) => void;

const DELIVERIES: Record<Mode, Delivery> = {
  map: (result, record, emit, payloadOnly = false) => {
    if (result !== undefined) emit(toRecord(result, record, payloadOnly));
  },
  flatMap: (result, record, emit, payloadOnly = false) => {
    if (result === undefined) return;
    if (!Array.isArray(result)) {
      if (!payloadOnly) throw new TypeError(`flatMap needs an array of results, and the function returned ${describe(result)}.`);
      emit(toRecord(result, record, true));
      return;
    }
    for (const item of result) {
      if (item !== undefined) emit(toRecord(item, record, payloadOnly));
    }
  },
  filter: (result, record, emit, payloadOnly = false) => {
    if (payloadOnly ? isTrueInJSONata(result) : Boolean(result)) emit(record);
  },
  keyBy: (result, record, emit) => {
    if (result === undefined) throw new TypeError('keyBy needs a key, and the function gave nothing; null is a key as well.');
    emit(new DataRecord(record.payload, record.topic, recordKey(result), record.time, record[ORDER]));
  },
};

/** The record that user code made of another: an object with a payload is a whole record, any other value its payload. */
export function toRecord(result: unknown, record: DataRecord, payloadOnly: boolean): DataRecord {
  if (result === record) return record;
  if (payloadOnly || typeof result !== 'object' || result === null || !Object.hasOwn(result, 'payload')) {
    return new DataRecord(result, record.topic, record.key, record.time, record[ORDER]);
  }
  const message = result as { payload: unknown; topic?: unknown; key?: unknown; time?: unknown };
  return new DataRecord(
    message.payload,
    typeof message.topic === 'string' ? message.topic : record.topic,
    Object.hasOwn(message, 'key') ? recordKey(message.key) : record.key,
    typeof message.time === 'number' ? message.time : record.time,
    record[ORDER],
  );
}

/** JSONata's own idea of truth: empty texts, arrays and objects are false, and arrays of nothing but false. */
function isTrueInJSONata(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTrueInJSONata);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

export function describe(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
