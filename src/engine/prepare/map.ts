import { type CompiledCode, type CompileOptions, compileCode, copyValue, type Evaluation, positionOf } from '../../expressions';
import type { MapOperator } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import type { RDD } from '../../streaming/rdd/RDD';
import { NarrowRDD } from '../../streaming/rdd/NarrowRDD';
import { expanding, refining, type Step } from '../../streaming/rdd/Step';
import type { PreparedOperator, PreparedTransform, StageEnvironment } from '../BuildEnvironment';
import { DataRecord, ORDER } from '../DataRecord';
import type { RunOptions } from '../Engine';
import { asProblem, EngineProblem } from '../EngineProblem';
import { recordKey } from '../recordKey';
import { UserContext } from '../UserContext';
import { narrow } from './narrow';

export type Mode = Exclude<MapOperator['parameters']['mode'], 'batch'>;

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

/** Tells of something that user code did in the background and that failed; nobody waited for it. */
export function backgroundFailed(operator: string, thrown: unknown, { figures, failed }: Pick<StageEnvironment, 'figures' | 'failed'>): void {
  figures(operator).failed++;
  failed(operator, 'function-failed', () => ({
    ...functionFailed(operator, thrown),
    why: 'It happened in a promise that the function started and did not wait for.',
  }));
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
  return narrow(prepareMapping(operator, mode, options));
}

/** The same without its stream: for threads that run parts of a batch. */
export function prepareMapping(operator: MapOperator, mode: Mode, options: RunOptions): PreparedTransform {
  const code = compileFor(operator.id, operator.parameters.code, options);
  return (environment) => {
    const contextAt = (time: number): UserContext =>
      new UserContext(time, operator.id, environment.options.environment, (event) => {
        environment.log(event);
      });
    if (code.kind === 'asynchronous') {
      sayInterpreted(code, operator.id, environment);
      return (rdd, time) => applyAll(rdd, code, mode, operator.id, contextAt(time), environment);
    }
    const apply = eachRecord(code, mode, operator.id, environment);
    return (rdd, time) => new NarrowRDD(rdd, apply, contextAt(time));
  };
}

/** Calls synchronous code on each record, in the context of its batch. */
function eachRecord(
  code: CompiledCode & { kind: 'synchronous' },
  mode: Mode,
  operator: string,
  environment: StageEnvironment,
): Step<DataRecord, DataRecord> {
  const figures = environment.figures(operator);
  const { calls } = environment;
  const place = placeOf(operator, environment);
  type Deliver<R> = (result: unknown, record: DataRecord, payloadOnly: boolean) => R;
  const applied = <R>(deliver: Deliver<R>) => (record: DataRecord, context: UserContext): R | undefined => {
    figures.recordsIn++;
    context.order = record[ORDER];
    try {
      const message = code.neverWrites ? record : messageOf(record);
      calls.enter(place);
      return deliver(code.call(message, context), record, code.givesPayloads);
    } catch (thrown) {
      figures.failed++;
      environment.lost(operator, 'function-failed', () => functionFailed(operator, thrown), context.batchTime, [record]);
      return undefined;
    } finally {
      calls.leave();
    }
  };
  if (mode === 'flatMap') {
    const apply = applied(deliverMany);
    return expanding((record: DataRecord, context: UserContext) => {
      const results = apply(record, context) ?? [];
      figures.recordsOut += results.length;
      return results;
    });
  }
  const apply = applied(DELIVERIES[mode]);
  return refining((record: DataRecord, context: UserContext) => {
    const result = apply(record, context);
    if (result !== undefined) figures.recordsOut++;
    return result;
  });
}

function applyAll(
  rdd: RDD<DataRecord>,
  code: CompiledCode & { kind: 'asynchronous' },
  mode: Mode,
  operator: string,
  context: UserContext,
  environment: StageEnvironment,
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
        for (const result of delivered(mode, evaluation.value, record)) results.push(result);
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

/** Says, when its graph begins, that an expression is interpreted for each record: the user may have a faster way to write it. */
export function sayInterpreted(
  code: CompiledCode & { kind: 'asynchronous' },
  operator: string,
  environment: Pick<StageEnvironment, 'log'>,
): void {
  if (code.interpretedFor === undefined) return;
  const text = `This JSONata expression is interpreted, which takes several hundred times as long as a compiled one: it uses ${code.interpretedFor}.`;
  environment.log({ operator, level: 'log', text });
}

/** Records that are evaluated before somebody outside is told that things move on. */
const WATCHED_AT_ONCE = 200;

/**
 * Evaluates asynchronous code, telling now and then that it still gets on.
 * @param share how many records of the operator each of these stands for: less than 1 where several functions are called for it
 */
export async function evaluateWatched(
  code: CompiledCode & { kind: 'asynchronous' },
  records: readonly unknown[],
  context: UserContext,
  operator: string,
  environment: StageEnvironment,
  share = 1,
): Promise<Evaluation[]> {
  const place = placeOf(operator, environment);
  const evaluations: Evaluation[] = [];
  try {
    for (let start = 0; start < records.length; start += WATCHED_AT_ONCE) {
      const some = records.slice(start, start + WATCHED_AT_ONCE);
      environment.calls.enter(place, some.length * share);
      evaluations.push(...(await code.evaluateAll(some, context)));
    }
  } finally {
    environment.calls.leave();
  }
  return evaluations;
}

/** An operator's place in its plan. */
export function placeOf(operator: string, environment: StageEnvironment): number {
  return environment.plan.operators.findIndex(({ id }) => id === operator);
}

/** A copy that user code may do with as it likes. */
export function messageOf(record: DataRecord): object {
  return { payload: copyValue(record.payload), topic: record.topic, key: record.key, time: record.time };
}

/** Makes a record of what user code gave; undefined for none. `payloadOnly`: an object with a payload is no record but a payload (JSONata). */
type Delivery = (result: unknown, record: DataRecord, payloadOnly?: boolean) => DataRecord | undefined;

const DELIVERIES: Record<Exclude<Mode, 'flatMap'>, Delivery> = {
  map: (result, record, payloadOnly = false) => (result === undefined ? undefined : toRecord(result, record, payloadOnly)),
  filter: (result, record, payloadOnly = false) =>
    ((payloadOnly ? isTrueInJSONata(result) : Boolean(result)) ? record : undefined),
  keyBy: (result, record) => {
    if (result === undefined) throw new TypeError('keyBy needs a key, and the function gave nothing; null is a key as well.');
    return new DataRecord(record.payload, record.topic, recordKey(result), record.time, record[ORDER]);
  },
};

/** The same for flatMap. */
function deliverMany(result: unknown, record: DataRecord, payloadOnly = false): readonly DataRecord[] {
  const records: DataRecord[] = [];
  if (result === undefined) return records;
  if (!Array.isArray(result)) {
    if (!payloadOnly) throw new TypeError(`flatMap needs an array of results, and the function returned ${describe(result)}.`);
    return [toRecord(result, record, true)];
  }
  for (const item of result) {
    if (item !== undefined) records.push(toRecord(item, record, payloadOnly));
  }
  return records;
}

/** What JSONata gave, in any mode. */
function delivered(mode: Mode, result: unknown, record: DataRecord): readonly DataRecord[] {
  if (mode === 'flatMap') return deliverMany(result, record, true);
  const one = DELIVERIES[mode](result, record, true);
  return one === undefined ? [] : [one];
}

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
