import type { SourceHost } from '../Source';
import type { Intake } from './InboundLane';
import type { PublishMessage } from './PublishDecoder';

/**
 * Bytes of the network that may wait to be stored, over all connections of a source: a disk that hangs or is full must fill the
 * broker's buffers and not this process's memory.
 */
export const MOST_WAITING_BYTES = 16 * 1_048_576;

/**
 * Bytes that may wait while the network is read at full speed. Much more than one group commit holds makes nothing faster, and is
 * moved about by the garbage collector for as long as it waits.
 */
export const WAITING_BYTES = 2 * 1_048_576;

/** The mark in the log that says at which broker, and as whom, there is a session. */
const SESSION_MARK = 'mqtt-session';

export interface IntakeOptions {
  /** Tells sessions apart: packet ids of one mean nothing in another. The broker's address and the client id, nothing secret. */
  readonly session: string;
  /** Whether the broker was asked to keep the session when the connection ends. */
  readonly isKept: boolean;
  /** Messages of QoS 0 that found no room or were refused: they are lost. */
  dropped(count: number): void;
}

/**
 * What one source does with messages, over all of its connections: hands them to its host, and sees to it that a message of
 * QoS 2 is handed over once, however often it comes (MQTT 5, 4.3.3). With a log in the host that holds over crashes as well: the
 * id of a packet is logged together with its message, and the log is what knows it.
 *
 * What must wait for what, where there is a log:
 * - PUBREC until message and id survive; also for a message that came again, perhaps while the first copy is still on its way to
 *   the disk, perhaps on another connection.
 * - PUBCOMP until it survives that the id may mean another message, also where nothing is known of the id: an earlier
 *   process may have released it without knowing whether that survived.
 * - SUBSCRIBE until no id in the log can be of a session that is gone. As long as nothing is subscribed to in a new session, nothing
 *   comes, and so nothing can be taken for what has the same id in the log, now or after a crash in between.
 *
 * The broker says whether it knows the session, but that is not enough: it may have begun one whose CONNACK never arrived, because
 * the connection broke or the process died. The next CONNACK then says that it knows the session, and the ids in the log belong to
 * the one before. Only what follows tells the two apart: in a session that went on, the broker sends PUBLISH or PUBREL again for
 * every id in the log, at once and unasked (MQTT 5, 4.4). Ids that it does not mention are of a session that is gone. Should a broker
 * take too long over it, messages come twice, and none is lost.
 */
export class MessageIntake implements Intake {
  readonly #host: SourceHost;
  readonly #options: IntakeOptions;
  /** The ids of QoS 2 where there is no log. */
  readonly #known = new Set<number>();
  /** The ids whose messages are being stored, and what becomes of it. */
  readonly #storing = new Map<number, Promise<void>>();
  /** Ids of earlier connections that the broker has not mentioned on this one. */
  #unheard = new Set<number>();
  #heard: () => void = () => undefined;
  #isForgetDue = false;
  #ready: Promise<void> | undefined;
  /** `ready` was rejected: it stays so until the next connection. */
  #hasFailed = false;
  #waitingBytes = 0;
  readonly #whenFree: (() => void)[] = [];
  readonly #whenCaughtUp: (() => void)[] = [];

  constructor(host: SourceHost, options: IntakeOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** Whether nothing more is to be stored until something has been. */
  get isFull(): boolean {
    return this.#waitingBytes > MOST_WAITING_BYTES;
  }

  async whenFree(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => this.#whenFree.push(resolve));
  }

  /** Whether more waits than one group commit should hold. */
  get isBehind(): boolean {
    return this.#waitingBytes > WAITING_BYTES;
  }

  /** Resolves when half of that may come before it is too much again. */
  async whenCaughtUp(): Promise<void> {
    while (this.#waitingBytes > WAITING_BYTES / 2) await new Promise<void>((resolve) => this.#whenCaughtUp.push(resolve));
  }

  /** ms until what was handed over makes a batch; 0 where nobody knows. */
  get untilBatch(): number {
    return this.#host.untilBatch?.() ?? 0;
  }

  /** Whether an earlier connection, perhaps of an earlier process, had a session that the broker should know. */
  get hadSession(): boolean {
    const { log } = this.#host;
    return log !== undefined && (log.marks.get(SESSION_MARK) === this.#options.session || log.openPackets.length > 0);
  }

  /** Whether a topic may be subscribed to without `settle`. */
  get isSettled(): boolean {
    return this.#ready === undefined && this.#unheard.size === 0;
  }

  /**
   * Resolves when a topic may be subscribed to; rejects when the connection has to end.
   * @param pause resolves after as long as a broker may take to mention another id; rejects when the connection ends
   */
  async settle(pause: () => Promise<void>): Promise<void> {
    const unheard = this.#unheard;
    await this.#ready;
    for (let before = Infinity; unheard.size > 0 && unheard.size < before; ) {
      before = unheard.size;
      const heard = new Promise<void>((resolve) => (this.#heard = resolve));
      await Promise.race([pause(), heard]);
    }
    // What another connection has not heard of yet is none of this one's business.
    if (unheard !== this.#unheard) throw new Error('The connection ended.');
    const gone = [...unheard];
    if (gone.length > 0) await this.#release(gone);
  }

  /**
   * The broker has accepted a connection. Comes before the first message on it.
   * @param sessionPresent whether the broker knows the session; undefined where it does not say
   */
  opened(sessionPresent: boolean | undefined): void {
    const { log } = this.#host;
    const mark = log?.marks.get(SESSION_MARK);
    const isOther = mark !== undefined && mark !== this.#options.session;
    this.#isForgetDue ||= sessionPresent === false || isOther;
    this.#unheard = new Set([...(log?.openPackets ?? this.#known), ...this.#storing.keys()]);
    const isMarkDue = log !== undefined && this.#options.isKept && mark !== this.#options.session;
    if (this.#isForgetDue || isMarkDue) this.#begin(isMarkDue);
    else if (this.#hasFailed) this.#ready = undefined;
  }

  /** @param size bytes that stay in memory until the messages are stored */
  store(messages: readonly PublishMessage[], size: number): Promise<void> | undefined {
    const storing = this.#ready === undefined ? this.#store(messages) : this.#ready.then(() => this.#store(messages));
    if (storing === undefined) return undefined;
    this.#waitingBytes += size;
    return storing.then(
      () => {
        this.#free(size);
      },
      (cause: unknown) => {
        this.#free(size);
        const lost = messages.reduce((count, { qos }) => (qos === 0 ? count + 1 : count), 0);
        if (lost > 0) this.dropped(lost);
        throw cause;
      },
    );
  }

  /** The sender will not send these again, and may use their ids for other messages when it has been told that we know. */
  release(packetIds: readonly number[]): Promise<void> | undefined {
    return this.#ready === undefined ? this.#release(packetIds) : this.#ready.then(() => this.#release(packetIds));
  }

  dropped(count: number): void {
    this.#options.dropped(count);
  }

  #free(size: number): void {
    this.#waitingBytes -= size;
    if (this.isFull) return;
    for (const resolve of this.#whenFree.splice(0)) resolve();
    if (this.#waitingBytes > WAITING_BYTES / 2) return;
    for (const resolve of this.#whenCaughtUp.splice(0)) resolve();
  }

  #store(messages: readonly PublishMessage[]): Promise<void> | undefined {
    if (!messages.some(({ qos }) => qos === 2)) return this.#host.store(messages);
    const fresh: PublishMessage[] = [];
    const packets = new Set<number>();
    const underWay: Promise<void>[] = [];
    for (const message of messages) {
      if (message.qos === 2) {
        const { packetId } = message;
        if (packets.has(packetId)) continue;
        this.#hear(packetId);
        const storing = this.#storing.get(packetId);
        if (storing !== undefined) {
          underWay.push(storing);
          continue;
        }
        const isKnown = this.#has(packetId);
        // Known is not yet safe: what was appended may wait for the disk. Storing the id once more, alone, tells when it is.
        if (!isKnown || this.#host.log !== undefined) packets.add(packetId);
        if (isKnown) continue;
      }
      fresh.push(message);
    }
    const storing = this.#hand(fresh, packets);
    if (underWay.length === 0) return storing;
    if (storing !== undefined) underWay.push(storing);
    return Promise.all(underWay).then(() => undefined);
  }

  #hand(messages: readonly PublishMessage[], packets: ReadonlySet<number>): Promise<void> | undefined {
    if (packets.size === 0) return messages.length === 0 ? undefined : this.#host.store(messages);
    const { log } = this.#host;
    const storing = this.#host.store(messages, log === undefined ? undefined : { packets: [...packets] });
    if (storing === undefined) {
      if (log === undefined) for (const packet of packets) this.#known.add(packet);
      return undefined;
    }
    const end = (isStored: boolean): void => {
      for (const packet of packets) {
        if (this.#storing.get(packet) === stored) this.#storing.delete(packet);
        if (isStored && log === undefined) this.#known.add(packet);
      }
    };
    const stored = storing.then(
      () => {
        end(true);
      },
      (cause: unknown) => {
        end(false);
        throw cause;
      },
    );
    for (const packet of packets) this.#storing.set(packet, stored);
    return stored;
  }

  #has(packet: number): boolean {
    return this.#host.log?.hasPacket(packet) ?? this.#known.has(packet);
  }

  #hear(packet: number): void {
    if (this.#unheard.delete(packet) && this.#unheard.size === 0) this.#heard();
  }

  #release(packetIds: readonly number[]): Promise<void> | undefined {
    for (const packet of packetIds) this.#hear(packet);
    // No broker does that. But an id that is released before it is stored would be known for good, and the next message lost.
    const underWay = packetIds.flatMap((packet) => this.#storing.get(packet) ?? []);
    if (underWay.length > 0) return Promise.all(underWay).then(() => this.#release(packetIds));
    for (const packet of packetIds) this.#known.delete(packet);
    return this.#host.log?.releasePackets(packetIds);
  }

  /** Leaves the session before behind, and notes the one that begins. One that fails is due again on the next connection. */
  #begin(isMarkDue: boolean): void {
    const underWay = [...this.#storing.values()];
    const { log } = this.#host;
    if (underWay.length === 0 && log === undefined) {
      this.#forget();
      return;
    }
    const earlier = this.#ready;
    const ready = (async () => {
      // Its messages are messages, whatever became of their ids.
      await Promise.allSettled([...underWay, ...(earlier === undefined ? [] : [earlier])]);
      if (this.#isForgetDue) {
        const open = [...(log?.openPackets ?? [])];
        if (open.length > 0) await log?.releasePackets(open);
        this.#forget();
      }
      if (isMarkDue) await this.#host.store([], { marks: new Map([[SESSION_MARK, this.#options.session]]) });
    })();
    this.#ready = ready;
    this.#hasFailed = false;
    ready.then(
      () => {
        if (this.#ready === ready) this.#ready = undefined;
      },
      () => {
        if (this.#ready === ready) this.#hasFailed = true;
      },
    );
  }

  #forget(): void {
    this.#isForgetDue = false;
    this.#known.clear();
    this.#unheard.clear();
  }
}
