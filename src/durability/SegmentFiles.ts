import type { AppendFile, Disk } from '../ports/Disk';
import { codeOf, DamagedFileError, DurabilityError, FencedError, messageOf } from './errors';
import { FRAME_OVERHEAD, segmentSeed, writeFrame, type FrameContent } from './frame';
import { segmentPath, type FoundLog, type LogFrame, type LogPlace, type SegmentFile } from './readLog';
import { scanFrames } from './scanFrames';
import { MAXIMUM_HEADER, readSegmentHeader, writeSegmentHeader, type SegmentEnd } from './segmentHeader';

export interface SegmentOptions extends LogPlace {
  /** Of the owner; in the header of every segment. */
  readonly epoch: number;
  /** A segment that has reached this size is followed by a new one: bytes, 64 MiB by default. */
  readonly segmentBytes?: number;
  /** Asked after every fsync and before anything is confirmed: rejects with a FencedError when another owner has taken over. */
  readonly checkOwnership?: () => Promise<void>;
}

/** Where a frame begins in its segment. */
interface FramePlace {
  readonly frame: number;
  readonly offset: number;
}

/** A segment of the log that is being written, or was. */
interface Segment extends SegmentFile {
  readonly seed: number;
  /** Where the frames begin, bytes. */
  readonly begin: number;
  /** Where they end, bytes: what the file has beyond that counts for nothing. */
  end: number;
  readonly firstFrame: number;
  /** The number of its last frame; where it has none, of the last one in front of it. */
  lastFrame: number;
  /** Bytes of the file that was found, which may go on after the end. */
  readonly foundSize: number;
  /** Where some of its frames begin, in order, so that reading need not start from the front. */
  readonly places: FramePlace[];
}

/** The segment that takes what is written. */
interface OpenSegment {
  readonly segment: Segment;
  readonly file: AppendFile;
  /** How much of it survives a power cut, bytes. */
  durable: number;
}

const DEFAULT_SEGMENT_BYTES = 64 * 1024 * 1024;
const MAXIMUM_SEGMENT_BYTES = 1024 * 1024 * 1024;
/** How far apart the places of frames are that a segment remembers: bytes. */
const PLACE_DISTANCE = 256 * 1024;

/**
 * The files of a log: writes frames at its end, one call at a time, reads them back, drops the oldest. Nothing is ever written to a
 * segment that somebody else began, or that a write failed on.
 */
export class SegmentFiles {
  readonly #disk: Disk;
  readonly #options: SegmentOptions;
  readonly #segmentBytes: number;
  /** Oldest first. The last one is where the log ends. */
  #segments: Segment[];
  /** Where the log ends as long as there is none of them. */
  readonly #foundEnd: SegmentEnd | undefined;
  #strays: readonly SegmentFile[];
  #nextSegment: number;
  #open: OpenSegment | undefined;
  #durableFrame: number;

  /** @param found what `readLog` found just now */
  constructor(disk: Disk, options: SegmentOptions, found: FoundLog) {
    this.#disk = disk;
    this.#options = options;
    this.#segmentBytes = Math.min(options.segmentBytes ?? DEFAULT_SEGMENT_BYTES, MAXIMUM_SEGMENT_BYTES);
    this.#foundEnd = found.end;
    this.#durableFrame = found.end?.lastFrame ?? 0;
    this.#nextSegment = found.nextSegment;
    this.#strays = found.strays;
    this.#segments = found.segments.map(({ segment, path, header, begin, size }, index) => {
      const end = found.segments[index + 1]?.header.previous ?? found.end;
      const { firstFrame } = header;
      return {
        segment, path, seed: segmentSeed(options.graph, segment), begin, end: end?.end ?? begin, firstFrame,
        lastFrame: end?.lastFrame ?? firstFrame - 1, foundSize: size, places: [{ frame: firstFrame, offset: begin }],
      };
    });
  }

  /** Whether there is a segment that takes more. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** The number of the last frame that was written. */
  get lastFrame(): number {
    return this.#end?.lastFrame ?? 0;
  }

  /** The number of the last frame that survives a power cut for certain. */
  get durableFrame(): number {
    return this.#durableFrame;
  }

  /** Bytes of the segments that the log consists of. */
  get bytes(): number {
    return this.#segments.reduce((sum, { end, foundSize }) => sum + Math.max(end, foundSize), 0);
  }

  /**
   * Begins the next segment. What it says of the one in front holds after a power cut.
   * @param carried frames to be written together with the header
   */
  async begin(carried: readonly FrameContent[]): Promise<void> {
    const { graph, folder, epoch, checkOwnership } = this.#options;
    const before = this.#open;
    if (before !== undefined) {
      await this.sync();
      await before.file.close();
      this.#open = undefined;
    }
    await checkOwnership?.();
    const segment = this.#nextSegment++;
    const path = segmentPath(folder, segment);
    const previous = this.#end;
    const firstFrame = (previous?.lastFrame ?? 0) + 1;
    const header = writeSegmentHeader({ graph, segment, epoch, firstFrame, previous: previous ?? null, carried: carried.length });
    const seed = segmentSeed(graph, segment);
    const frames = framesAsBytes(carried, seed, header.length, 0);
    const file = await this.#create(path);
    try {
      await file.append(Buffer.concat([header, frames]));
      await file.fsync();
      await this.#disk.fsyncFolder(folder);
    } catch (thrown) {
      await file.close().catch(() => {});
      // Not needed for being right, only so that a full disk is not filled with beginnings.
      await this.#disk.remove(path).catch(() => {});
      throw thrown;
    }
    const end = header.length + frames.length;
    const lastFrame = firstFrame + carried.length - 1;
    const begun = {
      segment, path, seed, begin: header.length, end, firstFrame, lastFrame, foundSize: 0,
      places: [{ frame: firstFrame, offset: header.length }],
    };
    this.#segments.push(begun);
    this.#open = { segment: begun, file, durable: end };
    this.#durableFrame = lastFrame;
  }

  /** Sees to it that there is a segment that takes so many bytes more. */
  async makeRoom(bytes: number): Promise<void> {
    const segment = this.#open?.segment;
    if (segment !== undefined && (segment.end === segment.begin || segment.end + bytes <= this.#segmentBytes)) return;
    await this.begin([]);
  }

  /**
   * Writes frames at the end of the segment that takes more. Where that fails the segment is given up, none of them counts as
   * written, and they may be written again, to the next one.
   */
  async append(frames: readonly FrameContent[]): Promise<void> {
    const open = this.#open;
    if (open === undefined) throw new DurabilityError(`No segment of the log in ${this.#options.folder} is open.`);
    const { segment, file, durable } = open;
    const bytes = framesAsBytes(frames, segment.seed, segment.end, durable);
    try {
      await file.append(bytes);
    } catch (thrown) {
      await this.#abandon(open);
      throw thrown;
    }
    remember(segment, segment.lastFrame + 1, segment.end);
    segment.end += bytes.length;
    segment.lastFrame += frames.length;
  }

  /** Resolves when what was written survives a power cut. */
  async sync(): Promise<void> {
    const open = this.#open;
    if (open === undefined || open.segment.end === open.durable) return;
    const { end, lastFrame, segment } = open.segment;
    try {
      await open.file.fsync();
    } catch (thrown) {
      // Without the code: a full disk, too, is final here.
      throw new DurabilityError(`fsync of segment ${segment} failed: ${messageOf(thrown)}`, { cause: thrown });
    }
    open.durable = end;
    this.#durableFrame = lastFrame;
  }

  /**
   * Removes segments that have only frames in front of this one, the oldest first.
   * @returns how many were removed
   */
  async dropBefore(frame: number): Promise<number> {
    // The last one says where the log ends.
    const followed = this.#segments.slice(0, -1);
    const kept = followed.findIndex(({ lastFrame }) => lastFrame >= frame);
    const dropped = kept === -1 ? followed : followed.slice(0, kept);
    const oldest = this.#segments[dropped.length]?.segment ?? 0;
    const strays = this.#strays.filter(({ segment }) => segment < oldest);
    const files = [...strays, ...dropped].sort((left, right) => left.segment - right.segment);
    if (files.length === 0) return 0;
    // From here on nobody misses them, `check` neither. Those that cannot be removed are strays, which go with the next ones.
    const gone = new Set(dropped);
    this.#segments = this.#segments.filter((segment) => !gone.has(segment));
    this.#strays = [...this.#strays, ...dropped];
    for (const { path } of files) await this.#disk.remove(path);
    await this.#disk.fsyncFolder(this.#options.folder);
    this.#strays = this.#strays.filter(({ segment }) => segment >= oldest);
    return files.length;
  }

  /**
   * Reads frames back, in order, also while others are written.
   * @param first of the frames, and `last` as well: both were written, and not dropped
   * @throws DamagedFileError where they are not as they were written
   */
  async read(first: number, last: number, visit: (frame: LogFrame) => void): Promise<void> {
    for (const segment of [...this.#segments]) {
      const until = Math.min(last, segment.lastFrame);
      if (until < first || segment.firstFrame > last) continue;
      const start = placeInFront(segment, first);
      let number = start.frame;
      const range = { path: segment.path, seed: segment.seed, begin: start.offset, end: segment.end, frames: until - start.frame + 1 };
      const { end, problem } = await scanFrames(this.#disk, range, ({ type, payload }, offset) => {
        if (number >= first) visit({ number, segment: segment.segment, offset, type, payload });
        remember(segment, number, offset);
        number++;
      });
      if (number > until) continue;
      const what = problem?.what ?? `it ends with frame ${number - 1}, and frame ${until} was written to it`;
      throw new DamagedFileError(this.#disk.location, segment.path, problem?.offset ?? end, what);
    }
  }

  /**
   * Reads those segments again that nothing is written to any more.
   * @param disk to read with
   * @returns where they are not as they were written
   */
  async check(disk: Disk): Promise<readonly DamagedFileError[]> {
    const damaged: DamagedFileError[] = [];
    for (const segment of this.#segments.filter((each) => each !== this.#open?.segment)) {
      const { path, seed, begin, end, firstFrame, lastFrame } = segment;
      // It may have been dropped meanwhile, before or while it is read.
      if (!this.#segments.includes(segment)) continue;
      try {
        const header = readSegmentHeader(await disk.read(path, 0, Math.min(begin, MAXIMUM_HEADER)));
        let frames = 0;
        const { end: stop, problem } = await scanFrames(disk, { path, seed, begin, end }, () => frames++);
        if ('problem' in header) damaged.push(new DamagedFileError(disk.location, path, 0, header.problem));
        else if (problem !== undefined) damaged.push(new DamagedFileError(disk.location, path, problem.offset, problem.what));
        else if (frames !== lastFrame - firstFrame + 1) damaged.push(new DamagedFileError(disk.location, path, stop, 'frames are missing'));
      } catch (thrown) {
        if (this.#segments.includes(segment)) {
          if (codeOf(thrown) !== 'ENOENT') throw thrown;
          damaged.push(new DamagedFileError(disk.location, path, 0, 'it is not there'));
        }
      }
    }
    return damaged;
  }

  /** Lets go of the file; nothing more is written. */
  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.file.close();
  }

  get #end(): SegmentEnd | undefined {
    const last = this.#segments.at(-1);
    return last === undefined ? this.#foundEnd : { segment: last.segment, end: last.end, lastFrame: last.lastFrame };
  }

  /**
   * Gives a segment up on which a write failed: any part of the bytes may be there. It ends where they begin, and they go to the
   * next segment.
   */
  async #abandon(open: OpenSegment): Promise<void> {
    // The next segment says that the log goes on where this one ends.
    await this.sync();
    this.#open = undefined;
    await open.file.close().catch(() => {});
    const { segment } = open;
    if (segment.end > segment.begin) return;
    // Every attempt on a full disk would leave a file, and take the room that had become free.
    this.#segments.pop();
    await this.#disk.remove(segment.path).catch(() => {});
  }

  async #create(path: string): Promise<AppendFile> {
    try {
      return await this.#disk.create(path);
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST') throw thrown;
      throw new FencedError(
        `${this.#disk.location}/${path} was made by somebody else: another process works on the same folder. End one of them.`,
        { cause: thrown },
      );
    }
  }
}

/** Remembers where a frame begins, where none is remembered that begins shortly before. */
function remember({ places }: Segment, frame: number, offset: number): void {
  const last = places.at(-1);
  if (last === undefined || offset >= last.offset + PLACE_DISTANCE) places.push({ frame, offset });
}

/** The last place that is remembered in front of a frame, or where the frame itself begins. */
function placeInFront({ places, firstFrame, begin }: Segment, frame: number): FramePlace {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle]?.frame ?? 0) <= frame) low = middle + 1;
    else high = middle;
  }
  return places[low - 1] ?? { frame: firstFrame, offset: begin };
}

/**
 * @param offset where in the segment they will begin
 * @param durable how much of the segment is
 */
function framesAsBytes(frames: readonly FrameContent[], seed: number, offset: number, durable: number): Buffer {
  const bytes = Buffer.allocUnsafe(frames.reduce((sum, { payload }) => sum + payload.length + FRAME_OVERHEAD, 0));
  let at = 0;
  for (const frame of frames) at = writeFrame(bytes, at, frame, seed, offset + at, durable);
  return bytes;
}
