import type { OfferedMessage } from '../../engine/Engine';
import { NoRoomError } from '../../engine/RefusedError';
import type { WireTarget } from '../WireInput';

/** Messages that are to be taken. */
export interface Offer {
  /** Resolves when they are taken; rejects with why they were not. */
  readonly taken: Promise<void>;
  /** Gives up. Where they have not been handed over yet `taken` rejects with this error; else they are not taken if they still wait. */
  readonly cancel: (reason: Error) => void;
}

interface Waiting {
  readonly messages: readonly OfferedMessage[];
  readonly signal: AbortSignal;
  resolve(taken: Promise<void>): void;
  reject(reason: Error): void;
}

/**
 * The messages that requests bring to one receiver. Unlike a wire, each request gets an answer of its own. While it is not
 * known where they go, during a deploy, they wait; how many requests there may be at once is the web server's concern.
 */
export class RequestInput {
  readonly #target: () => WireTarget | 'wait';
  readonly #waiting: Waiting[] = [];
  /** Messages handed over and not answered yet. */
  #unanswered = 0;

  /** @param target where messages go now, or `wait` while that is not known yet */
  constructor(target: () => WireTarget | 'wait') {
    this.#target = target;
  }

  offer(messages: readonly OfferedMessage[]): Offer {
    let waiting: Waiting | undefined;
    const given = new AbortController();
    const { signal } = given;
    const taken = new Promise<void>((resolve, reject) => {
      waiting = { messages, signal, resolve, reject };
    });
    const target = this.#waiting.length === 0 ? this.#target() : 'wait';
    if (waiting !== undefined) {
      if (target === 'wait') this.#waiting.push(waiting);
      else waiting.resolve(this.#handOver(waiting, target));
    }
    return {
      taken,
      cancel: (reason) => {
        given.abort(reason);
        const place = waiting === undefined ? -1 : this.#waiting.indexOf(waiting);
        if (place < 0) return;
        this.#waiting.splice(place, 1);
        waiting?.reject(reason);
      },
    };
  }

  /** Hands over what waits, if there is somebody to hand it to. */
  flush(): void {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      const target = this.#target();
      if (target === 'wait') return;
      this.#waiting.shift();
      first.resolve(this.#handOver(first, target));
    }
  }

  async #handOver({ messages, signal }: Pick<Waiting, 'messages' | 'signal'>, target: WireTarget): Promise<void> {
    const open = this.#unanswered;
    // One request that is larger than the limit alone is for the receiver's buffer to judge.
    if (open > 0 && open + messages.length > target.limit) {
      for (const _ of messages) target.refused();
      throw new NoRoomError(`The graph is busy, and ${String(open)} messages wait for its answer already.`, 0);
    }
    this.#unanswered += messages.length;
    try {
      await target.take(messages, signal);
    } finally {
      this.#unanswered -= messages.length;
    }
  }
}
