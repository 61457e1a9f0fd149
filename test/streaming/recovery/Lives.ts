import { ManualClock, Receiver, type DStream } from '../../../src/streaming';
import type { StreamingContext } from '../../../src/streaming/StreamingContext';
import { openRecoveryLog } from '../../../src/streamingRecovery';
import { SeededRandom } from '../../support/simulation/SeededRandom';
import { type CrashKind, SimulatedDisk } from '../../support/simulation/SimulatedDisk';
import { type Output, program, type ProgramOptions } from '../program';

/** A receiver that is told what to receive. */
export class Hand<T> extends Receiver<T> {
  onStart(): void {
    // Records come by `store`.
  }

  onStop(): void {
    // Nothing was opened.
  }
}

/** Makes what is looked at from what is received. */
export type Build<T> = (input: DStream<T>, ssc: StreamingContext) => DStream<unknown>;

/** One life of a program: from its start to its end or to a crash. */
export interface Life<T> {
  readonly clock: ManualClock;
  readonly ssc: StreamingContext;
  readonly hand: Hand<T>;
  readonly outputs: readonly Output<unknown>[];
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
}

export interface LifeOptions extends Omit<ProgramOptions, 'clock' | 'startAt'> {
  /** ms; 10,000 when left out */
  readonly checkpointInterval?: number;
  /** Called by each output before it reads its records. */
  readonly before?: (time: number) => Promise<void> | void;
}

/** Lives of a program that follow each other on one disk. */
export class Lives<T> {
  readonly disk: SimulatedDisk;
  /** ms since the epoch, where no program lives */
  now = 0;
  readonly #build: Build<T>;

  constructor(build: Build<T>, seed = 7) {
    this.disk = new SimulatedDisk(new SeededRandom(seed));
    this.#build = build;
  }

  /** Builds the program anew and starts it; what is run again, or was missed, has run when this resolves. */
  async start(options: LifeOptions = {}, build = this.#build): Promise<Life<T>> {
    const life = await this.open(options, build);
    await life.ssc.start();
    await life.clock.advance(0);
    return life;
  }

  async open({ checkpointInterval, before, ...options }: LifeOptions = {}, build = this.#build): Promise<Life<T>> {
    const clock = new ManualClock(this.now);
    const { ssc, warnings, errors } = program({ clock, ...options });
    const hand = new Hand<T>();
    const outputs: Output<unknown>[] = [];
    build(ssc.receiverStream(hand), ssc).foreachRDD(async (rdd, time) => {
      await before?.(time);
      outputs.push([time, await rdd.collect()]);
    });
    const log = await openRecoveryLog(this.disk.connect(), { clock, epoch: 1 });
    await ssc.recoverFrom(log, 'checkpoints', checkpointInterval);
    return { clock, ssc, hand, outputs, warnings, errors };
  }

  /** One batch after the other, each with these records. */
  async feed({ hand, clock }: Life<T>, batches: readonly (readonly T[])[]): Promise<void> {
    for (const batch of batches) {
      if (batch.length > 0) hand.storeAll(batch);
      await clock.advance(1000);
    }
  }

  /** The process ends as it is: what it asks the disk for from now on never comes back. */
  crash({ clock }: Life<T>, kind: CrashKind = 'power'): void {
    this.disk.crash(kind);
    this.now = clock.now();
  }

  async stop({ ssc, clock }: Life<T>): Promise<void> {
    await ssc.stop();
    this.now = clock.now();
  }
}
