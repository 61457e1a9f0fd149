/**
 * The registry of operations: each file adds its own to DStream or RDD. A new operation is one new file and one line here.
 */
import './rdd/AwaitedRDD';
import './rdd/MapPartitionsRDD';
import './rdd/NarrowRDD';
import './rdd/RepartitionedRDD';
import './rdd/ShuffledRDD';
import './rdd/UnionRDD';
import './dstream/ForEachDStream';
import './dstream/RDDMappedDStream';
import './dstream/ReducedWindowedDStream';
import './dstream/TransformedDStream';
import './dstream/WindowedDStream';
import './dstream/reduce';
