import type { OfferedMessage } from '../engine/Engine';
import { RefusedError } from '../engine/RefusedError';

/** Messages handed over in one go. */
const MOST_AT_ONCE = 1000;

/** Messages that may wait while there is nobody to hand them to. */
export const MOST_WAITING = 100_000;

type Done = (error?: Error) => void;

interface Waiting {
  readonly message: OfferedMessage;
  readonly done: Done;
}

/**
 * Collects the messages that wires bring to one receiver and hands them over together: those of one turn of the event loop,
 * 1,000 at most. One promise for many messages is what makes a busy wire cheap.
 */
export class WireInput {
  readonly #target: () => ((messages: readonly OfferedMessage[]) => Promise<void>) | 'wait';
  #waiting: Waiting[] = [];
  #scheduled = false;

  /** @param target where messages go now, or `wait` while that is not known yet */
  constructor(target: () => ((messages: readonly OfferedMessage[]) => Promise<void>) | 'wait') {
    this.#target = target;
  }

  /** @param done called when the message is taken, or with why it was not */
  add(message: OfferedMessage, done: Done): void {
    if (this.#waiting.length >= MOST_WAITING) {
      done(new Error(`${String(MOST_WAITING)} messages wait for the deploy to end; this one was refused.`));
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
      handOver(this.#waiting.splice(0, MOST_AT_ONCE), target);
    }
  }
}

function handOver(taken: readonly Waiting[], target: (messages: readonly OfferedMessage[]) => Promise<void>): void {
  target(taken.map(({ message }) => message)).then(
    () => {
      for (const { done } of taken) done();
    },
    (error: unknown) => {
      const reason = error instanceof Error ? error : new Error(String(error));
      // A buffer that fills up takes the first messages and refuses the rest.
      const accepted = error instanceof RefusedError ? error.accepted : 0;
      for (const [place, { done }] of taken.entries()) done(place < accepted ? undefined : reason);
    },
  );
}
