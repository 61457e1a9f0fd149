import type { Clock, Timer } from '../ports/Clock';
import type { AppendFile, Disk } from '../ports/Disk';
import { codeOf, DurabilityError, EncodingError, FencedError, isDiskFull, LogFailedError, messageOf } from './errors';
import { FRAME_OVERHEAD, frameContent, MAXIMUM_PAYLOAD, segmentSeed, writeFrame, type FrameContent } from './frame';
import { segmentPath, type FoundLog, type LogPlace, type SegmentFile } from './readLog';
import { writeSegmentHeader, type SegmentEnd } from './segmentHeader';

/**
 * When what was appended is made to survive a power cut:
 * - `group`: before it is confirmed. While one fsync runs, the next one's work gathers.
 * - `each`: before it is confirmed, one append at a time.
 * - `timer`: every `interval` ms. It is confirmed when it survives the end of the process; a power cut may take back what came
 *   in the last `interval`.
 */
export type SyncPolicy = { readonly kind: 'group' | 'each' } | { readonly kind: 'timer'; readonly interval: number };

/** Who wants to know how the log fares. */
export interface LogListener {
  /** There is no room: nothing is confirmed until `resumed`. Nothing is lost, what was appended waits. */
  full?(error: Error): void;
  resumed?(): void;
  /** The log stopped for good. */
  failed?(error: LogFailedError): void;
}

export interface LogOptions extends LogPlace {
  /** Of the owner; in the header of every segment. */
  readonly epoch: number;
  readonly clock: Clock;
  /** `group` by default */
  readonly policy?: SyncPolicy;
  /** A segment that has reached this size is followed by a new one: bytes, 64 MiB by default. */
  readonly segmentBytes?: number;
  /** How much one fsync may cover: bytes, 4 MiB by default. */
  readonly groupBytes?: number;
  /** How long after a full disk was met the next attempt is made: ms, 1,000 by default. */
  readonly retryAfter?: number;
  /** Asked after every fsync and before anything is confirmed: rejects with a FencedError when another owner has taken over. */
  readonly checkOwnership?: () => Promise<void>;
  readonly listener?: LogListener;
}

/** Something that was appended. */
export interface Appended {
  /** Frames are counted from 1 through the whole log. */
  readonly number: number;
  /** Resolves when it survives what the policy says; rejects with a LogFailedError if that will never be known. */
  readonly durable: Promise<void>;
}

interface Group {
  readonly frames: FrameContent[];
  bytes: number;
  readonly durable: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface ActiveSegment {
  readonly segment: number;
  readonly file: AppendFile;
  readonly seed: number;
  /** Where the frames begin, bytes. */
  readonly begin: number;
  end: number;
  /** How much of it survives a power cut, bytes. */
  durable: number;
  /** Where the log ended before it. */
  readonly previous: SegmentEnd | undefined;
}

interface SealedSegment extends SegmentFile {
  readonly lastFrame: number;
}

const DEFAULT_SEGMENT_BYTES = 64 * 1024 * 1024;
const MAXIMUM_SEGMENT_BYTES = 1024 * 1024 * 1024;
const DEFAULT_GROUP_BYTES = 4 * 1024 * 1024;
const DEFAULT_RETRY = 1000;

/**
 * A log of frames in segments. Nothing is ever written to a segment that somebody else began, or that a write failed on: every
 * start and every failed write is followed by a new segment, so a torn tail needs no repair. A failed fsync ends the log.
 */
export class SegmentedLog {
  readonly #disk: Disk;
  readonly #options: LogOptions;
  readonly #policy: SyncPolicy;
  readonly #segmentBytes: number;
  readonly #groupBytes: number;
  #active: ActiveSegment | undefined;
  /** Where the log ends, on disk. */
  #end: SegmentEnd | undefined;
  #nextSegment: number;
  #sealed: SealedSegment[];
  #strays: readonly SegmentFile[];
  #groups: Group[] = [];
  #pendingBytes = 0;
  #lastFrame: number;
  #confirmedFrame: number;
  #failure: LogFailedError | undefined;
  #isFull = false;
  #retry: Timer | undefined;
  #running: Promise<void> | undefined;
  /** The group that is on its way to the disk. */
  #inFlight: Group | undefined;
  #isSyncDue = false;
  #syncTimer: Timer | undefined;
  #syncWaiters: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  private constructor(disk: Disk, options: LogOptions, found: FoundLog) {
    this.#disk = disk;
    this.#options = options;
    this.#policy = options.policy ?? { kind: 'group' };
    this.#segmentBytes = Math.min(options.segmentBytes ?? DEFAULT_SEGMENT_BYTES, MAXIMUM_SEGMENT_BYTES);
    this.#groupBytes = options.groupBytes ?? DEFAULT_GROUP_BYTES;
    this.#end = found.end;
    this.#nextSegment = found.nextSegment;
    this.#lastFrame = found.nextFrame - 1;
    this.#confirmedFrame = this.#lastFrame;
    this.#strays = found.strays;
    this.#sealed = found.segments.map((segment, index) => {
      const next = found.segments[index + 1]?.header.previous;
      return { segment: segment.segment, path: segment.path, lastFrame: next?.lastFrame ?? found.end?.lastFrame ?? 0 };
    });
  }

  /**
   * Goes on with a log in a fresh segment.
   * @param found what `readLog` found just now
   * @throws the disk's error; FencedError where somebody else goes on with the log at the same moment
   */
  static async open(disk: Disk, options: LogOptions, found: FoundLog): Promise<SegmentedLog> {
    const log = new SegmentedLog(disk, options, found);
    await log.#beginSegment(found.carried.map(({ type, payload }) => frameContent(type, payload)));
    return log;
  }

  /** The number of the frame that was appended last; 0 where there is none. */
  get lastFrame(): number {
    return this.#lastFrame;
  }

  /** The number of the last frame that was confirmed. */
  get confirmedFrame(): number {
    return this.#confirmedFrame;
  }

  /** Bytes that were appended and are not confirmed. Whoever appends holds back when they become too many. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Whether the disk has no room, so that nothing is confirmed for now. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Why the log stopped for good. */
  get failure(): LogFailedError | undefined {
    return this.#failure;
  }

  /**
   * Appends a frame. The payload must not change before it is confirmed.
   * @param type 0 to 127
   * @throws LogFailedError after the log stopped; EncodingError for a payload that is too large: the log goes on
   */
  append(type: number, payload: Uint8Array): Appended {
    if (this.#failure !== undefined) throw this.#failure;
    const frame = frameContent(type, payload);
    const bytes = frame.payload.length + FRAME_OVERHEAD;
    if (frame.payload.length > MAXIMUM_PAYLOAD) {
      throw new EncodingError(
        `An entry of the log takes at most ${MAXIMUM_PAYLOAD} bytes, and this one has ${frame.payload.length}; append it in parts.`,
      );
    }
    const last = this.#groups.at(-1);
    const isOpen = last !== this.#inFlight && this.#policy.kind !== 'each';
    const group = last !== undefined && isOpen && last.bytes + bytes <= this.#groupBytes ? last : this.#newGroup();
    group.frames.push(frame);
    group.bytes += bytes;
    this.#pendingBytes += bytes;
    this.#lastFrame++;
    this.#start();
    return { number: this.#lastFrame, durable: group.durable };
  }

  /** Resolves when all that was appended so far is confirmed. */
  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await this.#groups.at(-1)?.durable;
  }

  /** Resolves when all that was appended so far survives a power cut, whatever the policy. */
  async sync(): Promise<void> {
    await this.flush();
    if (this.#active === undefined || this.#active.end === this.#active.durable) return;
    await new Promise<void>((resolve, reject) => {
      this.#syncWaiters.push({ resolve, reject });
      this.#isSyncDue = true;
      this.#start();
    });
  }

  /**
   * Removes segments that have only frames in front of this one, the oldest first.
   * @returns how many were removed
   */
  async dropBefore(frame: number): Promise<number> {
    if (this.#failure !== undefined) throw this.#failure;
    const kept = this.#sealed.findIndex(({ lastFrame }) => lastFrame >= frame);
    const dropped = kept === -1 ? this.#sealed : this.#sealed.slice(0, kept);
    const oldest = this.#sealed[dropped.length]?.segment ?? this.#active?.segment ?? 0;
    const strays = this.#strays.filter(({ segment }) => segment < oldest);
    const files = [...strays, ...dropped].sort((left, right) => left.segment - right.segment);
    if (files.length === 0) return 0;
    for (const { path } of files) await this.#disk.remove(path);
    await this.#disk.fsyncFolder(this.#options.folder);
    const gone = new Set(files.map(({ segment }) => segment));
    this.#sealed = this.#sealed.filter(({ segment }) => !gone.has(segment));
    this.#strays = this.#strays.filter(({ segment }) => !gone.has(segment));
    return files.length;
  }

  /** Waits for what is being written, then lets go of the files. What a full disk kept from being written is not confirmed. */
  async close(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    if (this.#failure === undefined && this.#active !== undefined && this.#active.end > this.#active.durable) {
      await this.#syncNow();
    }
    this.#fail('it was closed', undefined);
  }

  #newGroup(): Group {
    let resolve = (): void => {};
    let reject: (error: Error) => void = () => {};
    const durable = new Promise<void>((whenDurable, whenNever) => {
      resolve = whenDurable;
      reject = whenNever;
    });
    // Whoever does not wait for it need not handle it either.
    durable.catch(() => {});
    const group = { frames: [], bytes: 0, durable, resolve, reject };
    this.#groups.push(group);
    return group;
  }

  #start(): void {
    if (this.#running !== undefined || this.#retry !== undefined || this.#failure !== undefined) return;
    this.#running = this.#run();
    this.#options.clock.track(this.#running);
  }

  async #run(): Promise<void> {
    // What is appended in this turn still belongs to the group.
    await Promise.resolve();
    while (this.#retry === undefined && this.#failure === undefined) {
      const group = this.#groups[0];
      if (group === undefined && !this.#isSyncDue) break;
      this.#inFlight = group;
      await (group === undefined ? this.#syncNow() : this.#write(group));
      this.#inFlight = undefined;
    }
    this.#running = undefined;
  }

  async #write(group: Group): Promise<void> {
    let step = 'a new segment could not be begun';
    try {
      const segment = await this.#segmentFor(group.bytes);
      step = 'a write failed';
      const lastFrame = (this.#end?.lastFrame ?? 0) + group.frames.length;
      const bytes = framesAsBytes(group.frames, segment.seed, segment.end, segment.durable);
      try {
        await segment.file.append(bytes);
      } catch (thrown) {
        await this.#abandon(segment);
        throw thrown;
      }
      segment.end += bytes.length;
      this.#end = { segment: segment.segment, end: segment.end, lastFrame };
      if (this.#policy.kind !== 'timer' || this.#isSyncDue) {
        step = 'fsync failed';
        await this.#sync(segment);
      } else {
        this.#syncTimer ??= this.#options.clock.schedule(this.#policy.interval, () => {
          this.#syncTimer = undefined;
          this.#isSyncDue = true;
          this.#start();
        });
      }
      step = 'it was not to be confirmed';
      await this.#options.checkOwnership?.();
      this.#confirmedFrame = lastFrame;
    } catch (thrown) {
      if (isDiskFull(thrown)) this.#waitForRoom(thrown);
      else this.#fail(step, thrown);
      return;
    }
    this.#groups.shift();
    this.#pendingBytes -= group.bytes;
    group.resolve();
    if (this.#isFull) {
      this.#isFull = false;
      this.#options.listener?.resumed?.();
    }
  }

  /**
   * Gives a segment up on which a write failed: any part of the bytes may be there. It ends where the group begins, and the group
   * goes to the next segment.
   */
  async #abandon(segment: ActiveSegment): Promise<void> {
    this.#active = undefined;
    // The next segment says that the log goes on where this one ends.
    if (segment.end > segment.durable) await this.#sync(segment);
    await segment.file.close().catch(() => {});
    if (segment.end > segment.begin) return;
    // Every attempt on a full disk would leave a file, and take the room that had become free.
    this.#end = segment.previous;
    await this.#disk.remove(segmentPath(this.#options.folder, segment.segment)).catch(() => {});
  }

  async #syncNow(): Promise<void> {
    try {
      if (this.#active !== undefined) await this.#sync(this.#active);
    } catch (thrown) {
      this.#fail('fsync failed', thrown);
    }
  }

  async #sync(segment: ActiveSegment): Promise<void> {
    const { end } = segment;
    this.#isSyncDue = false;
    try {
      await segment.file.fsync();
    } catch (thrown) {
      // Without the code: a full disk, too, is final here.
      throw new DurabilityError(`fsync of segment ${segment.segment} failed: ${messageOf(thrown)}`, { cause: thrown });
    }
    segment.durable = end;
    const waiters = this.#syncWaiters;
    this.#syncWaiters = [];
    for (const { resolve } of waiters) resolve();
  }

  /** The segment that takes so many bytes more. */
  async #segmentFor(bytes: number): Promise<ActiveSegment> {
    const active = this.#active;
    if (active !== undefined && (active.end === active.begin || active.end + bytes <= this.#segmentBytes)) return active;
    return this.#beginSegment([]);
  }

  /** @param carried frames to be written together with the header */
  async #beginSegment(carried: readonly FrameContent[]): Promise<ActiveSegment> {
    const { graph, folder, epoch, checkOwnership } = this.#options;
    const before = this.#active;
    if (before !== undefined) {
      // What the next segment says of this one must hold after a power cut.
      if (before.end > before.durable) await this.#sync(before);
      await before.file.close();
      this.#active = undefined;
    }
    await checkOwnership?.();
    const segment = this.#nextSegment++;
    const path = segmentPath(folder, segment);
    const header = writeSegmentHeader({
      graph, segment, epoch, firstFrame: (this.#end?.lastFrame ?? 0) + 1, previous: this.#end ?? null, carried: carried.length,
    });
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
    const size = header.length + frames.length;
    const previous = this.#end;
    this.#sealEnd();
    this.#end = { segment, end: size, lastFrame: (previous?.lastFrame ?? 0) + carried.length };
    this.#active = { segment, file, seed, begin: header.length, end: size, durable: size, previous };
    return this.#active;
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

  /** The segment in which the log ends gets a successor, and can be dropped some day. */
  #sealEnd(): void {
    const end = this.#end;
    if (end === undefined || this.#sealed.some(({ segment }) => segment === end.segment)) return;
    this.#sealed.push({ segment: end.segment, path: segmentPath(this.#options.folder, end.segment), lastFrame: end.lastFrame });
  }

  #waitForRoom(thrown: unknown): void {
    const { clock, listener, retryAfter } = this.#options;
    const isNews = !this.#isFull;
    this.#isFull = true;
    if (isNews) listener?.full?.(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
    this.#retry = clock.schedule(retryAfter ?? DEFAULT_RETRY, () => {
      this.#retry = undefined;
      this.#start();
    });
  }

  #fail(what: string, thrown: unknown): void {
    if (this.#failure !== undefined) return;
    const { folder, listener } = this.#options;
    const isClosed = thrown === undefined;
    const reason = isClosed ? what : `${what}: ${messageOf(thrown)}`;
    const failure = new LogFailedError(
      `The log in ${this.#disk.location}/${folder} takes nothing any more: ${reason}. ` +
        'What was not confirmed may or may not be there at the next start.',
      { cause: thrown },
    );
    this.#failure = failure;
    this.#syncTimer?.cancel();
    this.#retry?.cancel();
    const groups = this.#groups;
    this.#groups = [];
    this.#pendingBytes = 0;
    for (const group of groups) group.reject(failure);
    for (const waiter of this.#syncWaiters) waiter.reject(failure);
    this.#syncWaiters = [];
    this.#active?.file.close().catch(() => {});
    this.#active = undefined;
    if (!isClosed) listener?.failed?.(failure);
  }
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
