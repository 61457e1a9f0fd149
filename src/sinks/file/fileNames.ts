import type { FileFormat, FileSinkOptions, Roll } from './FileSinkOptions';

const ENDINGS: Readonly<Record<FileFormat, string>> = { json: '.jsonl', text: '.txt', csv: '.csv' };

/** What the list of a sink's batch files stands for, in place of an hour or a day. */
const LIST = 'batches';

/**
 * The period whose records share one file: a day such as `2026-11-22`, an hour such as `2026-11-22T17`, in UTC. Where every batch
 * has a file of its own, what grows is the list of these files.
 * @param batchTime ms since the epoch
 */
export function periodOf(roll: Roll, batchTime: number): string {
  if (roll === 'batch') return LIST;
  return new Date(batchTime).toISOString().slice(0, roll === 'day' ? '2026-11-22'.length : '2026-11-22T17'.length);
}

/**
 * The name of the file that grows in a period.
 * @param number 1, or more where files of the same period are there already
 */
export function growingFile({ name, roll, format }: FileSinkOptions, period: string, number: number): string {
  const part = number === 1 ? '' : `.${String(number)}`;
  return roll === 'batch' ? `${name}.${period}${part}.jsonl` : `${name}-${period}${part}${ENDINGS[format]}`;
}

/**
 * The name of a batch's own file: `records-20261122T170000.000Z.jsonl`.
 * @param piece how many files the batch has already: it may come in several parts
 * @param number 1, or more where a file of that name is there already
 */
export function batchFile({ name, format }: FileSinkOptions, batchTime: number, piece: number, number: number): string {
  const time = new Date(batchTime).toISOString().replace(/[-:]/g, '');
  return `${name}-${time}${piece === 0 ? '' : `-${String(piece + 1)}`}${number === 1 ? '' : `.${String(number)}`}${ENDINGS[format]}`;
}

export function manifestFile({ name }: FileSinkOptions): string {
  return `${name}.manifest.json`;
}

/** Where a file is written before it gets its name. */
export function temporaryFile({ name }: FileSinkOptions): string {
  return `${name}.tmp`;
}
