import type { Clock } from '../ports/Clock';
import type { BatchInfo } from '../streaming/scheduler/BatchInfo';
import type { BatchEvent, BatchOutput } from './Engine';
import { cutOff } from './cutOff';
import { textOf } from './textOf';

/** What one part of a sink does in a batch; times are those of the clock that only goes forward, ms. */
interface Part {
  readonly operator: string;
  readonly begun: number;
  ended: number;
  records: number;
  failure: string | undefined;
}

/**
 * What the sinks of a graph make of the batches that run, until it is told. Taps, and the wait for what is under way, belong to
 * nobody's figures.
 */
export class BatchOutputs {
  readonly #clock: Clock;
  /** By batch time, and by part: a sink whose inputs slide differently has several. */
  readonly #batches = new Map<number, Map<string, Part>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Runs a part of a sink. Where it is tried again, what was told of the attempt before counts no more, but the time does.
   * @param time of the batch, ms since the epoch
   */
  async run(part: string, operator: string, time: number, work: () => Promise<void>): Promise<void> {
    const now = this.#clock.monotonic();
    let batch = this.#batches.get(time);
    if (batch === undefined) this.#batches.set(time, batch = new Map<string, Part>());
    const entry: Part = { operator, begun: batch.get(part)?.begun ?? now, ended: now, records: 0, failure: undefined };
    batch.set(part, entry);
    try {
      await work();
    } catch (thrown) {
      entry.failure = textOf(thrown);
      throw thrown;
    } finally {
      entry.ended = this.#clock.monotonic();
    }
  }

  /** A part was given so many records by its batch. */
  took(part: string, time: number, records: number): void {
    const entry = this.#batches.get(time)?.get(part);
    if (entry !== undefined) entry.records = records;
  }

  /** Counts the time until what a part handed over has arrived; its batch may have ended before, and then does not tell. */
  async delivering(part: string, time: number, delivered: Promise<void>): Promise<void> {
    await delivered;
    const entry = this.#batches.get(time)?.get(part);
    if (entry !== undefined) entry.ended = this.#clock.monotonic();
  }

  /** What there is to tell of a batch that has ended; forgets it. */
  eventOf(info: BatchInfo): BatchEvent {
    const { batchTime, numRecords, schedulingDelay = 0, processingDelay = 0, failureReason } = info;
    const given = [...info.streamIdToInputInfo.values()].filter((input) => input.numRecords > 0);
    // The streams of receivers are called by their ids.
    const inputs = Object.fromEntries(given.map((input) => [input.description, input.numRecords]));
    const outputs = outputsOf([...this.#batches.get(batchTime)?.values() ?? []]);
    this.#batches.delete(batchTime);
    return {
      batchTime, records: numRecords, schedulingDelay, processingDelay, inputs, outputs,
      ...(failureReason === undefined ? {} : { failure: cutOff(failureReason) }),
    };
  }
}

/** One for each sink, in the order in which they began. */
function outputsOf(parts: readonly Part[]): BatchOutput[] {
  const outputs = new Map<string, BatchOutput>();
  for (const { operator, begun, ended, records, failure: own } of parts) {
    const before = outputs.get(operator);
    const failure = before?.failure ?? own;
    outputs.set(operator, {
      operator,
      records: (before?.records ?? 0) + records,
      duration: (before?.duration ?? 0) + Math.round(ended - begun),
      ...(failure === undefined ? {} : { failure }),
    });
  }
  return [...outputs.values()];
}
