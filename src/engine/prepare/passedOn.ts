import { NarrowRDD } from '../../streaming/rdd/NarrowRDD';
import { refining } from '../../streaming/rdd/Step';
import type { PreparedOperator, PreparedTransform } from '../BuildEnvironment';
import type { DataRecord } from '../DataRecord';
import { narrow } from './narrow';

/** An operator that passes its records on, counting them. */
export function passedOn(id: string): PreparedOperator {
  return narrow(preparePassing(id));
}

/** The same without its stream: for threads that run parts of a batch. */
export function preparePassing(id: string): PreparedTransform {
  return (environment) => {
    const figures = environment.figures(id);
    const count = refining((record: DataRecord) => {
      figures.recordsIn++;
      figures.recordsOut++;
      return record;
    });
    return (rdd) => new NarrowRDD(rdd, count);
  };
}
