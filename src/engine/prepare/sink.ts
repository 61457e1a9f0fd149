import { keyIdentity } from '../../operators/keys';
import type { SinkOperator } from '../../plan/Plan';
import type { Settled } from '../../sinks/Sink';
import type { DStream } from '../../streaming/dstream/DStream';
import type { RDD } from '../../streaming/rdd/RDD';
import type { BuildEnvironment, PinnedRecord, PreparedOperator } from '../BuildEnvironment';
import { DataRecord } from '../DataRecord';
import { TAP_LIMIT, type OutputRecord } from '../Engine';

/** The most records that are handed over in one piece. */
const CHUNK = 1000;

/** Hands the records of each batch back to the flow, or to a place outside. */
export function prepareSink(operator: SinkOperator): PreparedOperator {
  const isFlow = operator.parameters.target.kind === 'flow';
  return (input, environment) => {
    const part = partOf(operator.id, environment);
    const send = isFlow ? toFlow(operator, environment) : toOutside(operator, part, environment);
    input?.stream.foreachRDD((rdd, time) =>
      environment.outputs.run(part, operator.id, time, () => handOverOnce(part, operator, rdd, time, environment, send)));
    return undefined;
  };
}

/** Sends what a batch gave. Calls `done` when it has it for good. */
type Send = (records: readonly DataRecord[], time: number, done: () => void) => Promise<void>;

/** A sink whose inputs slide differently is several outputs, each with a part of each batch: named alike at every start. */
function partOf(id: string, environment: BuildEnvironment): string {
  const parts = environment.sinkParts.get(id) ?? 0;
  environment.sinkParts.set(id, parts + 1);
  return parts === 0 ? id : `${id}/${String(parts)}`;
}

/** What a sink has already it does not get again; what was kept for it, it gets as it was. */
async function handOverOnce(
  part: string, operator: SinkOperator, rdd: RDD<DataRecord>, time: number, environment: BuildEnvironment, send: Send,
): Promise<void> {
  const { effects } = environment;
  if (effects?.isCommitted(part, time) === true) return;
  effects?.expect(part, time);
  const pinned = effects?.pinned(part, time);
  const records = pinned === undefined ? await rdd.collect() : pinned.map(fromPinned);
  environment.figures(operator.id).recordsIn += records.length;
  environment.outputs.took(part, time, records.length);
  const wanted = operator.parameters.mode === 'key' ? lastOfEachKey(records) : records;
  if (operator.parameters.pin === true && pinned === undefined && wanted.length > 0) await effects?.pin(part, time, wanted.map(toPinned));
  await send(wanted, time, () => effects?.commit(part, time));
}

function toPinned({ payload, topic, key, time }: DataRecord): PinnedRecord {
  return [payload, topic, key, time];
}

function fromPinned([payload, topic, key, time]: PinnedRecord): DataRecord {
  return new DataRecord(payload, topic, key, time, time);
}

/** The batch has ended when everything has arrived or was refused; until then, and so do the receivers, the next ones wait. */
function toOutside(operator: SinkOperator, part: string, environment: BuildEnvironment): Send {
  const { mode, emptyBatches } = operator.parameters;
  const figures = environment.figures(operator.id);
  const runtime = environment.sink(operator.id);
  // Batch times lie on one grid everywhere: without it, messages of two that run the same flow would look like repetitions.
  const { instance } = environment.options;
  const origin = instance === undefined ? [] : [instance];
  const settledIn = (time: number): Settled => (record, refusal) => {
    if (refusal === undefined) {
      figures.recordsOut += record.count;
      return;
    }
    figures.failed += record.count;
    environment.effects?.deadLetter(operator.id, time, refusal.code, refusal.what, {
      payload: record.payload, topic: record.topic, key: record.key,
    });
    environment.failed(operator.id, refusal.code, () => ({ ...refusal, nodeId: operator.id }), record.count);
  };
  return (records, time, done) => {
    if (records.length === 0 && !(emptyBatches && mode === 'batch')) {
      done();
      return Promise.resolve();
    }
    const idOf = (index: number): string =>
      [...origin, environment.plan.graph, part, String(time), String(index)].map(encodeURIComponent).join('/');
    // Waited for after all other sinks have begun, so that none is kept from its records by another.
    const delivered = runtime.deliver(
      mode === 'batch'
        ? [{ payload: records.map(({ payload }) => payload), topic: '', key: null, id: idOf(0), count: records.length }]
        : records.map(({ payload, topic, key }, index) => ({ payload, topic, key, id: idOf(index), count: 1 })),
      settledIn(time),
      time,
      done,
      environment.effects?.originOf(time),
    );
    environment.deliveries.push(environment.outputs.delivering(part, time, delivered));
    return Promise.resolve();
  };
}

function toFlow(operator: SinkOperator, environment: BuildEnvironment): Send {
  const { mode, emptyBatches } = operator.parameters;
  const figures = environment.figures(operator.id);
  return async (records, time, done) => {
    figures.recordsOut += records.length;
    if (records.length > 0 || (emptyBatches && mode === 'batch')) {
      await handOver(operator.id, false, time, records, records.length, environment);
    }
    done();
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
