import { type DStream, ManualClock, StreamingContext, type StreamingContextOptions } from '../../../src/streaming';

/** Batches as Spark's suites write them: one array a batch interval, null for a batch without an RDD. */
export type Batches<T> = readonly (readonly T[] | null)[];

export type Options = Partial<Omit<StreamingContextOptions, 'clock'>>;

/** A context of one second on a clock that starts at 0, and that clock. */
export function context(options: Options = {}): { readonly ssc: StreamingContext; readonly clock: ManualClock } {
  const clock = new ManualClock(0);
  return { clock, ssc: new StreamingContext({ batchInterval: 1000, clock, ...options }) };
}

/** An input with two partitions a batch, as Spark's test streams have, so that results are combined over partitions. */
export function input<T>(ssc: StreamingContext, batches: Batches<T>, partitions = 2): DStream<T> {
  return ssc.queueStream<T>(batches.map((batch) => (batch === null ? null : ssc.parallelize(batch, partitions))));
}

/** Writes down what a stream gives in each batch that has an RDD. */
export function collected<T>(stream: DStream<T>): T[][] {
  const outputs: T[][] = [];
  stream.foreachRDD(async (rdd) => {
    outputs.push(await rdd.collect());
  });
  return outputs;
}

/** Runs an operation over batches of one second for `batches` seconds, as many as there are inputs when left out. */
export async function run<T, U>(
  batches: Batches<T>,
  operation: (stream: DStream<T>, ssc: StreamingContext) => DStream<U>,
  { numBatches = batches.length, partitions = 2, ...options }: Options & { numBatches?: number; partitions?: number } = {},
): Promise<U[][]> {
  const { ssc, clock } = context(options);
  const outputs = collected(operation(input(ssc, batches, partitions), ssc));
  await ssc.start();
  await clock.advance(numBatches * 1000);
  await ssc.stop();
  await ssc.awaitTermination();
  return outputs;
}

/** The same with two inputs. */
export async function runTwo<T, U, V>(
  first: Batches<T>,
  second: Batches<U>,
  operation: (first: DStream<T>, second: DStream<U>, ssc: StreamingContext) => DStream<V>,
  options: Options = {},
): Promise<V[][]> {
  const { ssc, clock } = context(options);
  const outputs = collected(operation(input(ssc, first), input(ssc, second), ssc));
  await ssc.start();
  await clock.advance(Math.max(first.length, second.length) * 1000);
  await ssc.stop();
  await ssc.awaitTermination();
  return outputs;
}

/** Batches whose order within a batch is not promised, in an order of their own. */
export function asSets(batches: readonly (readonly unknown[])[]): unknown[][] {
  const text = (record: unknown): string => JSON.stringify(record);
  return batches.map((batch) => [...batch].sort((one, other) => (text(one) < text(other) ? -1 : 1)));
}

/** What a call throws or a promise is rejected with. */
export async function errorOf(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (thrown) {
    if (thrown instanceof Error) return thrown;
    throw new Error(`Thrown, but not an error: ${String(thrown)}`);
  }
  throw new Error('Nothing was thrown.');
}

/** Keeps what a test logs on purpose away from the console, and gives its lines. */
export async function quietly(test: () => unknown): Promise<string[]> {
  const { log, warn, error } = console;
  const lines: string[] = [];
  const keep = (...words: unknown[]): void => {
    lines.push(words.map(String).join(' '));
  };
  Object.assign(console, { log: keep, warn: keep, error: keep });
  try {
    await test();
  } finally {
    Object.assign(console, { log, warn, error });
  }
  return lines;
}
