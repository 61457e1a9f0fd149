/** Recovery of streaming programs, over the write-ahead log and the checkpoints of durability/. */
import { decode, encode, Journal, type JournalOptions, type Recovery } from './durability';
import type { Clock } from './ports/Clock';
import type { Disk } from './ports/Disk';
import type { EarlierRun, LoggedBatch, RecoveryLog } from './streaming/recovery/RecoveryLog';

/** What files of a streaming program say that they are of. In files: never change it. */
const GRAPH = 'streaming';

export type RecoveryLogOptions = { readonly clock: Clock } & Pick<JournalOptions, 'epoch' | 'checkOwnership' | 'listener' | 'segmentBytes'>;

class JournalRecoveryLog implements RecoveryLog {
  readonly location: string;
  readonly earlier: EarlierRun;
  readonly #journal: Journal;

  constructor(location: string, journal: Journal, recovery: Recovery) {
    this.location = location;
    this.#journal = journal;
    const batches = new Map(recovery.batches.map((batch) => [batch.time, batch]));
    this.earlier = {
      checkpoint: recovery.checkpoint,
      batches: recovery.batches,
      sources: recovery.sources,
      lastBatch: recovery.lastBatch,
      quarantined: recovery.quarantined,
      async recordsOf(time) {
        const batch = batches.get(time);
        return batch === undefined ? [] : recovery.recordsOf(batch);
      },
      readWaiting: (visit) => recovery.readWaiting(visit),
    };
  }

  append(source: string, records: readonly unknown[]): Promise<void> {
    return this.#journal.append(source, records).durable;
  }

  intend(batch: LoggedBatch): Promise<void> {
    return this.#journal.intend(batch).durable;
  }

  async checkpoint(batch: number, sections: ReadonlyMap<string, Uint8Array>, data: unknown): Promise<void> {
    await this.#journal.checkpoint(batch, sections, data);
  }

  encode(value: unknown): Uint8Array {
    return encode(value);
  }

  decode(bytes: Uint8Array): unknown {
    return decode(bytes);
  }

  close(): Promise<void> {
    return this.#journal.close();
  }
}

/**
 * Opens what is kept on a disk, or begins it.
 * @throws DamagedFileError, MissingRecordsError, NewerFormatError: nothing was changed, except that checkpoints that cannot be read
 *   are in the quarantine
 */
export async function openRecoveryLog(disk: Disk, options: RecoveryLogOptions): Promise<RecoveryLog> {
  const { journal, recovery } = await Journal.open(disk, { graph: GRAPH, ...options });
  return new JournalRecoveryLog(disk.location, journal, recovery);
}
