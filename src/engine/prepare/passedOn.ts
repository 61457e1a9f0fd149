import { NarrowRDD } from '../../streaming/rdd/NarrowRDD';
import type { PreparedOperator } from '../BuildEnvironment';
import type { DataRecord } from '../DataRecord';

/** An operator that passes its records on, counting them. */
export function passedOn(id: string): PreparedOperator {
  return (input, environment) => {
    if (input === undefined) return undefined;
    const figures = environment.figures(id);
    const stream = input.stream.transform(
      (rdd) =>
        new NarrowRDD<DataRecord, DataRecord>(rdd, (next) => (record) => {
          figures.recordsIn++;
          figures.recordsOut++;
          next(record);
        }),
    );
    return { ...input, stream };
  };
}
