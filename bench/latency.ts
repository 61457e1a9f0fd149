/**
 * How long a result is on its way: from the end of the batch that a record belongs to (before that it waits for the others of its batch,
 * which is what micro-batches are) until the result message is out at the sink's output. Counted once for each record.
 */
import type { Bench } from './support/bench';
import type { ResultLine } from './support/drawings';
import { SENSORS, Stage } from './support/Stage';
import { weightedQuantile, type Weighted } from './support/statistics';

/** Messages a second. */
const RATE = 20_000;
/** s */
const LENGTH = 30;
/** Batch intervals: ms. */
const BATCHES = [100, 1000];

/** How long after the end of its batch a result was out: ms. */
function delayOf([time, batchEnd, count]: ResultLine): Weighted {
  return { value: time - batchEnd, weight: count };
}

/** How long before its batch the oldest record of it was published: what is on the way that long misses its batch. ms */
function wayOf([, batchEnd, , oldest]: ResultLine, batch: number): number {
  return Math.max(0, batchEnd - batch - oldest);
}

const bench: Bench = {
  work: `${RATE / 1000},000 messages/s at QoS 0 for ${LENGTH} s, mean of each of ${SENSORS} sensors in every batch: from the end of a record's batch until its result message is out`,
  goal: '99th percentile at most 25 ms',
  rounds: 3,
  run: (session) =>
    Stage.set(session, async (stage) => {
      for (const batch of BATCHES) {
        const subscriber = await stage.subscriber('ours', { withOldest: true, batch });
        const run = async (): Promise<Record<string, number>> => {
          const { lines, received, lost, took } = await stage.run(subscriber, { qos: 0, rate: RATE, count: RATE * LENGTH });
          const delays = lines.map(delayOf);
          return {
            'p50 ms': weightedQuantile(delays, 0.5),
            'p99 ms': weightedQuantile(delays, 0.99),
            'max ms': weightedQuantile(delays, 1),
            'longest way ms': Math.max(0, ...lines.map((line) => wayOf(line, batch))),
            'messages/s': (received * 1000) / took,
            lost,
          };
        };
        await session.compare({ name: `batches of ${String(batch)} ms`, variants: [{ name: 'the palette', run }] });
      }
    }),
};

export default bench;
