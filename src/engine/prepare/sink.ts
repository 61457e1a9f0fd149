import { keyIdentity } from '../../operators/keys';
import type { SinkOperator } from '../../plan/Plan';
import type { Settled } from '../../sinks/Sink';
import type { DStream } from '../../streaming/dstream/DStream';
import type { BuildEnvironment, PreparedOperator } from '../BuildEnvironment';
import type { DataRecord } from '../DataRecord';
import { TAP_LIMIT, type OutputRecord } from '../Engine';

/** The most records that are handed over in one piece. */
const CHUNK = 1000;

/** Hands the records of each batch back to the flow, or to a place outside. */
export function prepareSink(operator: SinkOperator): PreparedOperator {
  return operator.parameters.target.kind === 'flow' ? toFlow(operator) : toOutside(operator);
}

/** The batch has ended when everything has arrived or was refused; until then, and so do the receivers, the next ones wait. */
function toOutside(operator: SinkOperator): PreparedOperator {
  const { mode, emptyBatches } = operator.parameters;
  return (input, environment) => {
    const figures = environment.figures(operator.id);
    const runtime = environment.sink(operator.id);
    // Batch times lie on one grid everywhere: without it, messages of two that run the same flow would look like repetitions.
    const { instance } = environment.options;
    const origin = instance === undefined ? [] : [instance];
    const settled: Settled = (record, refusal) => {
      if (refusal === undefined) {
        figures.recordsOut += record.count;
        return;
      }
      figures.failed += record.count;
      environment.failed(operator.id, refusal.code, () => ({ ...refusal, nodeId: operator.id }), record.count);
    };
    input?.stream.foreachRDD(async (rdd, time) => {
      const all = await rdd.collect();
      figures.recordsIn += all.length;
      const records = mode === 'key' ? lastOfEachKey(all) : all;
      if (records.length === 0 && !(emptyBatches && mode === 'batch')) return;
      const messages = mode === 'batch' ? 1 : records.length;
      const first = runtime.numbersFor(time, messages);
      const idOf = (index: number): string =>
        [...origin, environment.plan.graph, operator.id, String(time), String(first + index)].map(encodeURIComponent).join('/');
      // Waited for after all other sinks have begun, so that none is kept from its records by another.
      environment.deliveries.push(runtime.deliver(
        mode === 'batch'
          ? [{ payload: records.map(({ payload }) => payload), topic: '', key: null, id: idOf(0), count: records.length }]
          : records.map(({ payload, topic, key }, index) => ({ payload, topic, key, id: idOf(index), count: 1 })),
        settled,
      ));
    });
    return undefined;
  };
}

function toFlow(operator: SinkOperator): PreparedOperator {
  const { mode, emptyBatches } = operator.parameters;
  return (input, environment) => {
    const figures = environment.figures(operator.id);
    input?.stream.foreachRDD(async (rdd, time) => {
      const all = await rdd.collect();
      figures.recordsIn += all.length;
      const records = mode === 'key' ? lastOfEachKey(all) : all;
      figures.recordsOut += records.length;
      if (records.length > 0 || (emptyBatches && mode === 'batch')) {
        await handOver(operator.id, false, time, records, records.length, environment);
      }
    });
    return undefined;
  };
}

/** Lets each batch end when all that its sinks have under way has arrived. The last output, on a stream that has every batch. */
export function awaitDeliveries(everyBatch: DStream<DataRecord>, environment: BuildEnvironment): void {
  everyBatch.foreachRDD(async () => {
    await Promise.all(environment.deliveries.splice(0));
  });
}

/** Hands out at most `TAP_LIMIT` records of each batch of any stream, beside everything else. */
export function addTap(operator: string, stream: DStream<DataRecord>, environment: BuildEnvironment): void {
  stream.foreachRDD(async (rdd, time) => {
    let count = 0;
    const shown: DataRecord[] = [];
    await rdd.foreach((record) => {
      if (count++ < TAP_LIMIT) shown.push(record);
    });
    if (count > 0) await handOver(operator, true, time, shown, count, environment);
  });
}

function lastOfEachKey(records: readonly DataRecord[]): DataRecord[] {
  const last = new Map<unknown, DataRecord>();
  for (const record of records) last.set(keyIdentity(record.key), record);
  return [...last.values()];
}

async function handOver(
  operator: string,
  tap: boolean,
  batchTime: number,
  records: readonly DataRecord[],
  count: number,
  environment: BuildEnvironment,
): Promise<void> {
  let offset = 0;
  do {
    const chunk = records.slice(offset, offset + CHUNK);
    await environment.output({
      operator,
      tap,
      batchTime,
      count,
      truncated: records.length < count,
      offset,
      last: offset + chunk.length >= records.length,
      records: chunk.map(toOutput),
    });
    offset += CHUNK;
  } while (offset < records.length);
}

function toOutput(record: DataRecord): OutputRecord {
  return { payload: record.payload, topic: record.topic, key: record.key };
}
