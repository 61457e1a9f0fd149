import type { AppendFile, Disk } from '../ports/Disk';
import { checksum } from './checksum';
import { decode, encode } from './encoding';
import { codeOf, DamagedFileError, NewerFormatError } from './errors';
import { readFileHeader, writeFileHeader, type FileKind } from './fileHeader';
import { FRAME_OVERHEAD, frameContent, segmentSeed, writeFrame } from './frame';
import { scanFrames } from './scanFrames';

export const CHECKPOINT_FORMAT = 1;

const CHECKPOINT: FileKind = { magic: 'DSTREAMC', format: CHECKPOINT_FORMAT };

/** Types of the frames in a checkpoint. In files: never change one. */
const SECTION = 1;
const PIECE = 2;
const FOOTER = 3;
const REFERENCE = 4;

/** How much of a section is written, or read, at a time: bytes. */
const PIECE_BYTES = 1024 * 1024;

/** The largest header in bytes. */
const MAXIMUM_HEADER = 16 * 1024 * 1024;

/** How much of a file is read at first: most headers are smaller. */
const USUAL_HEADER = 64 * 1024;

/** What every checkpoint says beside the state. */
export interface CheckpointHead {
  /** The time of the last batch that is in it, ms since the epoch. */
  readonly batch: number;
  /** The first frame of the log that a start from this checkpoint needs. */
  readonly from: number;
  /** Plain data of whoever made it. */
  readonly data: unknown;
}

/** Where a section is that was written by an earlier checkpoint, and what it is. */
export interface SectionPlace {
  /** The batch of the checkpoint in whose file it is. */
  readonly batch: number;
  /** The how manieth of the sections in that file it is, from 0. */
  readonly index: number;
  /** bytes */
  readonly size: number;
  readonly sum: number;
}

/** A part of the state: its bytes, or where they are. */
export interface CheckpointSection {
  readonly name: string;
  readonly content: Uint8Array | SectionPlace;
}

/** What a file of a checkpoint says. */
export interface CheckpointFileContent {
  readonly head: CheckpointHead;
  /** bytes */
  readonly size: number;
  /** Sections that are in this file, in order. */
  readonly sections: readonly { readonly name: string; readonly size: number; readonly sum: number }[];
  /** Sections that are in files of earlier checkpoints. */
  readonly references: readonly { readonly name: string; readonly place: SectionPlace }[];
}

/**
 * Writes the file of a checkpoint: header, frames with the sections, footer. Durable when it resolves, except for its name.
 * @param onSection told where each section is that was written
 * @returns bytes
 */
export async function writeCheckpointFile(
  file: AppendFile, graph: string, head: CheckpointHead, sections: Iterable<CheckpointSection>,
  onSection: (bytes: Uint8Array, place: SectionPlace) => void,
): Promise<number> {
  const { batch, from, data } = head;
  const seed = segmentSeed(graph, batch);
  let size = 0;
  let frames = 0;
  let sum = 0;
  let index = 0;
  const append = async (bytes: Uint8Array): Promise<void> => {
    await file.append(bytes);
    size += bytes.length;
  };
  const appendFrame = async (type: number, payload: Uint8Array): Promise<void> => {
    const content = frameContent(type, payload);
    const bytes = Buffer.allocUnsafe(content.payload.length + FRAME_OVERHEAD);
    writeFrame(bytes, 0, content, seed, size, 0);
    frames++;
    sum = checksum(payload, sum);
    await append(bytes);
  };
  try {
    await append(writeFileHeader(CHECKPOINT, { graph, batch, from, data }));
    for (const { name, content } of sections) {
      if (!ArrayBuffer.isView(content)) {
        await appendFrame(REFERENCE, encode([name, content.batch, content.index, content.size, content.sum]));
        continue;
      }
      await appendFrame(SECTION, encode(name));
      for (let begin = 0; begin < content.length; begin += PIECE_BYTES) {
        await appendFrame(PIECE, content.subarray(begin, begin + PIECE_BYTES));
      }
      onSection(content, { batch, index: index++, size: content.length, sum: checksum(content) });
    }
    await appendFrame(FOOTER, encode({ frames, sum }));
    await file.fsync();
  } finally {
    await file.close();
  }
  return size;
}

/**
 * Reads the file of a checkpoint as a whole, and checks all of it.
 * @param batch of the checkpoint; undefined where the file's name does not tell it
 * @param visit gets the sections that are in this file piece by piece, in order; a piece may be a view of memory that is used again
 * @throws DamagedFileError, also where there is no such file; NewerFormatError
 */
export async function readCheckpointFile(
  disk: Disk, graph: string, path: string, batch: number | undefined, visit: (index: number, piece: Uint8Array) => void,
): Promise<CheckpointFileContent> {
  const damaged = (offset: number, what: string): DamagedFileError => new DamagedFileError(disk.location, path, offset, what);
  const { head, begin, size } = await readHead(disk, path, damaged);
  if (head.graph !== graph || head.batch !== (batch ?? head.batch)) throw damaged(0, `it is of graph "${head.graph}", batch ${head.batch}`);
  const sections: { readonly name: string; size: number; sum: number }[] = [];
  const references: { readonly name: string; readonly place: SectionPlace }[] = [];
  let frames = 0;
  let sum = 0;
  let footer: unknown;
  const { end, problem } = await scanFrames(disk, { path, seed: segmentSeed(graph, head.batch), begin, end: size }, ({ type, payload }) => {
    if (footer !== undefined) throw damaged(begin, 'it goes on after its end');
    if (type === FOOTER) {
      footer = decode(payload);
      return;
    }
    frames++;
    sum = checksum(payload, sum);
    if (type === SECTION) {
      sections.push({ name: decode(payload) as string, size: 0, sum: 0 });
    } else if (type === REFERENCE) {
      const [name, inBatch, index, length, checked] = decode(payload) as [string, number, number, number, number];
      references.push({ name, place: { batch: inBatch, index, size: length, sum: checked } });
    } else if (type === PIECE) {
      const section = sections.at(-1);
      if (section === undefined) throw damaged(begin, 'it has a piece of no section');
      section.size += payload.length;
      section.sum = checksum(payload, section.sum);
      visit(sections.length - 1, payload);
    }
  });
  if (problem !== undefined) throw damaged(problem.offset, problem.what);
  const said = footer as { readonly frames: number; readonly sum: number } | undefined;
  if (said?.frames !== frames || said.sum !== sum) throw damaged(end, 'it does not end as it was written');
  return { head: { batch: head.batch, from: head.from, data: head.data }, size, sections, references };
}

/** Reads only what a file of a checkpoint says beside the state. @throws DamagedFileError, also where there is no such file; NewerFormatError */
export async function readCheckpointHead(disk: Disk, path: string): Promise<CheckpointHead> {
  const { head } = await readHead(disk, path, (offset, what) => new DamagedFileError(disk.location, path, offset, what));
  return { batch: head.batch, from: head.from, data: head.data };
}

async function readHead(
  disk: Disk, path: string, damaged: (offset: number, what: string) => DamagedFileError,
): Promise<{ readonly head: CheckpointHead & { readonly graph: string }; readonly begin: number; readonly size: number }> {
  try {
    const size = (await disk.size(path)) ?? 0;
    let found = readFileHeader(CHECKPOINT, await disk.read(path, 0, USUAL_HEADER));
    if ('problem' in found && size > USUAL_HEADER) found = readFileHeader(CHECKPOINT, await disk.read(path, 0, MAXIMUM_HEADER));
    if ('newerFormat' in found) throw new NewerFormatError(disk.location, path, found.newerFormat, CHECKPOINT_FORMAT);
    if ('problem' in found) throw damaged(0, found.problem);
    return { head: found.body as CheckpointHead & { readonly graph: string }, begin: found.size, size };
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') throw damaged(0, 'it is not there');
    throw thrown;
  }
}
