import type { ValueSource } from '../../plan/Plan';
import type { DStream } from '../../streaming/dstream/DStream';
import { NarrowRDD } from '../../streaming/rdd/NarrowRDD';
import type { BuildEnvironment } from '../BuildEnvironment';
import { DataRecord, ORDER } from '../DataRecord';
import type { RunOptions } from '../Engine';
import { asProblem } from '../EngineProblem';
import { recordKey } from '../recordKey';
import { UserContext } from '../UserContext';
import { compileFor, evaluateWatched, functionFailed, messageOf, placeOf } from './map';
import { propertyFor } from './propertyFor';

/** Gives every record of a stream another key. */
export type Rekey = (stream: DStream<DataRecord>, environment: BuildEnvironment) => DStream<DataRecord>;

/**
 * Gives records the key that an operator takes from them. A record whose key cannot be had is reported and left out.
 * @throws EngineProblem for a property or code that is not valid
 */
export function prepareRekey(operator: string, source: ValueSource, options: RunOptions): Rekey {
  switch (source.from) {
    case 'key':
      return (stream) => stream;
    case 'property':
      return byProperty(operator, source.property);
    case 'code':
      return byCode(operator, source.code, options);
  }
}

function withKey(record: DataRecord, key: unknown): DataRecord {
  return new DataRecord(record.payload, record.topic, recordKey(key), record.time, record[ORDER]);
}

function unusable(operator: string, thrown: unknown, environment: BuildEnvironment): void {
  environment.figures(operator).failed++;
  environment.failed(operator, 'key-unusable', () =>
    asProblem(thrown, operator, 'key-unusable', 'Choose a key that is a text, a number, or plain data.'),
  );
}

function byProperty(operator: string, property: string): Rekey {
  const get = propertyFor(operator, property);
  return (stream, environment) =>
    stream.transform(
      (rdd) =>
        new NarrowRDD<DataRecord, DataRecord>(rdd, (next) => (record) => {
          let keyed: DataRecord;
          try {
            keyed = withKey(record, get(record));
          } catch (thrown) {
            unusable(operator, thrown, environment);
            return;
          }
          next(keyed);
        }),
    );
}

function byCode(operator: string, source: (ValueSource & { from: 'code' })['code'], options: RunOptions): Rekey {
  const code = compileFor(operator, source, options);
  return (stream, environment) =>
    stream.transform((rdd, time) =>
      rdd.mapPartitionsAwaiting<DataRecord>(async (records) => {
        const context = new UserContext(time, operator, environment.options.environment, (event) => {
          environment.log(event);
        });
        const failed = (thrown: unknown): void => {
          environment.figures(operator).failed++;
          environment.failed(operator, 'function-failed', () => functionFailed(operator, thrown));
        };
        const evaluations =
          code.kind === 'asynchronous'
            ? await evaluateWatched(code, records, context, operator, environment)
            : records.map((record) => {
                context.order = record[ORDER];
                try {
                  environment.calls.enter(placeOf(operator, environment));
                  return { ok: true as const, value: code.call(code.neverWrites ? record : messageOf(record), context) };
                } catch (thrown) {
                  return { ok: false as const, error: thrown };
                } finally {
                  environment.calls.leave();
                }
              });
        return records.flatMap((record, index) => {
          const evaluation = evaluations[index];
          if (evaluation === undefined) return [];
          if (!evaluation.ok) {
            failed(evaluation.error);
            return [];
          }
          try {
            return [withKey(record, evaluation.value)];
          } catch (thrown) {
            unusable(operator, thrown, environment);
            return [];
          }
        });
      }),
    );
}
