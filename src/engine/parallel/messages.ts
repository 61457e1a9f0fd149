import type { PortableGroups } from '../../operators/window/GroupColumns';
import type { Plan } from '../../plan/Plan';
import { DataRecord, ORDER, RawRecord } from '../DataRecord';
import type { RunOptions } from '../Engine';
import { type CombinedCounts, CombinedRecord } from '../prepare/CombinedRecord';
import type { PieceResult } from './BranchRunner';
import { memoryOf, packRecords, type PackedRecords, unpackRecords } from './packedRecords';
import type { PieceReport } from './PieceReport';
import type { Branch } from './Stage';
import { travels } from './travels';

/** To a helper. `order` numbers what it knows how to run. */
export type ToHelper =
  | { readonly type: 'order'; readonly order: number; readonly plan: Plan; readonly branch: Branch; readonly options: RunOptions }
  /** Before it comes again, it will be sent again. */
  | { readonly type: 'forget'; readonly order: number }
  | { readonly type: 'piece'; readonly order: number; readonly piece: number; readonly time: number; readonly records: PackedRecords };

/** From a helper. */
export type FromHelper =
  | { readonly type: 'result'; readonly piece: number; readonly result: PackedResult }
  /** The piece has to be run by whoever sent it. */
  | { readonly type: 'undone'; readonly piece: number }
  /** Something failed that user code had started without waiting for it. `operator`: its place in the plan. */
  | { readonly type: 'background'; readonly order: number; readonly operator: number; readonly reason: string };

/** What became of a piece, on its way to another thread. */
export interface PackedResult {
  readonly records: PackedRecords | PackedCombination;
  /** Records that went wrong as they were received are left out of it. */
  readonly report: PieceReport;
  /** For each incident the place in the piece of the one record it is about, where that went wrong as it was received; else -1. */
  readonly places: readonly number[];
}

/** The one record that those of a piece were combined into. */
interface PackedCombination {
  readonly groups: PortableGroups;
  readonly counts: CombinedCounts;
}

/** @returns undefined where a payload would not arrive as it is */
export function packPiece(records: readonly RawRecord[]): PackedRecords | undefined {
  return packRecords(records, ({ order }) => order, (payload): payload is Uint8Array => payload instanceof Uint8Array);
}

export function unpackPiece(packed: PackedRecords): RawRecord[] {
  return unpackRecords(packed, (payload, topic, key, time, order) => new RawRecord(payload, topic, key, time, order));
}

/**
 * @param piece what was run
 * @returns undefined where something would not arrive as it is
 */
export function packResult({ records, report }: PieceResult, piece: readonly RawRecord[]): PackedResult | undefined {
  const packed = packOutcome(records);
  if (packed === undefined) return undefined;
  const places = report.incidents.map(({ records: [record] }) => (record instanceof RawRecord ? piece.indexOf(record) : -1));
  const incidents = report.incidents.map((incident, index) => (places[index] === -1 ? incident : { ...incident, records: [] }));
  if (!incidents.every((incident) => incident.records.every(({ payload }) => travels(payload)))) return undefined;
  return { records: packed, report: { ...report, incidents }, places };
}

function packOutcome(records: readonly DataRecord[]): PackedRecords | PackedCombination | undefined {
  const [first] = records;
  if (first instanceof CombinedRecord) return packCombination(first);
  // Bytes of any other kind than these would arrive as another kind.
  return packRecords(records, (record) => record[ORDER], (payload): payload is Uint8Array => Buffer.isBuffer(payload));
}

function packCombination({ groups, counts }: CombinedRecord): PackedCombination | undefined {
  const partials = groups.columns.flatMap(({ others }) => [...others.values()]);
  return [...groups.keys, ...partials].every((value) => travels(value)) ? { groups, counts } : undefined;
}

/** The memory of a packed result that can go to another thread without a copy. */
export function memoryOfResult({ records }: PackedResult): ArrayBuffer[] {
  if (!('groups' in records)) return memoryOf(records);
  return records.groups.columns.flatMap(({ numbers }) => numbers?.buffer ?? []);
}

/** @param piece what was run */
export function unpackResult({ records, report, places }: PackedResult, piece: readonly RawRecord[]): PieceResult {
  const incidents = report.incidents.map((incident, index) => {
    const record = piece[places[index] ?? -1];
    return record === undefined ? incident : { ...incident, records: [record] };
  });
  return { records: unpackOutcome(records), report: { ...report, incidents } };
}

function unpackOutcome(records: PackedRecords | PackedCombination): readonly DataRecord[] {
  if ('groups' in records) return [new CombinedRecord(records.groups, records.counts)];
  return unpackRecords(records, (payload, topic, key, time, order) =>
    new DataRecord(payload instanceof Uint8Array ? Buffer.from(payload) : payload, topic, key ?? null, time, order));
}
