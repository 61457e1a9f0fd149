import type { Clock } from '../../ports/Clock';
import type { Log } from '../../ports/Log';
import type { DStream } from '../dstream/DStream';
import type { FileInputDStream } from '../dstream/FileInputDStream';
import type { ReceiverInputDStream } from '../dstream/ReceiverInputDStream';
import { asError, IllegalArgumentError, StreamingError } from '../errors';
import type { BatchJournal, ReplayedBatches } from '../scheduler/BatchJournal';
import type { LoggedBatch, LoggedRecords, RecoveryLog } from './RecoveryLog';
import { type StreamId, streamIds } from './streamIds';

/** What a checkpoint and every batch say of the program. */
interface ProgramData {
  /** ms since the epoch */
  readonly zeroTime: number;
  /** ms */
  readonly batchInterval: number;
}

/** How the records of a batch lie in its blocks, by input: the length of each block, below 0 for one that was stored as a whole. */
type Layouts = ReadonlyMap<string, readonly number[]>;

export interface ContextRecoveryOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** ms */
  readonly batchInterval: number;
  /** ms between two checkpoints */
  readonly checkpointInterval: number;
  /** Told of what cannot be kept. */
  readonly onError: (error: Error) => void;
}

/**
 * Makes a program one that is found again: writes down what receivers bring, what each batch consists of, and now and then the
 * state of all streams; and brings that back into a program that was built anew. In Spark's order: the state of the newest
 * checkpoint, the batches after it with the same records, batches that were missed (the first gets what waited), and then the
 * clock. So state has every record once, and outputs get the last batches perhaps twice.
 *
 * The state is taken just before a batch begins, when that of the batch before is complete and nothing changes it; it is written
 * while batches go on.
 */
export class ContextRecovery implements BatchJournal, ReplayedBatches {
  readonly times: readonly number[];
  readonly #log: RecoveryLog;
  readonly #options: ContextRecoveryOptions;
  readonly #earlier: ReadonlyMap<number, LoggedBatch>;
  readonly #program: ProgramData | undefined;
  readonly #waiting: LoggedRecords[] = [];
  readonly #upTo = new Map<string, number>();
  #ids: ReadonlyMap<DStream<unknown>, StreamId> = new Map();
  #zeroTime = 0;
  /** The newest batch that has begun, that has passed, and that is in a checkpoint: ms since the epoch. */
  #begun: number | undefined;
  #passed = -Infinity;
  #checkpointed: number | undefined;
  /** The state after a batch whose outputs still run. */
  #taken: { readonly batch: number; readonly sections: ReadonlyMap<string, Uint8Array> } | undefined;
  #writing: Promise<void> | undefined;
  #problem = '';
  #hasFailed = false;

  constructor(log: RecoveryLog, options: ContextRecoveryOptions) {
    const { checkpoint, batches, sources } = log.earlier;
    this.#log = log;
    this.#options = options;
    this.times = batches.map(({ time }) => time);
    this.#earlier = new Map(batches.map((batch) => [batch.time, batch]));
    this.#program = (checkpoint?.data ?? (batches[0]?.data as { readonly program?: ProgramData } | undefined)?.program) as
      | ProgramData
      | undefined;
    this.#checkpointed = checkpoint?.batch;
    for (const [source, { next, waiting }] of sources) this.#upTo.set(source, next - waiting);
  }

  /** Whether there is anything to recover. */
  get isRecovery(): boolean {
    return this.#program !== undefined || this.#log.earlier.sources.size > 0;
  }

  /** The batch time before the first one that there ever was, ms since the epoch. */
  get zeroTime(): number | undefined {
    return this.#program?.zeroTime;
  }

  /** The last batch time of the earlier run, ms since the epoch. */
  get startAfter(): number | undefined {
    return this.#log.earlier.lastBatch;
  }

  /**
   * Reads what waits for a batch, and checks that the program can be recovered.
   * @param streams in the order of their creation
   */
  async open(streams: readonly DStream<unknown>[]): Promise<void> {
    const { batchInterval, log } = this.#options;
    if (streams.some((stream) => stream.recoveredFrom === 'nowhere')) {
      if (this.isRecovery) {
        throw new StreamingError(
          `The program in ${this.#log.location} cannot be recovered: it has a queueStream, whose records are nowhere but in memory. ` +
            'Use another input, or a new checkpoint directory.',
        );
      }
      log.warn('A program with a queueStream cannot be recovered: its records are nowhere but in memory. Use another input.');
    }
    const before = this.#program?.batchInterval ?? batchInterval;
    if (before !== batchInterval) {
      throw new IllegalArgumentError(
        `The checkpoint in ${this.#log.location} was made with batches of ${String(before)} ms, and the program has ` +
          `${String(batchInterval)} ms; use ${String(before)} ms, or a new checkpoint directory.`,
      );
    }
    const { quarantined } = this.#log.earlier;
    if (quarantined.length > 0) {
      log.warn(
        `In ${this.#log.location} checkpoints could not be read, and were put aside: ${quarantined.join(', ')}. An older one and the ` +
          'log have all that was in them.',
      );
    }
    await this.#log.earlier.readWaiting((records) => this.#waiting.push(records));
  }

  /** Gives the streams what was kept of them, once they have been initialised and before any batch. */
  restore(streams: readonly DStream<unknown>[], zeroTime: number): void {
    this.#zeroTime = zeroTime;
    this.#ids = streamIds(streams);
    const lost: string[] = [];
    const byId = new Map([...this.#ids].map(([stream, { id }]) => [id, stream]));
    for (const [id, bytes] of this.#log.earlier.checkpoint?.sections ?? []) {
      const { name, state } = this.#log.decode(bytes) as { readonly name: string; readonly state: unknown };
      const stream = byId.get(id);
      if (stream === undefined) lost.push(`the state of ${name}`);
      else stream.restoreState(state);
    }
    const receivers = this.#receivers();
    for (const { source, records } of this.#waiting.splice(0)) {
      receivers.get(source)?.stream.putBack(records, receivers.get(source)?.isWhole === true);
    }
    for (const [source, { next, waiting }] of this.#log.earlier.sources) {
      if (receivers.has(source)) continue;
      // Or the log could never be shortened.
      this.#upTo.set(source, next);
      if (waiting > 0) lost.push(`${String(waiting)} waiting records of ${source}`);
    }
    for (const [stream, { id }] of this.#ids) {
      if (!isLogged(stream)) continue;
      stream.log = (records, isWhole) => this.#append(isWhole ? blocksOf(id) : id, records);
    }
    if (lost.length === 0) return;
    this.#options.log.warn(
      `The program in ${this.#log.location} has changed, and what fits no stream any more is left out: ${lost.join(', ')}. ` +
        'All other state goes on. To have it back, stop now and run the program as it was before.',
    );
  }

  /** Tells the inputs what a batch of the earlier run consists of. */
  async load(time: number): Promise<void> {
    const batch = this.#earlier.get(time);
    const pieces = await this.#log.earlier.recordsOf(time);
    const recordsOf = (source: string): unknown[] => pieces.flatMap((piece) => (piece.source === source ? piece.records : []));
    const layouts = (batch?.data as { readonly layouts: Layouts } | undefined)?.layouts;
    for (const [stream, { id }] of this.#ids) {
      if (readsAgain(stream)) stream.assign(time, batch?.external.get(id));
      if (!isLogged(stream)) continue;
      stream.assign(time, cut(layouts?.get(id) ?? [], recordsOf(id), recordsOf(blocksOf(id))));
    }
  }

  async begin(time: number): Promise<void> {
    const { checkpointInterval } = this.#options;
    const last = this.#begun;
    if (last !== undefined && last - (this.#checkpointed ?? this.#zeroTime) >= checkpointInterval) await this.#take(last);
    this.#begun = time;
    if (!this.#earlier.has(time)) await this.#intend(time);
  }

  /** A batch and all before it have ended. */
  passed(time: number): void {
    this.#passed = time;
    this.#write();
  }

  /** A batch could not be made, and is given up with its records. */
  skipped(time: number): void {
    if (!this.#earlier.has(time)) this.#advance(time);
  }

  /** The program ends because a batch failed: that one is to be run again. */
  failed(): void {
    this.#hasFailed = true;
  }

  /** Once nothing runs any more: makes a last checkpoint, so that nothing has to be run again, and closes the log. */
  async close(): Promise<void> {
    const last = this.#begun;
    if (last !== undefined && last === this.#passed && last !== this.#checkpointed && !this.#hasFailed) {
      await this.#writing;
      await this.#take(last);
      this.#write();
    }
    await this.#writing;
    await this.#log.close();
  }

  async #take(batch: number): Promise<void> {
    if (this.#taken !== undefined || this.#writing !== undefined) return;
    const sections = new Map<string, Uint8Array>();
    for (const [stream, { id, name }] of this.#ids) {
      try {
        const state = await stream.saveState(batch);
        if (state !== undefined) sections.set(id, this.#log.encode({ name, state }));
      } catch (thrown) {
        this.#tell(new StreamingError(
          `The state of ${name} cannot be kept in a checkpoint: ${asError(thrown).message} Keep plain data as state. Until then ` +
            'no checkpoint is made, and after a crash all batches since the last one run again.',
          { cause: thrown },
        ));
        return;
      }
    }
    this.#taken = { batch, sections };
    this.#write();
  }

  /** Writes the state that was taken, once its batch has passed. */
  #write(): void {
    const taken = this.#taken;
    if (taken === undefined || taken.batch > this.#passed || this.#writing !== undefined) return;
    this.#taken = undefined;
    const data: ProgramData = { zeroTime: this.#zeroTime, batchInterval: this.#options.batchInterval };
    this.#writing = this.#log
      .checkpoint(taken.batch, taken.sections, data)
      .then(
        () => {
          this.#checkpointed = taken.batch;
          this.#problem = '';
        },
        (thrown: unknown) => {
          this.#tell(new StreamingError(
            `The checkpoint of ${String(taken.batch)} ms was not written: ${asError(thrown).message} The next one is tried as usual.`,
            { cause: thrown },
          ));
        },
      )
      .finally(() => {
        this.#writing = undefined;
      });
    this.#options.clock.track(this.#writing);
  }

  #append(source: string, records: readonly unknown[]): Promise<void> {
    if (!this.#upTo.has(source)) this.#upTo.set(source, 0);
    const durable = this.#log.append(source, records);
    durable.catch((thrown: unknown) => {
      this.#tell(new StreamingError(`Records are in memory only: ${asError(thrown).message}`, { cause: thrown }));
    });
    return durable;
  }

  #intend(time: number): Promise<void> {
    const layouts = this.#advance(time);
    const external = new Map<string, unknown>();
    for (const [stream, { id }] of this.#ids) {
      if (readsAgain(stream)) external.set(id, stream.selectionOf(time));
    }
    const program: ProgramData = { zeroTime: this.#zeroTime, batchInterval: this.#options.batchInterval };
    return this.#log.intend({ time, upTo: new Map(this.#upTo), external, data: { program, layouts } });
  }

  /** Counts the records of a batch as given. */
  #advance(time: number): Layouts {
    const layouts = new Map<string, readonly number[]>();
    for (const [stream, { id }] of this.#ids) {
      if (!isLogged(stream)) continue;
      const layout = stream.layoutOf(time);
      if (layout.length === 0) continue;
      layouts.set(id, layout);
      for (const length of layout) {
        const source = length < 0 ? blocksOf(id) : id;
        this.#upTo.set(source, (this.#upTo.get(source) ?? 0) + Math.abs(length));
      }
    }
    return layouts;
  }

  #receivers(): ReadonlyMap<string, { readonly stream: ReceiverInputDStream<unknown>; readonly isWhole: boolean }> {
    const receivers = new Map<string, { readonly stream: ReceiverInputDStream<unknown>; readonly isWhole: boolean }>();
    for (const [stream, { id }] of this.#ids) {
      if (!isLogged(stream)) continue;
      receivers.set(id, { stream, isWhole: false });
      receivers.set(blocksOf(id), { stream, isWhole: true });
    }
    return receivers;
  }

  /** Once for each cause. */
  #tell(error: Error): void {
    if (error.message === this.#problem) return;
    this.#problem = error.message;
    this.#options.onError(error);
  }
}

function isLogged(stream: DStream<unknown>): stream is ReceiverInputDStream<unknown> {
  return stream.recoveredFrom === 'log';
}

function readsAgain(stream: DStream<unknown>): stream is FileInputDStream<unknown> {
  return stream.recoveredFrom === 'origin';
}

/** What was stored as a block keeps an order of its own: it may overtake what the rate makes wait. */
function blocksOf(id: string): string {
  return `${id} blocks`;
}

/**
 * The blocks of a batch. What its sources have beyond them, in front, belonged to a batch that was given up.
 * @param layout as in `Layouts`
 */
function cut(layout: readonly number[], records: readonly unknown[], blocks: readonly unknown[]): unknown[][] {
  const sum = (isWhole: boolean): number =>
    layout.reduce((total, length) => (length < 0 === isWhole ? total + Math.abs(length) : total), 0);
  let nextRecord = records.length - sum(false);
  let nextBlock = blocks.length - sum(true);
  return layout.map((length) =>
    length < 0 ? blocks.slice(nextBlock, (nextBlock -= length)) : records.slice(nextRecord, (nextRecord += length)),
  );
}
