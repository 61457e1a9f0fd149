import type { Entry, RecordsEntry } from '../entries';
import type { Loss, RecordSpan } from './Damage';

/**
 * Makes a log without holes of the entries that can be read: records that are lost, or given up, have no numbers any more, and
 * those behind them move up. Batches follow each other, and what is left of theirs is theirs.
 */
export class KeptEntries {
  /** By source, in order. */
  readonly #dropped = new Map<string, RecordSpan[]>();
  readonly #unassigned: readonly RecordSpan[];
  readonly #covered: ReadonlyMap<string, number>;
  #lastBatch: number | undefined;
  /** By source, the number after the last record that was taken in: what comes again is left out. */
  readonly #known = new Map<string, number>();

  /**
   * @param batch the last batch in the checkpoint
   * @param covered for each source, the first record that is not in the checkpoint
   */
  constructor({ unreadable, unassigned }: Loss, batch: number | undefined, covered: ReadonlyMap<string, number>) {
    this.#lastBatch = batch;
    this.#covered = covered;
    this.#unassigned = unassigned;
    for (const span of [...unreadable, ...unassigned].sort((one, other) => one.begin - other.begin)) {
      this.#dropped.set(span.source, [...this.#dropped.get(span.source) ?? [], span]);
    }
  }

  /** The entries, none or more, that stand for one that was read. */
  of(entry: Entry): readonly Entry[] {
    if (entry.kind === 'records') return this.#records(entry);
    if (entry.kind !== 'intent') return [entry];
    // A start reads from a frame on that may have batches which the checkpoint has; and a damaged header may hide a repetition.
    if (entry.time <= (this.#lastBatch ?? -Infinity)) return [];
    const previous = this.#lastBatch ?? null;
    this.#lastBatch = entry.time;
    return [{ ...entry, previous, upTo: new Map([...entry.upTo].map(([source, end]) => [source, this.#moved(source, end)])) }];
  }

  /** The parts of it that are kept; packet ids and marks stay with the last of them, so that they never come before their records. */
  #records(entry: RecordsEntry): readonly Entry[] {
    const { source, first, records, packets, marks } = entry;
    const end = first + records.length;
    const parts: { readonly first: number; readonly records: readonly unknown[] }[] = [];
    const known = Math.max(this.#known.get(source) ?? 0, this.#covered.get(source) ?? 0);
    let begin = Math.min(Math.max(first, known), end);
    this.#known.set(source, Math.max(known, end));
    const take = (until: number): void => {
      if (begin < until) parts.push({ first: this.#moved(source, begin), records: records.slice(begin - first, until - first) });
    };
    for (const span of this.#unassigned) {
      if (span.source !== source || span.end <= begin || span.begin >= end) continue;
      take(span.begin);
      begin = Math.min(span.end, end);
    }
    take(end);
    if (parts.length === 0) parts.push({ first: this.#moved(source, Math.max(known, end)), records: [] });
    return parts.map((part, index) => ({
      ...entry, ...part, ...(index < parts.length - 1 ? { packets: [], marks: new Map<string, unknown>() } : { packets, marks }),
    }));
  }

  /** The number that a record gets. */
  #moved(source: string, record: number): number {
    const dropped = this.#dropped.get(source) ?? [];
    return dropped.reduce((number, { begin, end }) => number - Math.max(0, Math.min(end, record) - begin), record);
  }
}
