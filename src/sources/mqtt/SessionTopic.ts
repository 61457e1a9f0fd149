import type { SourceHost } from '../Source';

/** The mark in the log that says what the session at the broker is subscribed to. */
const TOPIC_MARK = 'mqtt-topic';

/**
 * What a session that the broker keeps is subscribed to. It outlives processes and drawings: a topic that was exchanged for
 * another one has to be unsubscribed from, or its messages come for as long as there is the session. Where there is no log there
 * is no such session either.
 */
export class SessionTopic {
  readonly #host: SourceHost;
  readonly #topic: string;

  /** @param topic that is wanted */
  constructor(host: SourceHost, topic: string) {
    this.#host = host;
    this.#topic = topic;
  }

  /** Whether nothing is to be done before the topic may be subscribed to. */
  get isNoted(): boolean {
    return this.#host.log === undefined || this.#noted === this.#topic;
  }

  /** The topic that is to be unsubscribed from. */
  get former(): string | undefined {
    return typeof this.#noted === 'string' && this.#noted !== this.#topic ? this.#noted : undefined;
  }

  /** Notes the topic before it is subscribed to, and after the former one was unsubscribed from. Resolves when that survives. */
  async note(): Promise<void> {
    if (!this.isNoted) await this.#host.store([], { marks: new Map([[TOPIC_MARK, this.#topic]]) });
  }

  get #noted(): unknown {
    return this.#host.log?.marks.get(TOPIC_MARK);
  }
}
