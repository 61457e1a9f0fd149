import type { KeySource, ReceiverOperator } from '../../plan/Plan';
import { decodePayload } from '../../sources/decode';
import { BlockInputDStream } from '../../streaming/dstream/BlockInputDStream';
import type { DStream } from '../../streaming/dstream/DStream';
import { NarrowRDD } from '../../streaming/rdd/NarrowRDD';
import { refining } from '../../streaming/rdd/Step';
import type { BuildEnvironment, BuiltStream, PreparedOperator, PreparedTransform } from '../BuildEnvironment';
import { DataRecord, type RawRecord, type RecordKey } from '../DataRecord';
import { asProblem } from '../EngineProblem';
import { recordKey } from '../recordKey';
import { FirstBatch } from './FirstBatch';
import { propertyFor } from './propertyFor';

/** Reads what a receiver has received: decodes each message, once, when its batch runs, and finds its key. */
export function prepareReceiver(operator: ReceiverOperator): PreparedOperator {
  const prepared = prepareDecoding(operator);
  return (_input, environment) => {
    const { stream, ...about } = receive(operator, environment);
    return { ...about, stream: stream.transform(prepared(environment)) };
  };
}

/** What a receiver has received, as it came. */
export interface ReceivedStream extends Omit<BuiltStream, 'stream'> {
  readonly stream: DStream<RawRecord>;
}

export function receive(operator: ReceiverOperator, environment: BuildEnvironment): ReceivedStream {
  const { batchInterval } = environment.plan;
  const runtime = environment.receiver(operator.id);
  runtime.configure(operator, batchInterval);
  const received = new BlockInputDStream(environment.context, operator.id, runtime.buffer, runtime.rateController);
  const first = environment.state(`${operator.id}/since`, '', () => new FirstBatch());
  const stream = received.transform((rdd, time) => {
    first.begin ??= time - batchInterval;
    return rdd;
  });
  return { stream, span: batchInterval, completeSince: () => first.begin ?? 0 };
}

/** Decodes messages and finds their keys: also for threads that run parts of a batch. */
export function prepareDecoding(operator: ReceiverOperator): PreparedTransform<RawRecord> {
  const { format, key } = operator.parameters;
  const keyOf = keyFinder(operator.id, key);
  return (environment) => {
    const figures = environment.figures(operator.id);
    const decode = refining((raw: RawRecord, time: number): DataRecord | undefined => {
      figures.recordsIn++;
      try {
        const payload = decodePayload(raw.payload, format);
        const record = new DataRecord(payload, raw.topic, raw.key ?? keyOf(payload, raw.topic), raw.time, raw.order);
        figures.recordsOut++;
        return record;
      } catch (thrown) {
        figures.failed++;
        environment.lost(operator.id, 'decode-failed', () =>
          asProblem(thrown, operator.id, 'decode-failed', 'Choose the format that the messages have, or mend what sends them.'), time, [raw],
        );
        return undefined;
      }
    });
    return (rdd, time) => new NarrowRDD(rdd, decode, time);
  };
}

/** Topics split already; few topics come again and again, and hostile ones must not fill memory. */
const SPLIT_TOPICS = 10_000;

function keyFinder(operator: string, source: KeySource): (payload: unknown, topic: string) => RecordKey {
  switch (source.from) {
    case 'topic':
      return (_payload, topic) => topic;
    case 'level': {
      const known = new Map<string, RecordKey>();
      const index = source.level > 0 ? source.level - 1 : source.level;
      return (_payload, topic) => {
        let key = known.get(topic);
        if (key === undefined) {
          if (known.size >= SPLIT_TOPICS) known.clear();
          key = topic.split('/').at(index) ?? null;
          known.set(topic, key);
        }
        return key;
      };
    }
    case 'property': {
      const get = propertyFor(operator, source.property);
      return (payload, topic) => recordKey(get({ payload, topic }));
    }
  }
}
