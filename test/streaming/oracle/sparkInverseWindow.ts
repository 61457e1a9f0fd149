import { type Batch, keysOf, type KeyedRecord, valuesOf } from './batches';

const sumOf = (values: readonly number[]): number => values.reduce((first, second) => first + second, 0);

/**
 * Spark's incremental window for sums, straight from its definition: the value of a key is its value one slide ago, less what
 * left the window, plus what came; a key that had no value is given what came. Keys stay until the filter rejects them, and are
 * forgotten then. Slides are counted from the zero time.
 */
export function sparkInverseWindow<K>(
  batches: readonly Batch<KeyedRecord<K, number>>[],
  zeroTime: number,
  window: number,
  slide: number,
  filter: (value: number) => boolean,
): Batch<KeyedRecord<K, number>>[] {
  const between = (from: number, to: number): KeyedRecord<K, number>[] =>
    batches.filter(({ time }) => time > from && time <= to).flatMap(({ records }) => records);
  const results: Batch<KeyedRecord<K, number>>[] = [];
  let previous: readonly KeyedRecord<K, number>[] = [];
  for (const { time } of batches) {
    if ((time - zeroTime) % slide !== 0) continue;
    const left = between(time - slide - window, Math.min(time - slide, time - window));
    const came = between(Math.max(time - slide, time - window), time);
    previous = keysOf([...previous, ...came])
      .map((key): [K, number] => {
        const [before] = valuesOf(previous, key);
        return [key, before === undefined ? sumOf(valuesOf(came, key)) : before - sumOf(valuesOf(left, key)) + sumOf(valuesOf(came, key))];
      })
      .filter(([, value]) => filter(value));
    results.push({ time, records: previous });
  }
  return results;
}
