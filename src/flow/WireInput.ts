import type { OfferedMessage } from '../engine/Engine';
import { RefusedError } from '../engine/RefusedError';
import type { Clock } from '../ports/Clock';
import { RefusalReports } from './RefusalReports';

/** Messages handed over in one go. */
export const MOST_AT_ONCE = 1000;

/** Messages that may wait while there is nobody to hand them to. */
export const MOST_WAITING = 100_000;

type Done = (error?: Error) => void;

interface Waiting {
  readonly message: OfferedMessage;
  readonly done: Done;
}

/** Where the messages of a receiver go at a moment. */
export interface WireTarget {
  /**
   * Resolves when the messages are taken.
   * @param signal as for `Query.offer`
   */
  take(messages: readonly OfferedMessage[], signal?: AbortSignal): Promise<void>;
  /** Messages that may be on their way without an answer. */
  readonly limit: number;
  /** Told of every message that is refused because of the limit. */
  refused(): void;
}

/**
 * Collects the messages that wires bring to one receiver and hands them over together: those of one turn of the event loop,
 * 1,000 at most. One promise for many messages is what makes a busy wire cheap. What a busy graph has not answered yet is
 * bounded, because it lies in memory that no buffer limit counts.
 */
export class WireInput {
  readonly #target: () => WireTarget | 'wait';
  #waiting: Waiting[] = [];
  /** Messages handed over and not answered yet. */
  #unanswered = 0;
  #scheduled = false;
  readonly #refusals: RefusalReports;

  /** @param target where messages go now, or `wait` while that is not known yet */
  constructor(target: () => WireTarget | 'wait', clock: Clock) {
    this.#target = target;
    this.#refusals = new RefusalReports(clock);
  }

  /** @param done called when the message is taken, or with why it was not; see `RefusalReports` for many of these */
  add(message: OfferedMessage, done: Done): void {
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      this.#refusals.refuse(done, refusal);
      return;
    }
    this.#waiting.push({ message, done });
    if (this.#waiting.length === MOST_AT_ONCE) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.flush();
      });
    }
  }

  /** Hands over what waits, if there is somebody to hand it to. */
  flush(): void {
    while (this.#waiting.length > 0) {
      const target = this.#target();
      if (target === 'wait') return;
      this.#handOver(this.#waiting.splice(0, MOST_AT_ONCE), target);
    }
  }

  #refusal(): Error | undefined {
    if (this.#waiting.length >= MOST_WAITING) {
      return new Error(`${String(MOST_WAITING)} messages wait for the deploy to end; this one was refused.`);
    }
    const open = this.#unanswered + this.#waiting.length;
    if (open < MOST_AT_ONCE) return undefined;
    const target = this.#target();
    if (target === 'wait' || open < target.limit) return undefined;
    target.refused();
    return new Error(
      `This message was refused: the graph is busy, and ${String(open)} messages wait for its answer already, which is the ` +
        'buffer limit of the batcher. Raise the buffer limit, make the functions of the graph cheaper, or send more slowly.',
    );
  }

  #handOver(taken: readonly Waiting[], target: WireTarget): void {
    this.#unanswered += taken.length;
    target.take(taken.map(({ message }) => message)).then(
      () => {
        this.#unanswered -= taken.length;
        for (const { done } of taken) done();
      },
      (error: unknown) => {
        this.#unanswered -= taken.length;
        const reason = error instanceof Error ? error : new Error(String(error));
        // A buffer that fills up takes the first messages and refuses the rest.
        for (const [place, { done }] of taken.entries()) {
          if (error instanceof RefusedError && !error.refuses(place)) done();
          else this.#refusals.refuse(done, reason);
        }
      },
    );
  }
}
