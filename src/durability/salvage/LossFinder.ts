import { type Entry, entryTypeOf, type IntentEntry, type RecordsEntry } from '../entries';
import { BeyondSalvageError } from '../errors';
import type { RecoveryStart } from '../RecoveryReader';
import type { Damage, Loss, RecordSpan } from './Damage';

/**
 * Takes in what can be read of a damaged log, and finds out what is missing. Records are numbered and batches chained, so that most of
 * it can be told from what is there. Where a batch cannot be read, nobody knows which of the records in front of it were its own, nor
 * whether sinks have them; those records are given up, because nothing may come twice.
 */
export class LossFinder {
  readonly #start: RecoveryStart | undefined;
  readonly #next = new Map<string, number>();
  #upTo: ReadonlyMap<string, number>;
  #lastBatch: number | undefined;
  readonly #damage: Damage[] = [];
  readonly #unreadable: RecordSpan[] = [];
  readonly #unassigned: RecordSpan[] = [];
  readonly #unknownFrom = new Map<string, number>();
  readonly #times = new Set<number>();
  readonly #lostBatches = new Set<number>();
  readonly #packets = new Map<string, Set<number>>();
  /** Of the ids that were open at a hole, those of which nothing was heard since. */
  #packetsInDoubt = new Set<string>();
  #mayLackRecords = false;
  /** How far the records of each source went when a batch may have been lost, since the last batch that can be read. */
  #beforeHole: ReadonlyMap<string, number> | undefined;

  /** @param start what the checkpoint says; undefined: the log begins with the first record there ever was */
  constructor(start: RecoveryStart | undefined) {
    this.#start = start;
    this.#upTo = start?.upTo ?? new Map();
    this.#lastBatch = start?.batch;
    for (const [source, packets] of start?.packets ?? []) this.#packets.set(source, new Set(packets));
  }

  /**
   * @param type of the one frame that was there; `none`: there were no frames; undefined: nobody knows
   */
  hole(damage: Damage, type: number | 'none' | undefined): void {
    this.#damage.push(damage);
    const mayHide = (kind: Entry['kind']): boolean => type === undefined || type === entryTypeOf(kind);
    if (mayHide('intent')) this.#beforeHole = this.#ends();
    if (mayHide('records')) {
      this.#mayLackRecords = true;
      for (const [source, end] of this.#ends()) if (!this.#unknownFrom.has(source)) this.#unknownFrom.set(source, end);
    }
    if (mayHide('released')) {
      for (const [source, packets] of this.#packets) for (const packet of packets) this.#packetsInDoubt.add(JSON.stringify([source, packet]));
    }
  }

  /** @param isCovered whether the checkpoint has its packet ids */
  add(entry: Entry, isCovered: boolean): void {
    switch (entry.kind) {
      case 'records':
        this.#addRecords(entry);
        if (!isCovered) this.#setPackets(entry.source, entry.packets, true);
        break;
      case 'released':
        if (!isCovered) this.#setPackets(entry.source, entry.packets, false);
        break;
      case 'intent':
        this.#addIntent(entry);
        break;
      case 'output':
      case 'commit':
      case 'begun':
        // A trace of a batch that cannot be read.
        if (entry.time > (this.#lastBatch ?? -Infinity)) this.#lostBatches.add(entry.time);
        break;
      case 'note':
        break;
    }
  }

  /** What is missing; nothing more is taken in afterwards. */
  finish(): Loss {
    // No later batch says that there was none in the hole.
    if (this.#beforeHole !== undefined) this.#giveUp(this.#beforeHole);
    return {
      damage: this.#damage,
      unreadable: joined(this.#unreadable),
      unassigned: joined(this.#unassigned),
      unknownFrom: this.#unknownFrom,
      batches: [...this.#lostBatches].filter((time) => !this.#times.has(time)).sort((left, right) => left - right),
      packetsInDoubt: this.#packetsInDoubt.size,
    };
  }

  #addRecords({ source, first, records }: RecordsEntry): void {
    const end = first + records.length;
    const expected = this.#endOf(source);
    const isKnown = this.#next.has(source) || this.#start === undefined;
    // A start reads from a frame on that may have records which the checkpoint covers.
    if (first < expected && isKnown && end > expected) {
      throw new BeyondSalvageError(
        `The log has record ${first} of source ${source} twice, and it cannot be told which is right. Put the files back from a copy, ` +
          'go back to a savepoint, or reset the graph to start from nothing.',
      );
    }
    if (first > expected) this.#miss(source, expected, first);
    if (first >= expected && records.length > 0) this.#unknownFrom.delete(source);
    this.#next.set(source, Math.max(end, expected));
  }

  #addIntent({ time, upTo, previous }: IntentEntry): void {
    if (time <= (this.#lastBatch ?? -Infinity)) return;
    for (const [source, end] of upTo) {
      const known = this.#endOf(source);
      if (end > known) this.#miss(source, known, end);
      // There may have been more in the hole than this batch took; or all that there was of a source.
      if (end > known || (this.#mayLackRecords && !this.#next.has(source))) this.#unknownFrom.set(source, Math.max(end, known));
      if (end > known) this.#next.set(source, end);
    }
    if (previous !== (this.#lastBatch ?? null)) {
      if (previous !== null) this.#lostBatches.add(previous);
      const before = this.#beforeHole ?? this.#ends();
      this.#giveUp(new Map([...before].map(([source, end]) => [source, Math.min(end, upTo.get(source) ?? end)])));
    }
    this.#times.add(time);
    this.#lastBatch = time;
    this.#upTo = upTo;
    this.#beforeHole = undefined;
  }

  #setPackets(source: string, packets: readonly number[], areOpen: boolean): void {
    const open = this.#packets.get(source) ?? new Set<number>();
    this.#packets.set(source, open);
    for (const packet of packets) {
      this.#packetsInDoubt.delete(JSON.stringify([source, packet]));
      if (areOpen) open.add(packet);
      else open.delete(packet);
    }
  }

  /** Records of no batch that can be read, up to these. */
  #giveUp(ends: ReadonlyMap<string, number>): void {
    for (const [source, end] of ends) {
      let begin = this.#upTo.get(source) ?? 0;
      const gaps = this.#unreadable.filter((span) => span.source === source && span.end > begin && span.begin < end);
      for (const gap of gaps) {
        if (gap.begin > begin) this.#unassigned.push({ source, begin, end: gap.begin });
        begin = Math.max(begin, gap.end);
      }
      if (begin < end) this.#unassigned.push({ source, begin, end });
    }
  }

  #miss(source: string, begin: number, end: number): void {
    this.#unreadable.push({ source, begin, end });
  }

  /** The number of the record of a source that is to come; what a checkpoint or a batch has is not missing. */
  #endOf(source: string): number {
    return Math.max(this.#next.get(source) ?? 0, this.#start?.upTo.get(source) ?? 0);
  }

  #ends(): Map<string, number> {
    return new Map([...new Set([...this.#next.keys(), ...this.#upTo.keys()])].map((source) => [source, this.#endOf(source)]));
  }
}

/** In order, and those that touch as one. */
function joined(spans: readonly RecordSpan[]): readonly RecordSpan[] {
  const result: RecordSpan[] = [];
  const sorted = [...spans].sort((one, other) => (one.source < other.source ? -1 : one.source > other.source ? 1 : one.begin - other.begin));
  for (const span of sorted) {
    const last = result.at(-1);
    if (last?.source === span.source && last.end === span.begin) result[result.length - 1] = { ...last, end: span.end };
    else result.push(span);
  }
  return result;
}
