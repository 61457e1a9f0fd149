import type { Clock, Timer } from '../ports/Clock';
import type { BatchOrigin, Settled, Sink, SinkRecord } from '../sinks/Sink';

/** ms that whatever is under way may still take when a plan ends. */
const LAST_WAIT = 1000;

/** What may go on being delivered after the plan has ended that made it: few batches, or few records. More would fill memory. */
const FEW_BATCHES = 10;
const FEW_RECORDS = 100_000;

/**
 * One sink of a running graph that sends records out of Node-RED, and what it has not delivered. It outlives the streams
 * that feed it: a redeploy neither drops a connection that did not change nor a record that waits, and does not wait for a
 * place that does not answer.
 */
export class SinkRuntime {
  readonly #clock: Clock;
  #sink: Sink | undefined;
  /** What the sink was made from: it is made anew when this changes. */
  #identity: string | undefined;
  /** Ends when everything handed over so far is settled. */
  #lane: Promise<void> = Promise.resolve();
  #batches = 0;
  #undelivered = 0;
  /** Those who wait for a batch, to be let go. */
  readonly #waiting = new Set<() => void>();
  /** Those who wait for another sink. */
  #changed: (() => void)[] = [];
  #patience: Timer | undefined;
  #lettingGo = false;
  #ending = false;
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records that were handed over and have neither arrived nor been refused. */
  get undelivered(): number {
    return this.#undelivered;
  }

  /** Whether it was stopped: it delivers nothing any more. */
  get hasEnded(): boolean {
    return this.#ending;
  }

  /**
   * Resolves when every record is settled, or earlier where the plan ends and others must not wait.
   * @param done called when every record is settled, however late; never where the sink ends before
   */
  deliver(
    records: readonly SinkRecord[], settled: Settled, batchTime: number, done: () => void = () => undefined, origin?: BatchOrigin,
  ): Promise<void> {
    const count = records.reduce((sum, record) => sum + record.count, 0);
    this.#undelivered += count;
    if (this.#ending) return Promise.resolve();
    this.#batches++;
    const remaining = new Set(records);
    const delivered = this.#lane.then(() => this.#deliverAll(remaining, settled, batchTime, origin)).finally(() => {
      this.#batches--;
      if (remaining.size === 0) done();
    });
    this.#lane = delivered;
    if (this.#mayLeave) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      void delivered.then(() => {
        this.#waiting.delete(resolve);
        resolve();
      });
    });
  }

  async #deliverAll(remaining: Set<SinkRecord>, settled: Settled, batchTime: number, origin?: BatchOrigin): Promise<void> {
    let from = origin;
    while (remaining.size > 0 && !this.#stopped) {
      const sink = this.#sink;
      if (sink === undefined) {
        await new Promise<void>((resolve) => this.#changed.push(resolve));
        continue;
      }
      await sink.deliver([...remaining], (record, refusal) => {
        if (!remaining.delete(record)) return;
        this.#undelivered -= record.count;
        settled(record, refusal);
      }, batchTime, from);
      // The sink that gave up may have delivered what it was not certain of.
      from = { run: origin?.run, runsAgain: origin?.runsAgain ?? new Set() };
      // A sink gives up before all is settled when it is stopped; the next one goes on.
      if (remaining.size > 0 && this.#sink === sink && !this.#isStopped()) {
        await new Promise<void>((resolve) => this.#changed.push(resolve));
      }
    }
  }

  /** Makes the sink run that fits; one that runs already and was made from the same stays as it is. */
  async run(identity: string, makeSink: () => Sink | undefined): Promise<void> {
    if (identity !== this.#identity && !this.#stopped) {
      const old = this.#sink;
      this.#sink = undefined;
      this.#identity = identity;
      await old?.stop();
      // It may have been stopped while the old sink was.
      if (this.#isStopped()) return;
      this.#sink = makeSink();
      this.#sink?.start();
      this.#tellChange();
    }
    this.#hold();
  }

  /** Whether the sink that runs, if any, was made from this. */
  isMadeFrom(identity: string): boolean {
    return identity === this.#identity;
  }

  /** From now on, and until `run`, nobody waits longer for a batch than what is under way may need. Records stay, and go on. */
  letGo(): void {
    if (this.#patience !== undefined || this.#lettingGo) return;
    this.#patience = this.#clock.schedule(LAST_WAIT, () => {
      this.#patience = undefined;
      this.#lettingGo = true;
      if (this.#mayLeave) this.#releaseAll();
    });
  }

  get #mayLeave(): boolean {
    return this.#lettingGo && (this.#batches <= FEW_BATCHES || this.#undelivered <= FEW_RECORDS);
  }

  /** Batches wait again for what they hand over. */
  #hold(): void {
    this.#patience?.cancel();
    this.#patience = undefined;
    this.#lettingGo = false;
  }

  /**
   * Gives what is under way a last chance, and ends in 3 s at most, whatever the place outside does. Batches that still come are
   * not delivered, but counted.
   */
  async stop(): Promise<void> {
    this.#ending = true;
    if (this.#undelivered > 0) await this.#within(LAST_WAIT);
    this.#stopped = true;
    this.#hold();
    const sink = this.#sink;
    this.#sink = undefined;
    this.#releaseAll();
    this.#tellChange();
    await sink?.stop();
  }

  async #within(limit: number): Promise<void> {
    let timer: Timer | undefined;
    const over = new Promise<void>((resolve) => {
      timer = this.#clock.schedule(limit, resolve);
    });
    await Promise.race([this.#lane, over]);
    timer?.cancel();
  }

  #releaseAll(): void {
    for (const release of this.#waiting) release();
    this.#waiting.clear();
  }

  #tellChange(): void {
    for (const resume of this.#changed.splice(0)) resume();
  }

  #isStopped(): boolean {
    return this.#stopped;
  }
}
