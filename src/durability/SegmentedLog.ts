import type { Clock, Timer } from '../ports/Clock';
import type { Disk } from '../ports/Disk';
import { type DamagedFileError, EncodingError, isDiskFull, LogFailedError, messageOf } from './errors';
import { FRAME_OVERHEAD, frameContent, MAXIMUM_PAYLOAD, type FrameContent } from './frame';
import type { FoundLog, LogFrame } from './readLog';
import { SegmentFiles, type SegmentOptions } from './SegmentFiles';
import { withPauses } from './withPauses';

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

export interface LogOptions extends SegmentOptions {
  readonly clock: Clock;
  /** `group` by default */
  readonly policy?: SyncPolicy;
  /** How much one fsync may cover: bytes, 4 MiB by default. */
  readonly groupBytes?: number;
  /** How long after a full disk was met the next attempt is made: ms, 1,000 by default. */
  readonly retryAfter?: number;
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

/** Whoever waits for frames up to this one to survive a power cut. */
interface SyncWaiter {
  readonly frame: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const DEFAULT_GROUP_BYTES = 4 * 1024 * 1024;
const DEFAULT_RETRY = 1000;

/**
 * A log of frames in segments: gathers what is appended into groups, and confirms each when it is as safe as the policy says. Every
 * start and every failed write is followed by a new segment, so a torn tail needs no repair. A failed fsync ends the log.
 */
export class SegmentedLog {
  readonly #disk: Disk;
  readonly #options: LogOptions;
  readonly #policy: SyncPolicy;
  readonly #groupBytes: number;
  readonly #files: SegmentFiles;
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
  #syncWaiters: SyncWaiter[] = [];

  private constructor(disk: Disk, options: LogOptions, found: FoundLog) {
    this.#disk = disk;
    this.#options = options;
    this.#policy = options.policy ?? { kind: 'group' };
    this.#groupBytes = options.groupBytes ?? DEFAULT_GROUP_BYTES;
    this.#files = new SegmentFiles(disk, options, found);
    this.#lastFrame = found.nextFrame - 1;
    this.#confirmedFrame = this.#lastFrame;
  }

  /**
   * Goes on with a log in a fresh segment.
   * @param found what `readLog` found just now
   * @throws the disk's error; FencedError where somebody else goes on with the log at the same moment
   */
  static async open(disk: Disk, options: LogOptions, found: FoundLog): Promise<SegmentedLog> {
    const log = new SegmentedLog(disk, options, found);
    await log.#files.begin(found.carried.map(({ type, payload }) => frameContent(type, payload)));
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

  /** The number of the last frame that was confirmed and survives a power cut; with the policy `timer` it may lag behind. */
  get durableFrame(): number {
    return Math.min(this.#confirmedFrame, this.#files.durableFrame);
  }

  /** Bytes of the log on disk. */
  get bytes(): number {
    return this.#files.bytes;
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
    const frame = this.#files.lastFrame;
    if (!this.#files.isOpen || this.#files.durableFrame >= frame) return;
    await new Promise<void>((resolve, reject) => {
      this.#syncWaiters.push({ frame, resolve, reject });
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
    return this.#files.dropBefore(frame);
  }

  /**
   * Reads frames back, in order, while others are appended; waits for those that are not confirmed yet.
   * @param visit may get payloads that are views of memory that is used again afterwards
   * @throws DamagedFileError where they are not as they were written
   */
  async read(first: number, last: number, visit: (frame: LogFrame) => void): Promise<void> {
    if (last > this.#confirmedFrame) await this.flush();
    await this.#files.read(first, last, visit);
  }

  /** Reads those segments again that nothing is written to any more. @returns where they are not as they were written */
  check(pause: () => Promise<void>): Promise<readonly DamagedFileError[]> {
    return this.#files.check(withPauses(this.#disk, pause));
  }

  /** Waits for what is being written, then lets go of the files. What a full disk kept from being written is not confirmed. */
  async close(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    if (this.#failure === undefined) await this.#syncNow();
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
      await this.#files.makeRoom(group.bytes);
      step = 'a write failed';
      await this.#files.append(group.frames);
      if (this.#policy.kind !== 'timer' || this.#isSyncDue) {
        step = 'fsync failed';
        await this.#sync();
      } else {
        this.#syncTimer ??= this.#options.clock.schedule(this.#policy.interval, () => {
          this.#syncTimer = undefined;
          this.#isSyncDue = true;
          this.#start();
        });
      }
      step = 'it was not to be confirmed';
      await this.#options.checkOwnership?.();
      this.#confirmedFrame = this.#files.lastFrame;
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

  async #syncNow(): Promise<void> {
    try {
      await this.#sync();
    } catch (thrown) {
      this.#fail('fsync failed', thrown);
    }
  }

  async #sync(): Promise<void> {
    this.#isSyncDue = false;
    await this.#files.sync();
    const { durableFrame } = this.#files;
    const waiters = this.#syncWaiters;
    this.#syncWaiters = waiters.filter(({ frame }) => frame > durableFrame);
    for (const { frame, resolve } of waiters) if (frame <= durableFrame) resolve();
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
    this.#files.close().catch(() => {});
    if (!isClosed) listener?.failed?.(failure);
  }
}
