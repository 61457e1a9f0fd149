import type { ValueSource } from '../../plan/Plan';
import type { DStream } from '../../streaming/dstream/DStream';
import { NarrowRDD } from '../../streaming/rdd/NarrowRDD';
import { refining } from '../../streaming/rdd/Step';
import type { BuildEnvironment } from '../BuildEnvironment';
import { DataRecord, ORDER } from '../DataRecord';
import type { RunOptions } from '../Engine';
import { asProblem } from '../EngineProblem';
import { recordKey } from '../recordKey';
import { UserContext } from '../UserContext';
import { compileFor, evaluateWatched, functionFailed, messageOf, placeOf, sayInterpreted } from './map';
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
  return (stream, environment) => {
    const rekey = refining((record: DataRecord): DataRecord | undefined => {
      try {
        return withKey(record, get(record));
      } catch (thrown) {
        unusable(operator, thrown, environment);
        return undefined;
      }
    });
    return stream.transform((rdd) => new NarrowRDD(rdd, rekey));
  };
}

function byCode(operator: string, source: (ValueSource & { from: 'code' })['code'], options: RunOptions): Rekey {
  const code = compileFor(operator, source, options);
  return (stream, environment) => {
    const contextAt = (time: number): UserContext =>
      new UserContext(time, operator, environment.options.environment, (event) => {
        environment.log(event);
      });
    const failed = (thrown: unknown): void => {
      environment.figures(operator).failed++;
      environment.failed(operator, 'function-failed', () => functionFailed(operator, thrown));
    };
    const rekeyed = (record: DataRecord, key: unknown): DataRecord | undefined => {
      try {
        return withKey(record, key);
      } catch (thrown) {
        unusable(operator, thrown, environment);
        return undefined;
      }
    };
    if (code.kind === 'asynchronous') {
      sayInterpreted(code, operator, environment);
      return stream.transform((rdd, time) =>
        rdd.mapPartitionsAwaiting<DataRecord>(async (records) => {
          const evaluations = await evaluateWatched(code, records, contextAt(time), operator, environment);
          return records.flatMap((record, index) => {
            const evaluation = evaluations[index];
            if (evaluation?.ok === true) return rekeyed(record, evaluation.value) ?? [];
            if (evaluation !== undefined) failed(evaluation.error);
            return [];
          });
        }),
      );
    }
    const { calls } = environment;
    const place = placeOf(operator, environment);
    const rekey = refining((record: DataRecord, context: UserContext): DataRecord | undefined => {
      let key: unknown;
      context.order = record[ORDER];
      try {
        calls.enter(place);
        key = code.call(code.neverWrites ? record : messageOf(record), context);
      } catch (thrown) {
        failed(thrown);
        return undefined;
      } finally {
        calls.leave();
      }
      return rekeyed(record, key);
    });
    return stream.transform((rdd, time) => new NarrowRDD(rdd, rekey, contextAt(time)));
  };
}
