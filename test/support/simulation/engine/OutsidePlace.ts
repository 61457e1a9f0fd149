import type { Clock } from '../../../../src/ports/Clock';
import type { Settled, Sink, SinkRecord } from '../../../../src/sinks/Sink';
import type { SeededRandom } from '../SeededRandom';

/**
 * A place outside, such as a server, that takes a while, that sometimes does not answer although it has taken something, and that
 * is away for a time. It outlives the processes that send to it.
 */
export class OutsidePlace {
  /** What came under each id, and how often. */
  readonly received = new Map<string, { readonly text: string; count: number }>();
  /** Nobody answers. */
  isAway = false;
  /** Ids under which different things came. */
  readonly contradictions: string[] = [];
  readonly #random: SeededRandom;
  /** How likely something is not answered, with or without having been taken. */
  unreliable: number;

  /** @param unreliable how likely something is not answered, with or without having been taken */
  constructor(random: SeededRandom, unreliable: number) {
    this.#random = random;
    this.unreliable = unreliable;
  }

  /** The sink of one process. */
  connect(clock: Clock, isAlive: () => boolean): Sink {
    let isStopped = false;
    let stop: () => void = () => undefined;
    const stopping = new Promise<void>((resolve) => (stop = resolve));
    const pause = (duration: number): Promise<void> =>
      Promise.race([stopping, new Promise<void>((resolve) => clock.schedule(duration, resolve))]);
    const send = async (record: SinkRecord, settle: Settled): Promise<void> => {
      for (;;) {
        if (this.unreliable > 0 && this.#random.chance(0.3)) await pause(this.#random.below(300));
        if (isStopped) return;
        if (!isAlive()) return new Promise<void>(() => undefined);
        const isLost = this.isAway || this.#random.chance(this.unreliable);
        if (!isLost || (!this.isAway && this.#random.chance(0.5))) this.#take(record);
        if (!isLost) {
          settle(record);
          return;
        }
        await pause(500);
      }
    };
    return {
      start: () => undefined,
      deliver: async (records, settle) => {
        for (const record of records) await send(record, settle);
      },
      stop: () => {
        isStopped = true;
        stop();
        return Promise.resolve();
      },
    };
  }

  #take({ id, payload }: SinkRecord): void {
    const text = JSON.stringify(payload);
    const before = this.received.get(id);
    if (before === undefined) this.received.set(id, { text, count: 1 });
    else {
      if (before.text !== text) this.contradictions.push(`${id} was ${before.text}, and then ${text}`);
      before.count++;
    }
  }
}
