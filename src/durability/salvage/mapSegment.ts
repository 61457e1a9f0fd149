import type { Disk } from '../../ports/Disk';
import { checksum } from '../checksum';
import { headerEnd } from '../fileHeader';
import { FRAME_HEAD, FRAME_OVERHEAD, isWholeFrame, MAXIMUM_PAYLOAD, nextBeginMark, readFrameHead, segmentSeed, storedType } from '../frame';
import type { OpenedSegment } from '../readLog';
import { isProvenDurable, scanFrames } from '../scanFrames';

/** Bytes that are searched at a time. */
const CHUNK = 1024 * 1024;
/** A run that is longer, in bytes, is cut, so that it can be read in one go. */
const LONGEST_RUN = 4 * 1024 * 1024;

/** A part of a segment: frames that follow each other, or a place where there is none that can be read. */
export type LogPart =
  | {
    readonly kind: 'run';
    readonly path: string;
    readonly segment: number;
    /** Where the first frame begins and the last one ends, bytes. */
    readonly begin: number;
    readonly end: number;
    readonly frames: number;
    /** The number of the first frame, where it is known. */
    readonly first?: number;
  }
  | {
    readonly kind: 'hole';
    readonly path: string;
    readonly offset: number;
    readonly bytes: number;
    /** The type of the one frame that was there; `none`: only the header of the segment was; undefined: unknown. */
    readonly type: number | 'none' | undefined;
    readonly isOneFrame: boolean;
  };

export interface MappedSegment {
  readonly parts: readonly LogPart[];
  /** The frames at its end that the next segment may repeat. */
  readonly tail: readonly FrameMark[];
  /** Whether it begins with the carried frames: then nothing is missing between the segment in front and this one. */
  readonly hasCarried: boolean;
}

/** What tells a frame from others. */
export interface FrameMark {
  readonly type: number;
  readonly sum: number;
}

/** Where frames go on behind damage. */
interface Resumption {
  readonly offset: number;
  readonly type: number | 'none' | undefined;
  readonly isOneFrame: boolean;
}

/**
 * Cuts a segment into runs and holes.
 * @param knownEnd where the next segment says that it ends; undefined: it goes as far as it can be read, and its end may be torn
 * @param carried frames of the segment in front that this one may begin with once more, because its header, which would say so, is damaged
 */
export async function mapSegment(
  disk: Disk, graph: string, { path, segment, size, begin = 0 }: OpenedSegment, knownEnd: number | undefined, carried: readonly FrameMark[],
): Promise<MappedSegment> {
  const seed = segmentSeed(graph, segment);
  const end = knownEnd ?? size;
  const parts: LogPart[] = [];
  const tail = new Tail();
  let hasCarried = false;
  let offset = begin;
  while (offset < end) {
    const runs: { readonly begin: number; frames: number }[] = [];
    let count = 0;
    let matches = parts.every(({ kind }) => kind === 'hole') && carried.length > 0;
    const { end: stop, problem } = await scanFrames(disk, { path, seed, begin: offset, end }, ({ type, payload }, at, durable) => {
      const mark = { type, sum: checksum(payload) };
      tail.add(mark, at, durable);
      if (count < carried.length && !isSame(mark, carried[count])) matches = false;
      const run = runs.at(-1);
      // What is repeated is a run of its own, to be left out.
      if (run === undefined || at - run.begin >= LONGEST_RUN || (count === carried.length && matches)) runs.push({ begin: at, frames: 1 });
      else run.frames++;
      count++;
    });
    const repeated = matches && count >= carried.length ? carried.length : 0;
    if (repeated > 0) hasCarried = true;
    let before = 0;
    for (const [index, { begin: from, frames }] of runs.entries()) {
      if (before >= repeated) parts.push({ kind: 'run', path, segment, begin: from, end: runs[index + 1]?.begin ?? stop, frames });
      before += frames;
    }
    offset = stop;
    if (problem === undefined) break;
    const range = { path, seed, begin: problem.offset, end };
    if (knownEnd === undefined && problem.looksTorn && !(offset === 0 && begin === 0) && !(await isProvenDurable(disk, range))) break;
    const next = await resumption(disk, path, seed, problem.offset, end, size);
    const { isOneFrame, type } = next;
    parts.push({ kind: 'hole', path, offset: problem.offset, bytes: next.offset - problem.offset, type, isOneFrame });
    offset = next.offset;
  }
  return { parts, tail: tail.marks, hasCarried };
}

/** Where the next good frame begins, or the segment ends. */
async function resumption(disk: Disk, path: string, seed: number, from: number, end: number, size: number): Promise<Resumption> {
  const limit = Math.min(end, size);
  const head = Buffer.from(await disk.read(path, from, FRAME_HEAD));
  if (from === 0) {
    const begin = headerEnd(head);
    if (begin !== undefined && (begin === limit || await isFrameAt(disk, path, seed, begin, limit))) {
      return { offset: begin, type: 'none', isOneFrame: false };
    }
  } else if (head.length === FRAME_HEAD) {
    // The length that it says is right, more often than not; and what a payload holds is not to be taken for frames.
    const begin = from + FRAME_OVERHEAD + head.readUInt32LE(2);
    if (begin === limit || (begin < limit && await isFrameAt(disk, path, seed, begin, limit))) {
      const found = readFrameHead(head, 0, seed, from);
      return { offset: begin, type: found === undefined ? undefined : storedType(found.type), isOneFrame: true };
    }
  }
  for (let base = from + 1; base < limit; base += CHUNK) {
    const bytes = Buffer.from(await disk.read(path, base, Math.min(CHUNK, limit - base)));
    for (let at = nextBeginMark(bytes, 0); at !== -1; at = nextBeginMark(bytes, at + 1)) {
      if (await isFrameAt(disk, path, seed, base + at, limit)) return { offset: base + at, type: undefined, isOneFrame: false };
    }
  }
  return { offset: end, type: undefined, isOneFrame: false };
}

async function isFrameAt(disk: Disk, path: string, seed: number, offset: number, end: number): Promise<boolean> {
  const bytes = Buffer.from(await disk.read(path, offset, FRAME_HEAD));
  const head = bytes.length < FRAME_HEAD ? undefined : readFrameHead(bytes, 0, seed, offset);
  if (head === undefined || head.length > MAXIMUM_PAYLOAD || offset + head.length + FRAME_OVERHEAD > end) return false;
  return isWholeFrame(Buffer.from(await disk.read(path, offset, head.length + FRAME_OVERHEAD)), 0, head, seed, offset);
}

function isSame(one: FrameMark, other: FrameMark | undefined): boolean {
  return one.type === other?.type && one.sum === other.sum;
}

/** The frames after the last byte that a frame says to survive a power cut: a start writes them once more. */
class Tail {
  #proven = 0;
  #frames: { readonly mark: FrameMark; readonly offset: number }[] = [];

  get marks(): readonly FrameMark[] {
    return this.#frames.map(({ mark }) => mark);
  }

  add(mark: FrameMark, offset: number, durable: number): void {
    if (durable > this.#proven) {
      this.#proven = durable;
      this.#frames = this.#frames.filter((each) => each.offset >= durable);
    }
    this.#frames.push({ mark, offset });
  }
}
