import { encode, EncodingError, type Journal, MAXIMUM_PAYLOAD } from '../../durability';
import type { SourceLog, StoredWith } from '../../sources/Source';
import type { RawRecord } from '../DataRecord';
import { fromStored, toStored } from './storedRecords';

/** Bytes that an entry may need beside its records: the receiver's id, packet ids, marks. */
const BESIDE = 1024 * 1024;

/** What receivers of a graph share of its log. */
export interface SharedLog {
  readonly journal: Journal;
  /** Whether there is room for more records: on the disk, within the limit, and for what is on its way to the disk. */
  readonly hasRoom: boolean;
  /** The number of the first record of a receiver that no batch was given. */
  firstWaiting(receiver: string): number;
}

/** The part of a graph's log that belongs to one receiver. */
export class ReceiverLog implements SourceLog {
  readonly #id: string;
  readonly #shared: SharedLog;

  constructor(id: string, shared: SharedLog) {
    this.#id = id;
    this.#shared = shared;
  }

  get hasRoom(): boolean {
    return this.#shared.hasRoom;
  }

  /** The number of the first record that no batch was given. */
  get firstWaiting(): number {
    return this.#shared.firstWaiting(this.#id);
  }

  /** The number that the next record gets. */
  get next(): number {
    return this.#shared.journal.nextOf(this.#id);
  }

  /**
   * Logs records. `durable` resolves when they may be acknowledged. What the log cannot hold, such as a function in a payload, is
   * left out and told; the others are kept.
   */
  append(
    records: readonly RawRecord[], also: StoredWith | undefined, refused: (why: string) => void,
  ): { readonly kept: readonly RawRecord[]; readonly durable: Promise<void> } {
    try {
      return { kept: records, durable: this.#append(records.map(toStored), also) };
    } catch (thrown) {
      if (!(thrown instanceof EncodingError)) throw thrown;
    }
    return this.#appendInParts(records, also, refused);
  }

  /** Entries hold only so much. What is kept with the records comes with the last of them: before that their sender has them. */
  #appendInParts(
    records: readonly RawRecord[], also: StoredWith | undefined, refused: (why: string) => void,
  ): { readonly kept: readonly RawRecord[]; readonly durable: Promise<void> } {
    const kept: RawRecord[] = [];
    let part: unknown[] = [];
    let bytes = 0;
    for (const record of records) {
      try {
        const stored = toStored(record);
        const { length } = encode(stored);
        if (length > MAXIMUM_PAYLOAD - BESIDE) {
          throw new EncodingError(
            `A record takes at most ${String(MAXIMUM_PAYLOAD - BESIDE)} bytes in the log, and this one has ${String(length)}.`,
          );
        }
        if (bytes + length > MAXIMUM_PAYLOAD - BESIDE) {
          // The log confirms in order, so what is confirmed of the last part holds for all.
          this.#append(part, undefined).catch(() => undefined);
          part = [];
          bytes = 0;
        }
        part.push(stored);
        bytes += length;
        kept.push(record);
      } catch (thrown) {
        if (!(thrown instanceof EncodingError)) throw thrown;
        refused(thrown.message);
      }
    }
    return { kept, durable: this.#append(part, also) };
  }

  #append(stored: readonly unknown[], { packets = [], marks }: StoredWith = {}): Promise<void> {
    if (stored.length === 0 && packets.length === 0 && (marks === undefined || marks.size === 0)) return Promise.resolve();
    return this.#shared.journal.append(this.#id, stored, packets, marks).durable;
  }

  /** Reads records back that are only in the log: those from number `begin` to before `end`. */
  async read(begin: number, end: number): Promise<RawRecord[]> {
    const records: RawRecord[] = [];
    await this.#shared.journal.readRecords(this.#id, begin, end, (stored) => {
      for (const record of stored.records) records.push(fromStored(record));
    });
    return records;
  }

  hasPacket(packet: number): boolean {
    return this.#shared.journal.hasPacket(this.#id, packet);
  }

  releasePackets(packets: readonly number[]): Promise<void> {
    return this.#shared.journal.release(this.#id, packets).durable;
  }

  get openPackets(): readonly number[] {
    return [...this.#shared.journal.openPackets(this.#id)];
  }

  get marks(): ReadonlyMap<string, unknown> {
    return this.#shared.journal.marksOf(this.#id);
  }
}
