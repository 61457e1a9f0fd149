import { keyIdentity } from '../../operators/keys';
import type { SinkOperator } from '../../plan/Plan';
import type { DStream } from '../../streaming/dstream/DStream';
import type { BuildEnvironment, PreparedOperator } from '../BuildEnvironment';
import type { DataRecord } from '../DataRecord';
import { TAP_LIMIT, type OutputRecord } from '../Engine';

/** The most records that are handed over in one piece. */
const CHUNK = 1000;

/** Hands the records of each batch back to the flow. */
export function prepareSink(operator: SinkOperator): PreparedOperator {
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
