import type { CompiledCode } from '../../expressions';
import type { MapOperator } from '../../plan/Plan';
import type { RDD } from '../../streaming/rdd/RDD';
import type { BuildEnvironment, PreparedOperator } from '../BuildEnvironment';
import { DataRecord, ORDER } from '../DataRecord';
import type { RunOptions } from '../Engine';
import { UserContext } from '../UserContext';
import { compileFor, describe, evaluateWatched, functionFailed, messageOf, placeOf, toRecord } from './map';

/**
 * User code over a whole batch (Spark's mapPartitions, with the batch as its only partition): called once a batch with all
 * records, in the order in which they were received, however they are partitioned; not called for a batch without any.
 * Where it throws, all records of the batch are left out and counted.
 */
export function prepareMapBatch(operator: MapOperator, options: RunOptions): PreparedOperator {
  const code = compileFor(operator.id, operator.parameters.code, options, { parameters: ['msgs'] });
  return (input, environment) => {
    if (input === undefined) return undefined;
    const stream = input.stream.transform((rdd, time) => {
      const context = new UserContext(time, operator.id, environment.options.environment, (event) => {
        environment.log(event);
      });
      return applyOnce(rdd, code, operator.id, context, environment);
    });
    return { ...input, stream };
  };
}

function applyOnce(
  rdd: RDD<DataRecord>,
  code: CompiledCode,
  operator: string,
  context: UserContext,
  environment: BuildEnvironment,
): RDD<DataRecord> {
  const figures = environment.figures(operator);
  const finish = (records: readonly DataRecord[], last: DataRecord, evaluate: () => DataRecord[]): DataRecord[] => {
    figures.recordsIn += records.length;
    context.order = last[ORDER];
    try {
      const results = evaluate();
      figures.recordsOut += results.length;
      return results;
    } catch (thrown) {
      figures.failed += records.length;
      environment.lost(operator, 'function-failed', () => functionFailed(operator, thrown), context.batchTime, records);
      return [];
    }
  };
  // All partitions become one, in their order.
  const whole = rdd.coalesce(1);
  if (code.kind === 'synchronous') {
    const { calls } = environment;
    const place = placeOf(operator, environment);
    return whole.mapPartitions((partition) => {
      const records = inOrder([...partition]);
      const last = records.at(-1);
      if (last === undefined) return [];
      return finish(records, last, () => {
        const messages = code.neverWrites ? [...records] : records.map(messageOf);
        try {
          calls.enter(place, records.length);
          return toRecords(code.apply([messages], context), last, context.batchTime, false);
        } finally {
          calls.leave();
        }
      });
    });
  }
  return whole.mapPartitionsAwaiting<DataRecord>(async (partition) => {
    const records = inOrder(partition);
    const last = records.at(-1);
    if (last === undefined) return [];
    let messages: object[];
    try {
      messages = records.map(messageOf);
    } catch (thrown) {
      return finish(records, last, () => {
        throw thrown;
      });
    }
    context.order = last[ORDER];
    const [evaluation] = await evaluateWatched(code, [messages], context, operator, environment, messages.length);
    return finish(records, last, () => {
      if (evaluation === undefined) return [];
      if (!evaluation.ok) throw evaluation.error;
      return toRecords(evaluation.value, last, context.batchTime, true);
    });
  });
}

/** Sorted by the order coordinate; records of equal coordinates keep their order. Most batches are sorted already. */
function inOrder(records: readonly DataRecord[]): readonly DataRecord[] {
  for (let index = 1; index < records.length; index++) {
    if ((records[index - 1]?.[ORDER] ?? 0) > (records[index]?.[ORDER] ?? 0)) return records.toSorted((a, b) => a[ORDER] - b[ORDER]);
  }
  return records;
}

/**
 * Results stand for the batch, not for one record: what the code does not say is empty, the time is the batch's, and all have
 * the order coordinate of the batch's last record, so that they stay in the order in which the code gave them.
 */
function toRecords(result: unknown, last: DataRecord, batchTime: number, payloadOnly: boolean): DataRecord[] {
  if (result === undefined) return [];
  const pattern = new DataRecord(undefined, '', null, batchTime, last[ORDER]);
  if (!Array.isArray(result)) {
    if (payloadOnly) return [toRecord(result, pattern, true)];
    throw new TypeError(`A function over a whole batch needs an array of results, and it returned ${describe(result)}.`);
  }
  return result.filter((item) => item !== undefined).map((item: unknown) => toRecord(item, pattern, payloadOnly));
}
