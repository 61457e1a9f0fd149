import type { Disk } from '../ports/Disk';
import { DamagedFileError, DurabilityError, MissingRecordsError, NewerFormatError } from './errors';
import { segmentSeed, type FrameContent } from './frame';
import { isProvenDurable, scanFrames } from './scanFrames';
import { LOG_FORMAT, MAXIMUM_HEADER, readSegmentHeader, type SegmentEnd, type SegmentHeader } from './segmentHeader';

/** A segment's place in its folder. */
export interface SegmentFile {
  readonly segment: number;
  readonly path: string;
}

/** A segment of the log as it stands. */
export interface LogSegment extends SegmentFile {
  readonly header: SegmentHeader;
  /** Where the first frame begins, bytes. */
  readonly begin: number;
  readonly size: number;
  readonly problem?: undefined;
}

/** An entry of the log. */
export interface LogFrame {
  /** Counted from 1 through the whole log. */
  readonly number: number;
  readonly segment: number;
  /** Where in its segment it begins, bytes. */
  readonly offset: number;
  /** 0 to 127 */
  readonly type: number;
  /** May be a view of memory that is used again after the visit. */
  readonly payload: Uint8Array;
}

/** What was found of a log. */
export interface FoundLog {
  /** The segments that follow each other without a gap up to the last one; empty for a log that was never begun. */
  readonly segments: readonly LogSegment[];
  /** Files of the log that are not part of it: torn when they were begun, written by an owner that was fenced, left behind. */
  readonly strays: readonly SegmentFile[];
  /** How far the log survives a power cut for certain; undefined where nothing does. */
  readonly end: SegmentEnd | undefined;
  /** The frames after that. They are written once more, into the next segment. */
  readonly carried: readonly FrameContent[];
  /** The number of the next frame. */
  readonly nextFrame: number;
  /** The number of the next segment. */
  readonly nextSegment: number;
  /** Bytes at the end of the last segment that a power cut left half written. */
  readonly tornBytes: number;
}

/** Where a log is, and whose. */
export interface LogPlace {
  readonly folder: string;
  readonly graph: string;
}

const SEGMENT_NAME = /^(\d{6,15})\.seg$/;

export function segmentPath(folder: string, segment: number): string {
  return `${folder}/${String(segment).padStart(6, '0')}.seg`;
}

/** The files of a log, by their numbers. Files with other names are not the log's and not looked at. */
export async function listSegments(disk: Disk, folder: string): Promise<readonly SegmentFile[]> {
  return (await disk.list(folder))
    .flatMap(({ name, kind }) => {
      const digits = kind === 'file' ? SEGMENT_NAME.exec(name)?.[1] : undefined;
      return digits === undefined ? [] : [{ segment: Number(digits), path: `${folder}/${name}` }];
    })
    .sort((left, right) => left.segment - right.segment);
}

/**
 * Reads a log from frame `from` on, in order, a megabyte at a time. Changes nothing.
 *
 * Segments are chained: each says where the one in front ended when it was begun, so that for all but the last there is no
 * question of what belongs to them. The end of the last may be torn; damage is told apart from that, and refused.
 * @param from frames in front of it are not needed, and segments that hold only such are not read
 * @param until what comes after this frame is not read; then the result says nothing of the end
 * @throws DamagedFileError, NewerFormatError; MissingRecordsError where the log does not reach back to `from`
 */
export async function readLog(
  disk: Disk, place: LogPlace, from: number, visit: (frame: LogFrame) => void, until = Infinity,
): Promise<FoundLog> {
  const { folder, graph } = place;
  const files = await listSegments(disk, folder);
  const nextSegment = (files.at(-1)?.segment ?? 0) + 1;
  const opened: OpenedSegment[] = [];
  // One after another: there may be more files than a process may have open.
  for (const file of files) opened.push(await openSegment(disk, place, file));
  const good = opened.filter((segment) => segment.problem === undefined);
  const last = latest(good);
  for (const segment of opened) {
    if (segment.problem === undefined || segment.segment < (last?.segment ?? 0)) continue;
    // A file that was begun and never finished looks torn, and has no frames that were written later.
    if (!segment.looksTorn || (await hasDurableFrames(disk, graph, segment))) {
      throw new DamagedFileError(disk.location, segment.path, 0, segment.problem);
    }
  }
  if (last === undefined) {
    if (from > 1) throw startsTooLate(disk, folder, from, undefined);
    return { segments: [], strays: files, end: undefined, carried: [], nextFrame: 1, nextSegment, tornBytes: 0 };
  }
  const segments = chainTo(disk, last, opened, from);
  const oldest = segments[0] ?? last;
  if (oldest.header.firstFrame > from) throw startsTooLate(disk, folder, from, oldest.header);

  let number = oldest.header.firstFrame;
  let tornBytes = 0;
  const tail = new Tail(last);
  for (const [index, segment] of segments.entries()) {
    const previous = segments[index + 1]?.header.previous ?? undefined;
    if (previous !== undefined && previous.lastFrame < from) {
      number = previous.lastFrame + 1;
      continue;
    }
    if (number > until) break;
    const range = {
      path: segment.path, seed: segmentSeed(graph, segment.segment), begin: segment.begin, end: previous?.end ?? segment.size,
      frames: until - number + 1,
    };
    const { end, problem } = await scanFrames(disk, range, (frame, offset, durable) => {
      if (number >= from) visit({ number, segment: segment.segment, offset, type: frame.type, payload: frame.payload });
      if (segment === last) tail.add(frame, offset, durable);
      number++;
    });
    if (problem !== undefined) {
      const isTorn =
        previous === undefined && problem.looksTorn && !(await isProvenDurable(disk, { ...range, begin: problem.offset }));
      if (!isTorn) throw new DamagedFileError(disk.location, segment.path, problem.offset, problem.what);
      tornBytes = range.end - problem.offset;
    }
    if (previous !== undefined && number !== previous.lastFrame + 1 && number <= until) {
      const what = `the next segment says that frame ${previous.lastFrame} ends here, and it is frame ${number - 1}`;
      throw new DamagedFileError(disk.location, segment.path, end, what);
    }
  }
  if (number < from) throw endsTooEarly(disk, last, number - 1, from);
  const end = tail.proven === 0 ? (last.header.previous ?? undefined) : tail.end(number - 1);
  const certain = tail.proven === 0 ? segments.slice(0, -1) : segments;
  const members = new Set(certain.map(({ segment }) => segment));
  return {
    segments: certain,
    strays: files.filter(({ segment }) => !members.has(segment)),
    end,
    carried: tail.frames(),
    nextFrame: number,
    nextSegment,
    tornBytes,
  };
}

/**
 * The end of the last segment. What a frame says to be durable was: an fsync had succeeded. Of what comes after, nobody knows;
 * the system may show bytes that it could not write, and an fsync may succeed that forgot about them.
 */
class Tail {
  readonly #last: LogSegment;
  #uncertain: { readonly frame: FrameContent; readonly offset: number }[] = [];
  /** Bytes of the segment that are durable for certain; 0: not even its name is. */
  proven = 0;

  constructor(last: LogSegment) {
    this.#last = last;
  }

  add(frame: FrameContent, offset: number, durable: number): void {
    if (durable > this.proven) {
      this.proven = durable;
      this.#uncertain = this.#uncertain.filter((each) => each.offset >= durable);
    }
    this.#uncertain.push({ frame: { type: frame.type, payload: Uint8Array.from(frame.payload) }, offset });
  }

  frames(): readonly FrameContent[] {
    return this.#uncertain.map(({ frame }) => frame);
  }

  /** @param lastFrame the number of the last frame in the segment */
  end(lastFrame: number): SegmentEnd {
    return { segment: this.#last.segment, end: this.proven, lastFrame: lastFrame - this.#uncertain.length };
  }
}

/** A file of the log in which the beginning, at least, is damaged, or was never finished. */
export interface BadSegment extends SegmentFile {
  readonly problem: string;
  readonly looksTorn: boolean;
  readonly size: number;
  /** What can be read of it all the same. */
  readonly header?: SegmentHeader;
  /** Where the header ends. */
  readonly begin?: number;
}

export type OpenedSegment = LogSegment | BadSegment;

/** @throws NewerFormatError; DurabilityError for a segment of another graph */
export async function openSegment(disk: Disk, { graph }: LogPlace, file: SegmentFile): Promise<OpenedSegment> {
  const size = (await disk.size(file.path)) ?? 0;
  const read = readSegmentHeader(await disk.read(file.path, 0, MAXIMUM_HEADER));
  if ('newerFormat' in read) throw new NewerFormatError(disk.location, file.path, read.newerFormat, LOG_FORMAT);
  if ('problem' in read) return { ...file, ...read, size };
  const { header } = read;
  if (header.graph !== graph || header.segment !== file.segment) {
    throw new DurabilityError(
      `${disk.location}/${file.path} is segment ${header.segment} of graph "${header.graph}", and segment ${file.segment} of ` +
        `graph "${graph}" was expected. Give every graph a folder of its own, and move foreign files out of this one.`,
    );
  }
  let carried = 0;
  const range = { path: file.path, seed: segmentSeed(graph, file.segment), begin: read.size, end: size, frames: header.carried };
  const { problem } = await scanFrames(disk, range, () => carried++);
  if (carried < header.carried) {
    const what = `it begins with ${header.carried} frames of the segment in front, and frame ${carried + 1} is none`;
    // Where the file just ends, the rest was not written.
    return { ...file, problem: what, looksTorn: problem?.looksTorn ?? true, header, begin: read.size, size };
  }
  return { ...file, header, begin: read.size, size };
}

/** The last segment of the last owner: what an owner writes after it was fenced does not count. */
export function latest(segments: readonly LogSegment[]): LogSegment | undefined {
  let last: LogSegment | undefined;
  for (const segment of segments) {
    if (last === undefined || segment.header.epoch >= last.header.epoch) last = segment;
  }
  return last;
}

/** Segments that follow each other, up to the last; back to the one that has frame `from`, or as far as they go. */
function chainTo(disk: Disk, last: LogSegment, opened: readonly OpenedSegment[], from: number): LogSegment[] {
  const chain = [last];
  for (let first = last; first.header.previous !== null; ) {
    const { segment } = first.header.previous;
    const previous = opened.find((each) => each.segment === segment);
    if (previous === undefined) break;
    if (previous.problem !== undefined) {
      // Nothing of what is in front is needed: leave it to those who clear away.
      if (first.header.firstFrame <= from) break;
      throw new DamagedFileError(disk.location, previous.path, 0, previous.problem);
    }
    chain.unshift(previous);
    first = previous;
  }
  return chain;
}

/** Whether a file that was never finished, by the looks of it, has frames that were written later. */
export function hasDurableFrames(disk: Disk, graph: string, { segment, path, size }: BadSegment): Promise<boolean> {
  return isProvenDurable(disk, { path, seed: segmentSeed(graph, segment), begin: 0, end: size });
}

function startsTooLate(disk: Disk, folder: string, from: number, oldest: SegmentHeader | undefined): MissingRecordsError {
  const start = oldest === undefined ? 'has no frames' : `starts at frame ${oldest.firstFrame} (segment ${oldest.segment})`;
  const needed = from === 1 ? 'no checkpoint covers what was in front of it' : `the checkpoint needs it from frame ${from} on`;
  return new MissingRecordsError(
    `The log in ${disk.location}/${folder} ${start}, and ${needed}: records are missing. ` +
      'Put the missing files back from a copy, or reset the graph to start from nothing.',
  );
}

function endsTooEarly(disk: Disk, last: LogSegment, lastFrame: number, from: number): MissingRecordsError {
  return new MissingRecordsError(
    `The log in ${disk.location} ends with frame ${lastFrame} (${last.path}), and the checkpoint was made after frame ${from - 1}: ` +
      'records are missing. Put the missing files back from a copy, or reset the graph to start from nothing.',
  );
}
