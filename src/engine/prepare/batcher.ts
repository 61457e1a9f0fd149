import type { BatcherOperator } from '../../plan/Plan';
import { NarrowRDD } from '../../streaming/rdd/NarrowRDD';
import type { PreparedOperator } from '../BuildEnvironment';
import type { DataRecord } from '../DataRecord';

/** Passes records on, counting them: the batches themselves are made for the whole plan. */
export function prepareBatcher(operator: BatcherOperator): PreparedOperator {
  return (input, environment) => {
    if (input === undefined) return undefined;
    const figures = environment.figures(operator.id);
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
