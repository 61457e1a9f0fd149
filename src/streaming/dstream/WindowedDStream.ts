import type { RDD } from '../rdd/RDD';
import { UnionRDD } from '../rdd/UnionRDD';
import { DStream } from './DStream';
import { SlidingDStream } from './SlidingDStream';

/**
 * At each slide, the records of the last `windowDuration` ms: the union of the parent's RDDs of the batches in
 * (time - windowDuration, time]. The first windows hold what there is.
 */
export class WindowedDStream<T> extends SlidingDStream<T, T> {
  protected override compute(time: number): RDD<T> {
    const [parent] = this.dependencies;
    return new UnionRDD(this.context, parent.slice(time - this.windowDuration + parent.slideDuration, time));
  }
}

declare module './DStream' {
  interface DStream<T> {
    /**
     * At each slide, the records of the last `windowDuration` ms.
     * @param slideDuration ms; the parent's slide duration when left out
     */
    window(windowDuration: number, slideDuration?: number): DStream<T>;
  }
}

DStream.prototype.window = function <T>(this: DStream<T>, windowDuration: number, slideDuration?: number): DStream<T> {
  return new WindowedDStream(this, windowDuration, slideDuration ?? this.slideDuration);
};
