import { crc32 } from 'node:zlib';
import type { FileFormat } from './FileSinkOptions';

/** A file that grows, as far as it is certain to be right. */
export interface GrowingFile {
  readonly name: string;
  readonly period: string;
  readonly format: FileFormat;
  /** Bytes that were committed; whatever is behind them was not. */
  readonly length: number;
}

/** How far the files have what was to be written. */
export interface Reached {
  /** The last batch of which something is in the files, ms since the epoch; null before the first. */
  readonly batch: number | null;
  /**
   * What of that batch is there. A batch may come in several parts, each with names and numbers of its own: for the names of a part,
   * the number of the first message that is not there.
   */
  readonly parts: Readonly<Record<string, number>>;
}

/** A run that another one has followed, and how far it came. */
export interface FormerRun extends Reached {
  readonly run: string;
}

/** What a file sink has done for good: kept in a file beside those that it writes, and replaced as a whole. */
export interface Manifest extends Reached {
  /** Who writes. */
  readonly sink: string;
  /** The run that wrote the last batch down; absent where nobody did. */
  readonly run?: string | undefined;
  /** The runs before that one of which something was written, the newest last: none of them writes of its own any more. */
  readonly former?: readonly FormerRun[] | undefined;
  /** How many times something of that batch was written. */
  readonly pieces: number;
  /** The file that grows; null before the first. */
  readonly file: GrowingFile | null;
  /** The columns of CSV files; null before the first record. */
  readonly columns: readonly string[] | null;
  /** While batches come of times from which there are files already: the newest such time, ms since the epoch. */
  readonly newest?: number;
  /** The file of a batch that is about to be made, where it does not have the name that it usually has. */
  readonly announced?: AnnouncedFile;
}

/** A file for a part of a batch. */
export interface AnnouncedFile {
  /** ms since the epoch */
  readonly batch: number;
  /** How many files the batch had before. */
  readonly pieces: number;
  readonly name: string;
}

/** The version of the format of manifests. */
const VERSION = 1;

/** Bytes of the largest manifest that is read. */
export const LARGEST_MANIFEST = 1_048_576;

/** A manifest that cannot be relied on. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

export function encodeManifest(manifest: Manifest): Buffer {
  const { sink, batch, parts, pieces, file, columns, run, former, newest, announced } = manifest;
  // What is undefined is not written.
  const content = { version: VERSION, sink, batch, parts, pieces, file, columns, run, former, newest, announced };
  return Buffer.from(`${JSON.stringify({ ...content, check: checkOf(content) })}\n`, 'utf8');
}

/** @throws ManifestError for what no sink wrote, or what was changed since */
export function decodeManifest(bytes: Uint8Array): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new ManifestError('It is not JSON.');
  }
  if (typeof json !== 'object' || json === null) throw new ManifestError('It is not an object.');
  const { check, ...content } = json as Record<string, unknown>;
  const { version } = content;
  if (typeof version === 'number' && version > VERSION) {
    throw new ManifestError(`It has version ${String(version)}, and this version of the palette knows ${String(VERSION)} only.`);
  }
  if (version !== VERSION || check !== checkOf(content)) throw new ManifestError('Its checksum is not that of its content.');
  // The checksum says that a sink wrote it, so it has the members that a sink writes.
  const manifest = content as unknown as Manifest;
  const former = manifest.former as readonly (FormerRun | string)[] | undefined;
  return former === undefined ? manifest : { ...manifest, former: former.map(asFormerRun) };
}

/** Early versions kept only the names of former runs. */
function asFormerRun(former: FormerRun | string): FormerRun {
  return typeof former === 'string' ? { run: former, batch: null, parts: {} } : former;
}

/** 8 hexadecimal digits. */
function checkOf(content: object): string {
  return crc32(JSON.stringify(content)).toString(16).padStart(8, '0');
}
