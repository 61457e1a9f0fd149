import type { Plan } from '../../plan/Plan';
import { DataRecord, ORDER, RawRecord } from '../DataRecord';
import type { RunOptions } from '../Engine';
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
  readonly records: PackedRecords;
  /** Records that went wrong as they were received are left out of it. */
  readonly report: PieceReport;
  /** For each incident the place in the piece of the one record it is about, where that went wrong as it was received; else -1. */
  readonly places: readonly number[];
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
  // Bytes of any other kind than these would arrive as another kind.
  const packed = packRecords(records, (record) => record[ORDER], (payload): payload is Uint8Array => Buffer.isBuffer(payload));
  if (packed === undefined) return undefined;
  const places = report.incidents.map(({ records: [record] }) => (record instanceof RawRecord ? piece.indexOf(record) : -1));
  const incidents = report.incidents.map((incident, index) => (places[index] === -1 ? incident : { ...incident, records: [] }));
  if (!incidents.every((incident) => incident.records.every(({ payload }) => travels(payload)))) return undefined;
  return { records: packed, report: { ...report, incidents }, places };
}

/** The memory of a packed result that can go to another thread without a copy. */
export function memoryOfResult(result: PackedResult): ArrayBuffer[] {
  return memoryOf(result.records);
}

/** @param piece what was run */
export function unpackResult({ records, report, places }: PackedResult, piece: readonly RawRecord[]): PieceResult {
  const incidents = report.incidents.map((incident, index) => {
    const record = piece[places[index] ?? -1];
    return record === undefined ? incident : { ...incident, records: [record] };
  });
  return {
    records: unpackRecords(records, (payload, topic, key, time, order) =>
      new DataRecord(payload instanceof Uint8Array ? Buffer.from(payload) : payload, topic, key ?? null, time, order)),
    report: { ...report, incidents },
  };
}
