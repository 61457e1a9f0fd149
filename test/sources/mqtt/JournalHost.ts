import { Journal, type StoredRecords } from '../../../src/durability';
import type { AppendFile, Disk, DiskEntry } from '../../../src/ports/Disk';
import { NodeDisk } from '../../../src/ports/node/NodeDisk';
import { SystemClock } from '../../../src/ports/node/SystemClock';
import type { SourceLog, SourceMessage, StoredWith } from '../../../src/sources/Source';
import { TestHost } from './TestHost';

/** A disk that its process can be taken away from: what is under way gets done, and nothing begins any more. */
class MortalDisk implements Disk {
  readonly location: string;
  readonly #disk: Disk;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #files = new Set<AppendFile>();
  #isDead = false;

  constructor(disk: Disk) {
    this.#disk = disk;
    this.location = disk.location;
  }

  async die(): Promise<void> {
    this.#isDead = true;
    await Promise.allSettled(this.#underWay);
    await Promise.allSettled([...this.#files].map((file) => file.close()));
  }

  #run<T>(act: () => Promise<T>): Promise<T> {
    // What a process that is gone waits for never comes.
    if (this.#isDead) return new Promise<T>(() => undefined);
    const running = act();
    this.#underWay.add(running);
    const end = (): void => {
      this.#underWay.delete(running);
    };
    running.then(end, end);
    return running.then((value) => (this.#isDead ? new Promise<T>(() => undefined) : value));
  }

  makeFolder(folder: string): Promise<void> {
    return this.#run(() => this.#disk.makeFolder(folder));
  }

  list(folder: string): Promise<readonly DiskEntry[]> {
    return this.#run(() => this.#disk.list(folder));
  }

  size(path: string): Promise<number | undefined> {
    return this.#run(() => this.#disk.size(path));
  }

  read(path: string, offset: number, length: number): Promise<Uint8Array> {
    return this.#run(() => this.#disk.read(path, offset, length));
  }

  async create(path: string): Promise<AppendFile> {
    const file = await this.#run(async () => {
      const created = await this.#disk.create(path);
      this.#files.add(created);
      return created;
    });
    return {
      append: (bytes) => this.#run(() => file.append(bytes)),
      fsync: () => this.#run(() => file.fsync()),
      close: () => {
        this.#files.delete(file);
        return this.#run(() => file.close());
      },
    };
  }

  fsyncFolder(folder: string): Promise<void> {
    return this.#run(() => this.#disk.fsyncFolder(folder));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#run(() => this.#disk.rename(from, to));
  }

  remove(path: string): Promise<void> {
    return this.#run(() => this.#disk.remove(path));
  }

  removeFolder(folder: string): Promise<void> {
    return this.#run(() => this.#disk.removeFolder(folder));
  }
}

const SOURCE = 'r';

/** Runs a source in a test and keeps what it receives in a real log, as a graph with a checkpoint does. */
export class JournalHost extends TestHost {
  readonly log: SourceLog;
  lost = 0;
  readonly #disk: MortalDisk;
  readonly #journal: Journal;
  readonly #before: readonly string[];

  private constructor(disk: MortalDisk, journal: Journal, before: readonly string[]) {
    super();
    this.#disk = disk;
    this.#journal = journal;
    this.#before = before;
    this.log = {
      hasPacket: (packet) => journal.hasPacket(SOURCE, packet),
      releasePackets: (packets) => journal.release(SOURCE, packets).durable,
      get openPackets() {
        return [...journal.openPackets(SOURCE)];
      },
      get marks() {
        return journal.marksOf(SOURCE);
      },
    };
  }

  /** Opens the log in a folder, new or left by an earlier host. @param epoch grows from host to host */
  static async open(folder: string, epoch: number): Promise<JournalHost> {
    const disk = new MortalDisk(new NodeDisk(folder));
    const { journal, recovery } = await Journal.open(disk, { graph: 'g', clock: new SystemClock(), epoch });
    const before: string[] = [];
    await recovery.readWaiting(({ records }: StoredRecords) => before.push(...records.map(String)));
    return new JournalHost(disk, journal, before);
  }

  override store(messages: readonly SourceMessage[], { packets = [], marks }: StoredWith = {}): Promise<void> {
    this.messages.push(...messages);
    return this.#journal.append(SOURCE, messages.map(({ payload }) => String(payload)), packets, marks).durable;
  }

  dropped(count: number): void {
    this.lost += count;
  }

  /** What is in the log, in order: of all hosts that this one follows, and of this one. */
  get logged(): readonly string[] {
    return [...this.#before, ...this.payloads];
  }

  /** The process is gone: nothing that was under way is heard of again. */
  die(): Promise<void> {
    return this.#disk.die();
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }
}
