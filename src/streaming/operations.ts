/**
 * The registry of operations: each file adds its own to DStream, RDD or StreamingContext. A new operation is one new file and one
 * line here.
 */
import './rdd/AwaitedRDD';
import './rdd/CoalescedRDD';
import './rdd/CogroupedRDD';
import './rdd/IndexedRDD';
import './rdd/MapPartitionsRDD';
import './rdd/NarrowRDD';
import './rdd/RepartitionedRDD';
import './rdd/ShuffledRDD';
import './rdd/SortedRDD';
import './rdd/UnionRDD';
import './rdd/folding';
import './rdd/joins';
import './rdd/keyedActions';
import './rdd/sample';
import './rdd/saveAsFile';
import './rdd/savedFiles';
import './dstream/ForEachDStream';
import './dstream/QueueInputDStream';
import './dstream/RDDMappedDStream';
import './dstream/ReceiverInputDStream';
import './dstream/ReducedWindowedDStream';
import './dstream/TransformedDStream';
import './dstream/WindowedDStream';
import './dstream/fileStreams';
import './dstream/joins';
import './dstream/mapWithState';
import './dstream/print';
import './dstream/reduce';
import './dstream/saveAsFiles';
import './dstream/socketStreams';
import './dstream/updateStateByKey';
import './dstream/windows';
