import { decode, encode } from './encoding';

/**
 * What the log of a graph holds. The numbers are in files: never change one, never use one again. An entry whose number is not
 * known was written by a newer version, which would have raised the format if it could not be left out.
 */
const TYPE = { records: 1, released: 2, intent: 3, output: 4, commit: 5, begun: 6, note: 7 } as const;

/** Records of one source, which numbers them from 0. */
export interface RecordsEntry {
  readonly kind: 'records';
  readonly source: string;
  /** The number of the first of them. */
  readonly first: number;
  readonly records: readonly unknown[];
  /** Ids under which a sender may send these again (QoS 2) until it is told that they are released. */
  readonly packets: readonly number[];
  /** How far the source has got in each place that it reads from; undefined forgets the place: plain data. */
  readonly marks: ReadonlyMap<string, unknown>;
}

/** Packet ids that may be used for other records from now on. */
export interface ReleasedEntry {
  readonly kind: 'released';
  readonly source: string;
  readonly packets: readonly number[];
}

/** What a batch consists of; written before it runs, so that it consists of the same whenever it runs again. */
export interface Intent {
  /** Batch time, ms since the epoch. */
  readonly time: number;
  /** For each source, the number of the first record that is not in it any more. */
  readonly upTo: ReadonlyMap<string, number>;
  /** What sources that can read again are to read (offset ranges), by source: plain data. */
  readonly external: ReadonlyMap<string, unknown>;
  /** Whatever else the batch must see the same again, such as the watermark, wall clock and plan: plain data. */
  readonly data: unknown;
}

export interface IntentEntry extends Intent {
  readonly kind: 'intent';
  /** The time of the intent in front; null for the first there ever was. */
  readonly previous: number | null;
}

/** What a batch produced for a sink, kept where computing it again may give something else. */
export interface OutputEntry {
  readonly kind: 'output';
  readonly time: number;
  readonly sink: string;
  readonly rows: unknown;
}

/** A sink has a batch for good. */
export interface CommitEntry {
  readonly kind: 'commit';
  readonly time: number;
  readonly sink: string;
}

/** A batch began to run. More than one of it: it did not come to its end. */
export interface BegunEntry {
  readonly kind: 'begun';
  readonly time: number;
}

/** Something worth knowing later: a start, a deploy, a reset, a dead letter. */
export interface NoteEntry {
  readonly kind: 'note';
  readonly about: string;
  readonly data: unknown;
}

export type Entry = RecordsEntry | ReleasedEntry | IntentEntry | OutputEntry | CommitEntry | BegunEntry | NoteEntry;

export function writeEntry(entry: Entry): { readonly type: number; readonly payload: Uint8Array } {
  return { type: TYPE[entry.kind], payload: encode(fieldsOf(entry)) };
}

/** The type of the frames that have entries of a kind. */
export function entryTypeOf(kind: Entry['kind']): number {
  return TYPE[kind];
}

/** @returns undefined for an entry of a kind that this version does not know */
export function readEntry(type: number, payload: Uint8Array): Entry | undefined {
  const fields = (): unknown[] => decode(payload) as unknown[];
  switch (type) {
    case TYPE.records: {
      const [source, first, records, packets, marks] = fields() as [string, number, unknown[], number[], Map<string, unknown>?];
      return { kind: 'records', source, first, records, packets, marks: marks ?? new Map() };
    }
    case TYPE.released: {
      const [source, packets] = fields() as [string, number[]];
      return { kind: 'released', source, packets };
    }
    case TYPE.intent: {
      const [time, previous, upTo, external, data] = fields() as [
        number, number | null, Map<string, number>, Map<string, unknown>, unknown,
      ];
      return { kind: 'intent', time, previous, upTo, external, data };
    }
    case TYPE.output: {
      const [time, sink, rows] = fields() as [number, string, unknown];
      return { kind: 'output', time, sink, rows };
    }
    case TYPE.commit: {
      const [time, sink] = fields() as [number, string];
      return { kind: 'commit', time, sink };
    }
    case TYPE.begun: {
      const [time] = fields() as [number];
      return { kind: 'begun', time };
    }
    case TYPE.note: {
      const [about, data] = fields() as [string, unknown];
      return { kind: 'note', about, data };
    }
    default:
      return undefined;
  }
}

function fieldsOf(entry: Entry): readonly unknown[] {
  switch (entry.kind) {
    case 'records':
      // Most have none.
      if (entry.marks.size === 0) return [entry.source, entry.first, entry.records, entry.packets];
      return [entry.source, entry.first, entry.records, entry.packets, entry.marks];
    case 'released':
      return [entry.source, entry.packets];
    case 'intent':
      return [entry.time, entry.previous, entry.upTo, entry.external, entry.data];
    case 'output':
      return [entry.time, entry.sink, entry.rows];
    case 'commit':
      return [entry.time, entry.sink];
    case 'begun':
      return [entry.time];
    case 'note':
      return [entry.about, entry.data];
  }
}
