import type { Clock, Timer } from '../ports/Clock';
import type { Disk } from '../ports/Disk';
import { codeOf, FencedError, messageOf } from './errors';

/** Who owns a folder, in words and for those who can tell whether it is still there: plain text values. */
export interface LeaseOwner {
  /** Different for every start of a program. */
  readonly id: string;
  /** Of the machine. */
  readonly host: string;
  /** Different for every start of the machine; empty where nobody knows. */
  readonly boot: string;
  readonly process: number;
  /** When the process was started, as the system says it; a process number may be used again. */
  readonly processStart: string;
}

export interface LeaseOptions {
  readonly folder: string;
  readonly owner: LeaseOwner;
  readonly clock: Clock;
  /** Whether an owner is gone for certain, such as a process of this machine that is no more. Without it, only time tells. */
  readonly isGone?: (owner: LeaseOwner) => boolean;
  /** How often the owner shows that it is there: ms, 2,000 by default. */
  readonly beatInterval?: number;
  /** An owner that has not shown itself for so long is taken for gone: ms, 10,000 by default. */
  readonly staleAfter?: number;
  /** Called once when somebody else owns the folder, so that whoever waits can say so. */
  readonly onWaiting?: (owner: LeaseOwner | undefined) => void;
  /** Called when the lease was lost, or can no longer be looked after. */
  readonly onLost?: (error: Error) => void;
}

const DEFAULT_BEAT = 2000;
const DEFAULT_STALE = 10_000;
const NAME = /^(\d{6,15})\.(lease|beat)$/;

/** What whoever waits saw last, and since when. */
interface Seen {
  epoch: number;
  beat: string;
  /** By the clock that only goes forward, ms. */
  since: number;
}

interface Holder {
  readonly epoch: number;
  readonly owner: LeaseOwner | undefined;
  /** Changes as long as the owner lives. */
  readonly beat: string;
  readonly isReleased: boolean;
}

/**
 * The right to write in a folder. Each owner has an epoch, one more than the one before; who makes the file of an epoch first has
 * it, which the disk decides, so no two can. An owner that was paused learns from the file of a later epoch that it is none any
 * more: it must ask, with `check`, after what it wrote is durable and before it tells anybody.
 *
 * Whether an owner still lives is seen by a second file that it replaces again and again, and judged by the clock of whoever
 * waits: clocks of two machines, or of one that was set, need not agree.
 */
export class Lease {
  readonly epoch: number;
  readonly #disk: Disk;
  readonly #options: LeaseOptions;
  #beats = 0;
  /** Whether the last beat could not be written, which was told. */
  #isLate = false;
  #timer: Timer | undefined;
  #isReleased = false;

  private constructor(disk: Disk, options: LeaseOptions, epoch: number) {
    this.#disk = disk;
    this.#options = options;
    this.epoch = epoch;
  }

  /** The id of the owner. */
  get owner(): string {
    return this.#options.owner.id;
  }

  /** Waits until the folder is free, and takes it. @param isWanted asked now and then: when it says no, nothing is taken */
  static async acquire(disk: Disk, options: LeaseOptions, isWanted: () => boolean = () => true): Promise<Lease | undefined> {
    const { clock, onWaiting, beatInterval = DEFAULT_BEAT } = options;
    const seen: Seen = { epoch: -1, beat: '', since: 0 };
    let hasTold = false;
    while (isWanted()) {
      const attempt = Lease.#attempt(disk, options, seen);
      clock.track(attempt);
      const { lease, holder } = await attempt;
      if (lease !== undefined) return lease;
      if (!hasTold) onWaiting?.(holder);
      hasTold = true;
      await new Promise<void>((resolve) => clock.schedule(beatInterval, resolve));
    }
    return undefined;
  }

  static async #attempt(
    disk: Disk, options: LeaseOptions, seen: Seen,
  ): Promise<{ readonly lease: Lease | undefined; readonly holder: LeaseOwner | undefined }> {
    const { folder, clock, isGone, staleAfter = DEFAULT_STALE } = options;
    await disk.makeFolder(folder);
    const holder = await findHolder(disk, folder);
    const now = clock.monotonic();
    if (holder !== undefined && (seen.epoch !== holder.epoch || seen.beat !== holder.beat)) {
      Object.assign(seen, { epoch: holder.epoch, beat: holder.beat, since: now });
    }
    const isFree =
      holder === undefined || holder.isReleased || now - seen.since >= staleAfter ||
      (holder.owner !== undefined && isGone?.(holder.owner) === true);
    return { lease: isFree ? await Lease.#take(disk, options, (holder?.epoch ?? 0) + 1) : undefined, holder: holder?.owner };
  }

  /** @returns undefined when somebody else was faster */
  static async #take(disk: Disk, options: LeaseOptions, epoch: number): Promise<Lease | undefined> {
    const { folder, owner } = options;
    const path = `${folder}/${nameOf(epoch)}.lease`;
    try {
      const file = await disk.create(path);
      try {
        await file.append(Buffer.from(JSON.stringify(owner)));
        await file.fsync();
      } catch (thrown) {
        // Nobody owns the folder by it; left there, the next attempt would wait for an owner that never was.
        await disk.remove(path).catch(() => undefined);
        throw thrown;
      } finally {
        await file.close();
      }
    } catch (thrown) {
      if (codeOf(thrown) === 'EEXIST') return undefined;
      throw thrown;
    }
    await disk.fsyncFolder(folder);
    for (const { name } of await disk.list(folder)) {
      const before = NAME.exec(name)?.[1] ?? /^(\d+)\.beat\.tmp$/.exec(name)?.[1];
      if (before !== undefined && Number(before) < epoch) await disk.remove(`${folder}/${name}`);
    }
    const lease = new Lease(disk, options, epoch);
    lease.#scheduleBeat();
    return lease;
  }

  /**
   * Makes sure that nobody else has taken over.
   * @throws FencedError when somebody has
   */
  async check(): Promise<void> {
    const { folder } = this.#options;
    const newest = await newestEpoch(this.#disk, folder);
    if (newest === this.epoch) return;
    const what = newest > this.epoch ? `owner ${newest} has taken over from owner ${this.epoch}` : 'the file of its owner is gone';
    throw new FencedError(
      `${this.#disk.location}/${folder} belongs to somebody else: ${what}. ` +
        'What this one wrote since then does not count. See to it that only one process uses the folder.',
    );
  }

  /** Lets others have the folder at once. What this one has written must be durable by now. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#timer?.cancel();
    await this.#writeBeat('released');
  }

  #scheduleBeat(): void {
    const { clock, beatInterval = DEFAULT_BEAT } = this.#options;
    this.#timer = clock.schedule(beatInterval, () => clock.track(this.#beat()));
  }

  async #beat(): Promise<void> {
    try {
      await this.check();
      this.#beats++;
      if (!this.#isReleased) await this.#writeBeat(String(this.#beats));
      this.#isLate = false;
    } catch (thrown) {
      if (this.#isReleased) return;
      if (thrown instanceof FencedError) {
        this.#isReleased = true;
        this.#options.onLost?.(thrown);
        return;
      }
      // Such as a full disk: it may be better next time, and if not, somebody who waits takes over, and check() says so.
      if (!this.#isLate) {
        this.#options.onLost?.(new Error(
          `The lease of ${this.#disk.location} could not be renewed: ${messageOf(thrown)}. It is tried again and again; ` +
            'a process that waits for the folder may take it over meanwhile.',
          { cause: thrown },
        ));
      }
      this.#isLate = true;
    }
    // release() may have come in between.
    if (!this.#isDone()) this.#scheduleBeat();
  }

  #isDone(): boolean {
    return this.#isReleased;
  }

  /** Need not survive a power cut: after one, no owner lives. */
  async #writeBeat(content: string): Promise<void> {
    const path = `${this.#options.folder}/${nameOf(this.epoch)}.beat`;
    const temporary = `${path}.tmp`;
    await this.#disk.remove(temporary);
    const file = await this.#disk.create(temporary);
    try {
      await file.append(Buffer.from(content));
    } finally {
      await file.close();
    }
    await this.#disk.rename(temporary, path);
  }
}

function nameOf(epoch: number): string {
  return String(epoch).padStart(6, '0');
}

async function newestEpoch(disk: Disk, folder: string): Promise<number> {
  const epochs = (await disk.list(folder)).map(({ name }) => NAME.exec(name)).filter((match) => match?.[2] === 'lease');
  return Math.max(0, ...epochs.map((match) => Number(match?.[1])));
}

async function findHolder(disk: Disk, folder: string): Promise<Holder | undefined> {
  const epoch = await newestEpoch(disk, folder);
  if (epoch === 0) return undefined;
  const [owner, beat] = await Promise.all(['lease', 'beat'].map((kind) => textOf(disk, `${folder}/${nameOf(epoch)}.${kind}`)));
  return { epoch, owner: ownerOf(owner ?? ''), beat: beat ?? '', isReleased: beat === 'released' };
}

async function textOf(disk: Disk, path: string): Promise<string> {
  try {
    return Buffer.from(await disk.read(path, 0, 4096)).toString('utf8');
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return '';
    throw thrown;
  }
}

/** The file may just be being written, or a power cut may have emptied it: then only time tells. */
function ownerOf(text: string): LeaseOwner | undefined {
  try {
    const { id, host, boot, process, processStart } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return { id: String(id), host: String(host), boot: String(boot), process: Number(process), processStart: String(processStart) };
  } catch {
    return undefined;
  }
}
