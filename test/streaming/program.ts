import { ManualClock, type DStream, type QueuedBatch } from '../../src/streaming';
import { QueueInputDStream } from '../../src/streaming/dstream/QueueInputDStream';
import { StreamingContext } from '../../src/streaming/StreamingContext';
import type { StreamingContextOptions } from '../../src/streaming/StreamingContextOptions';

/** What an output was given: the batch time (ms since the epoch), and the records of its RDD. */
export type Output<T> = [time: number, records: T[]];

/** A program on a manual clock that writes down what it logs. */
export interface Program {
  readonly clock: ManualClock;
  readonly ssc: StreamingContext;
  readonly warnings: string[];
  readonly errors: string[];
  /** What it shows, line by line. */
  readonly shown: string[];
}

export interface ProgramOptions extends Partial<Omit<StreamingContextOptions, 'clock' | 'log'>> {
  /** Where the clock starts, ms since the epoch; 0 when left out. */
  readonly startAt?: number;
  readonly clock?: ManualClock;
}

/** @param options the batch interval is 1,000 ms when left out */
export function program(options: ProgramOptions = {}): Program {
  const { startAt = 0, clock = new ManualClock(startAt), batchInterval = 1000, ...others } = options;
  const warnings: string[] = [];
  const errors: string[] = [];
  const shown: string[] = [];
  const log = {
    warn: (text: string) => warnings.push(text),
    error: (text: string) => errors.push(text),
    log: (text: string) => shown.push(text),
  };
  return { clock, ssc: new StreamingContext({ batchInterval, clock, log, ...others }), warnings, errors, shown };
}

/** Registers an output that writes down every RDD of the stream. */
export function recorded<T>(stream: DStream<T>): Output<T>[] {
  const outputs: Output<T>[] = [];
  stream.foreachRDD(async (rdd, time) => {
    outputs.push([time, await rdd.collect()]);
  });
  return outputs;
}

/** Builds a program with one output, runs it for `duration` ms, stops it, and gives what the output got. */
export async function outputsOf<T>(
  duration: number,
  build: (ssc: StreamingContext) => DStream<T>,
  options: ProgramOptions = {},
): Promise<Output<T>[]> {
  const { ssc, clock, errors } = program(options);
  const outputs = recorded(build(ssc));
  await ssc.start();
  await clock.advance(duration);
  await ssc.stop();
  if (errors.length > 0) throw new Error(errors.join('\n'));
  return outputs;
}

/** What a promise is rejected with; fails when it is fulfilled. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof Error) return thrown;
    throw new Error(`Rejected with something that is not an error: ${String(thrown)}`);
  }
  throw new Error('The promise was fulfilled.');
}

/** The values in an order that does not depend on partitions. */
export function sorted<T>(values: readonly T[]): T[] {
  const text = (value: T): string => JSON.stringify(value);
  return [...values].sort((first, second) => (text(first) < text(second) ? -1 : 1));
}

/** The entries of a queue stream that no batch was given, or that were given back. */
export function waitingIn<T>(stream: DStream<T>): readonly QueuedBatch<T>[] {
  if (stream instanceof QueueInputDStream) return (stream as QueueInputDStream<T>).waiting;
  throw new Error('This is no queue stream.');
}
