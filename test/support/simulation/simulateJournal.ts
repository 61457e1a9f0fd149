import type { Journal, RecoveredBatch, RecoveredSource, StoredRecords } from '../../../src/durability';
import type { Durability } from './loadMutant';
import { type Outcome, Violation } from './Outcome';
import { SeededRandom } from './SeededRandom';
import { SimulatedClock } from './SimulatedClock';
import { SimulatedDisk } from './SimulatedDisk';

/** What the outside world knows: senders and sinks, which do not crash with the process. */
interface World {
  /** Records of the source that nobody sends twice, by number; acknowledged ones must arrive. */
  readonly sent: { readonly text: string; acknowledged: boolean }[];
  /** Records under packet ids: sent until received, received until released (QoS 2). */
  readonly exact: { readonly text: string; readonly packet: number; state: 'sent' | 'received' | 'released'; isUnderWay: boolean }[];
  /** What the sinks were given, by sink and batch time. */
  readonly delivered: Map<string, string>;
  /** The batch of the last checkpoint that was reported as made. */
  checkpoint: number;
  /** How many files were damaged, and one of them. */
  damages: string[];
}

const SINKS = ['file', 'table'];

/** The state of the program that is simulated: everything it ever saw, as a checksum and as counts. */
interface State {
  readonly counts: Map<string, number>;
  fold: number;
  offset: number;
}

/**
 * A micro-batch engine on a journal: records arrive from two sources and one that reads by offset, batches run, sinks get their
 * results, checkpoints are made, and everything may crash at any operation of the disk. In the end nothing fails any more, and what
 * the sinks have must be what an engine that never crashed gives them.
 */
export async function simulateJournal(durability: Durability, seed: number, outcome: Outcome): Promise<void> {
  const random = new SeededRandom(seed);
  const disk = new SimulatedDisk(random);
  const world: World = { sent: [], exact: [], delivered: new Map(), checkpoint: -1, damages: [] };
  const settings = {
    segmentBytes: random.pick([300, 300, 1000]),
    damages: random.pick([0, 0, 0, 1, 2]),
    fails: random.chance(0.15),
    fills: random.chance(0.2),
  };
  outcome.seeds++;
  const lives = 2 + random.below(6);
  for (let life = 0; life <= lives; life++) {
    const isLast = life === lives;
    const kind = random.chance(0.6) ? 'power' : 'kill';
    if (!isLast && life > 0 && world.damages.length < settings.damages && random.chance(0.5)) {
      const isCheckpoint = random.chance(0.7);
      const damage = disk.damage((path) => path.startsWith(isCheckpoint ? 'ckpt/' : 'log/'));
      if (damage !== undefined) world.damages.push(damage.path);
    }
    const crashed = isLast ? new Promise<void>(() => {}) : disk.crashAfter(1 + random.below(random.pick([20, 80, 300])), kind);
    disk.fsyncFailure = settings.fails && !isLast ? 0.03 : 0;
    let refusal: unknown;
    const engine = new SimulatedEngine(durability, random, disk, world, outcome, { ...settings, epoch: life + 1, isLast });
    await Promise.race([crashed, engine.run().catch((thrown: unknown) => {
      refusal = thrown;
    })]);
    if (refusal !== undefined && isRefusal(refusal, world)) {
      outcome.happened('refused');
      return;
    }
    if (refusal instanceof Error && !isDiskFailure(refusal)) {
      throw new Violation(seed, `life ${life}: ${refusal.name}: ${refusal.message}`);
    }
    disk.capacity = Infinity;
    if (isLast) break;
    disk.crash(kind);
    outcome.crashes++;
    outcome.happened(kind);
  }
  checkAll(seed, world);
}

/** One damaged checkpoint is no reason to refuse: there is another one, or the whole log. */
function isRefusal(thrown: unknown, { damages }: World): boolean {
  const isDamageFound = ['DamagedFileError', 'MissingRecordsError'].includes((thrown as Error).name);
  return isDamageFound && (damages.length > 1 || damages.some((path) => path.startsWith('log/')));
}

function isDiskFailure({ name, message }: Error): boolean {
  return name === 'LogFailedError' || /^E(IO|NOSPC):/.test(message);
}

interface EngineSettings {
  readonly segmentBytes: number;
  readonly epoch: number;
  readonly fills: boolean;
  readonly isLast: boolean;
}

class SimulatedEngine {
  readonly #durability: Durability;
  readonly #random: SeededRandom;
  readonly #disk: SimulatedDisk;
  readonly #world: World;
  readonly #outcome: Outcome;
  readonly #settings: EngineSettings;
  readonly #clock = new SimulatedClock();
  readonly #life: number;
  #journal!: Journal;
  #state: State = { counts: new Map(), fold: 0, offset: 0 };
  /** Records that are logged and in no batch, by source. */
  readonly #waiting = new Map<string, StoredRecords[]>();
  /** Parts of the state that seldom change, so that checkpoints refer to earlier ones. */
  readonly #kept = new Map<string, Uint8Array>();
  #time = 0;
  /** The state after the last batches: a checkpoint may be made some batches later. */
  #snapshots: { readonly time: number; readonly bytes: Uint8Array }[] = [];

  constructor(
    durability: Durability, random: SeededRandom, disk: SimulatedDisk, world: World, outcome: Outcome, settings: EngineSettings,
  ) {
    this.#durability = durability;
    this.#random = random;
    this.#disk = disk;
    this.#world = world;
    this.#outcome = outcome;
    this.#settings = settings;
    this.#life = disk.life;
  }

  /** A process that is gone still runs here, as far as it does not need the disk. */
  #isAlive(): boolean {
    return this.#disk.life === this.#life;
  }

  async run(): Promise<void> {
    await this.#recover();
    const random = this.#random;
    for (let round = 0; round < 12 && this.#isAlive(); round++) {
      if (this.#settings.fills && !this.#settings.isLast && random.chance(0.1)) {
        this.#disk.capacity = 400 + [...this.#disk.files().values()].reduce((sum, size) => sum + size, 0);
      }
      if (random.chance(0.3)) {
        this.#disk.capacity = Infinity;
        this.#clock.pass(1000);
      }
      this.#receive();
      if (random.chance(0.5)) await someTurns(random.below(10));
      this.#receive();
      if (random.chance(0.2)) void this.#resend();
      if (random.chance(0.8)) await this.#tick(false);
      if (random.chance(0.3)) await this.#checkpoint();
    }
    if (!this.#settings.isLast) return;
    // Senders send what nobody has confirmed; then everything goes through.
    await this.#whenDone(this.#resend());
    await this.#tick(true);
    await this.#checkpoint();
  }

  async #recover(): Promise<void> {
    const { segmentBytes, epoch } = this.#settings;
    const { Journal, decode } = this.#durability;
    const listener = { full: () => this.#outcome.happened('full'), resumed: () => this.#outcome.happened('resumed') };
    const options = { graph: 'g', clock: this.#clock, epoch, segmentBytes, listener };
    const { journal, recovery } = await Journal.open(this.#disk.connect(), options);
    this.#journal = journal;
    const { checkpoint, batches, tornBytes, quarantined } = recovery;
    if (tornBytes > 0) this.#outcome.happened('torn tail');
    if (quarantined.length > 0) this.#outcome.happened(checkpoint === undefined ? 'back to the beginning' : 'fallback');
    if (quarantined.length > 0 && this.#world.damages.length === 0) throw new Error(`without damage, ${quarantined.join()} was put away`);
    if (this.#world.damages.length === 0 && (checkpoint?.batch ?? -1) < this.#world.checkpoint) {
      throw new Error(`checkpoint ${this.#world.checkpoint} was made, and checkpoint ${checkpoint?.batch ?? 'none'} is found`);
    }
    if (checkpoint !== undefined) {
      this.#outcome.happened('from checkpoint');
      this.#state = decode(checkpoint.sections.get('state')!) as State;
      for (const name of ['part a', 'part b']) {
        const part = checkpoint.sections.get(name);
        if (part === undefined || !/^\.+$/.test(Buffer.from(part).toString().replace(`${name} `, ''))) throw new Error(`${name} is not what it was`);
        this.#kept.set(name, part);
      }
      if (checkpoint.data !== checkpoint.batch) throw new Error('the checkpoint has the data of another');
    }
    this.#time = recovery.lastBatch ?? 0;
    for (const batch of batches) {
      this.#outcome.happened('batch replayed');
      if (batch.committed.size === SINKS.length) this.#outcome.happened('committed batch replayed');
      await this.#run(batch, await recovery.recordsOf(batch), batch);
    }
    await recovery.readWaiting((records) => this.#wait(records));
    for (const [source, { waiting }] of recovery.sources) {
      const found = (this.#waiting.get(source) ?? []).reduce((sum, { records }) => sum + records.length, 0);
      if (found !== waiting) throw new Error(`${waiting} records of ${source} wait, and ${found} are found`);
    }
    this.#compareMarks(recovery.sources.get('plain'));
    for (const message of this.#world.exact) message.isUnderWay = false;
    void this.#resend();
  }

  /** Marks are records' own: those of each record that was found, and of no other, are there. */
  #compareMarks(source: RecoveredSource | undefined): void {
    const marks = source?.marks ?? new Map<string, unknown>();
    const last = (source?.next ?? 0) - 1;
    if (last >= 0 && marks.get('last') !== last) throw new Error(`record ${last} is there, and its mark is ${String(marks.get('last'))}`);
    const odd = last < 0 || last % 2 === 0 ? undefined : last;
    if (marks.get('odd') !== odd) throw new Error(`after record ${last}, the odd mark is ${String(marks.get('odd'))}`);
  }

  #wait(records: StoredRecords): void {
    const waiting = this.#waiting.get(records.source) ?? [];
    this.#waiting.set(records.source, waiting);
    waiting.push(records);
  }

  #receive(): void {
    const random = this.#random;
    const { sent, exact } = this.#world;
    if (!this.#isAlive() || this.#journal.log.failure !== undefined) return;
    if (random.chance(0.7)) {
      const records = Array.from({ length: 1 + random.below(3) }, () => {
        const record = { text: `plain ${sent.length}`, acknowledged: false };
        sent.push(record);
        return record;
      });
      const texts = records.map(({ text }) => text);
      const last = this.#journal.nextOf('plain') + texts.length - 1;
      const marks = new Map([['last', last], ['odd', last % 2 === 0 ? undefined : last]]);
      const { first, durable } = this.#journal.append('plain', texts, [], marks);
      this.#wait({ source: 'plain', first, records: texts });
      durable.then(() => {
        for (const record of records) record.acknowledged = true;
      }, () => {});
    }
    if (random.chance(0.5)) {
      const used = new Set(exact.filter(({ state }) => state !== 'released').map(({ packet }) => packet));
      let packet = 1;
      while (used.has(packet)) packet++;
      const message = { text: `exact ${exact.length}`, packet, state: 'sent' as const, isUnderWay: false };
      exact.push(message);
      void this.#publish(message);
    }
  }

  /** PUBLISH, PUBREC, PUBREL, PUBCOMP of one message. */
  async #publish(message: World['exact'][number]): Promise<void> {
    const { packet, text } = message;
    message.isUnderWay = true;
    try {
      if (message.state === 'sent') {
        if (!this.#journal.hasPacket('exact', packet)) {
          const { first, durable } = this.#journal.append('exact', [text], [packet]);
          this.#wait({ source: 'exact', first, records: [text] });
          await durable;
        } else {
          this.#outcome.happened('packet sent again');
          await this.#journal.log.flush();
        }
        // The answer may never come to the sender.
        if (!this.#isAlive() || (!this.#settings.isLast && this.#random.chance(0.2))) return;
        message.state = 'received';
      }
      if (!this.#isAlive() || this.#random.chance(0.3)) return;
      await this.#journal.release('exact', [packet]).durable;
      if (this.#isAlive()) message.state = 'released';
    } catch (thrown) {
      if ((thrown as Error).name !== 'LogFailedError') throw thrown;
    } finally {
      if (this.#isAlive()) message.isUnderWay = false;
    }
  }

  /** The sender has connected again. */
  async #resend(): Promise<void> {
    for (const message of this.#world.exact) {
      if (this.#isAlive() && message.state !== 'released' && !message.isUnderWay) await this.#publish(message);
    }
  }

  async #tick(isAll: boolean): Promise<void> {
    if (!this.#isAlive() || this.#journal.log.failure !== undefined) return;
    const random = this.#random;
    const records: StoredRecords[] = [];
    const upTo = new Map<string, number>();
    const isEmpty = !isAll && random.chance(0.35);
    for (const [source, waiting] of isEmpty ? [] : this.#waiting) {
      // A batch may end in the middle of what was logged at once.
      for (let count = isAll ? Infinity : random.below(6); count > 0 && waiting.length > 0; ) {
        const { first, records: texts } = waiting.shift()!;
        const taken = texts.slice(0, count);
        records.push({ source, first, records: taken });
        upTo.set(source, first + taken.length);
        if (taken.length < texts.length) waiting.unshift({ source, first: first + taken.length, records: texts.slice(taken.length) });
        count -= taken.length;
      }
    }
    this.#time += 1 + random.below(10);
    const { offset } = this.#state;
    const external = new Map([['offsets', [offset, offset + random.below(5)]]]);
    const intent = { time: this.#time, upTo, external, data: random.below(1000) };
    await this.#whenDone(this.#journal.intend(intent).durable);
    if (random.chance(0.3)) for (const each of records) await this.#readBack(each);
    await this.#run(intent, records, undefined);
  }

  /** Records that memory had no room for come from the log. */
  async #readBack({ source, first, records }: StoredRecords): Promise<void> {
    if (!this.#isAlive()) return;
    const found: unknown[] = [];
    const end = first + records.length;
    await this.#whenDone(this.#journal.readRecords(source, first, end, ({ first: begin, records: texts }) => {
      if (begin !== first + found.length) throw new Error(`record ${begin} of ${source} is read where record ${first + found.length} is to come`);
      found.push(...texts);
    }));
    if (found.join() !== records.join()) throw new Error(`of ${source}, "${found.join()}" is read, and "${records.join()}" was logged`);
    this.#outcome.happened('read back');
  }

  /** Runs a batch: what it gives follows from its records and its intent alone. */
  async #run(
    intent: Pick<RecoveredBatch, 'time' | 'external' | 'data'>, records: readonly StoredRecords[], again: RecoveredBatch | undefined,
  ): Promise<void> {
    if (!this.#isAlive()) return;
    const { time, external, data } = intent;
    this.#journal.begin(time);
    const [from, to] = external.get('offsets') as [number, number];
    if (from !== this.#state.offset) throw new Error(`batch ${time} reads from offset ${from}, and the state is at ${this.#state.offset}`);
    const bySource = new Map<string, string[]>();
    for (const { source, first, records: texts } of [...records].sort((left, right) => left.first - right.first)) {
      const all = bySource.get(source) ?? [];
      bySource.set(source, all);
      const count = this.#state.counts.get(source) ?? 0;
      if (first !== count) throw new Error(`batch ${time} has record ${first} of ${source}, and record ${count} is to come`);
      this.#state.counts.set(source, count + texts.length);
      all.push(...(texts as string[]));
    }
    const rows = JSON.stringify([data, from, to, [...bySource].sort()]);
    for (const letter of rows) this.#state.fold = (Math.imul(this.#state.fold, 31) + letter.codePointAt(0)!) | 0;
    this.#state.offset = to;
    this.#snapshots = [...this.#snapshots.slice(-2), { time, bytes: this.#durability.encode(this.#state) }];
    const output = `${rows} ${this.#state.fold}`;
    for (const sink of SINKS) {
      if (again?.committed.has(sink) === true) continue;
      // A sink is somewhere else, and takes its time.
      await someTurns(this.#random.below(3));
      if (!this.#isAlive()) return;
      this.#deliver(sink, time, output);
      this.#journal.commit(time, sink);
    }
  }

  #deliver(sink: string, time: number, output: string): void {
    const key = `${sink} ${time}`;
    const before = this.#world.delivered.get(key);
    if (before !== undefined) this.#outcome.happened('delivered again');
    if (before !== undefined && before !== output) throw new Error(`${sink} got for batch ${time}: ${before}, and then ${output}`);
    this.#world.delivered.set(key, output);
  }

  async #checkpoint(): Promise<void> {
    if (!this.#isAlive() || this.#snapshots.length === 0) return;
    const { time: batch, bytes } = this.#random.pick(this.#snapshots);
    if (batch <= this.#world.checkpoint) return;
    for (const name of ['part a', 'part b']) {
      if (!this.#kept.has(name) || this.#random.chance(0.1)) this.#kept.set(name, Buffer.from(`${name} ${'.'.repeat(300 + this.#random.below(500))}`));
    }
    try {
      const sections: [string, Uint8Array][] = [['state', bytes], ...[...this.#kept].map(([name, part]): [string, Uint8Array] => [name, part])];
      const dropped = this.#journal.checkpoint(batch, sections, batch);
      if ((await this.#whenDone(dropped)) > 0) this.#outcome.happened('segments dropped');
    } catch (thrown) {
      // Another one will be made when there is room.
      if (!(thrown as Error).message.startsWith('ENOSPC')) throw thrown;
      this.#outcome.happened('no room for a checkpoint');
      return;
    }
    if (!this.#isAlive()) return;
    this.#world.checkpoint = batch;
    this.#outcome.happened('checkpoint');
  }

  /** Waits for work that may wait for room on the disk. */
  async #whenDone<T>(work: Promise<T>): Promise<T> {
    let isDone = (): boolean => false;
    const done = (): void => {
      isDone = () => true;
    };
    work.then(done, done);
    while (!isDone() && this.#isAlive()) {
      await someTurns(20);
      if (isDone() || !this.#journal.log.isFull) continue;
      this.#disk.capacity = Infinity;
      this.#clock.pass(1000);
    }
    return work;
  }
}

/** Compares what the sinks have with what was sent. */
function checkAll(seed: number, { sent, exact, delivered }: World): void {
  for (const sink of SINKS) {
    const batches = [...delivered].filter(([key]) => key.startsWith(`${sink} `)).sort(([left], [right]) => timeOf(left) - timeOf(right));
    const counts = new Map<string, number>();
    let offset = 0;
    for (const [key, output] of batches) {
      const [, from, to, sources] = JSON.parse(output.slice(0, output.lastIndexOf(' '))) as [number, number, number, [string, string[]][]];
      if (from !== offset) throw new Violation(seed, `${key} reads from ${from}, and the batch in front ended at ${offset}`);
      offset = to;
      for (const [, texts] of sources) for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    for (const { text, acknowledged } of sent) {
      const count = counts.get(text) ?? 0;
      if (count > 1 || (acknowledged && count === 0)) throw new Violation(seed, `${sink} has "${text}" ${count} times`);
      counts.delete(text);
    }
    for (const { text } of exact) {
      const count = counts.get(text) ?? 0;
      if (count !== 1) throw new Violation(seed, `${sink} has "${text}" ${count} times`);
      counts.delete(text);
    }
    if (counts.size > 0) throw new Violation(seed, `${sink} has "${[...counts.keys()].join('", "')}", which nobody sent`);
  }
}

function timeOf(key: string): number {
  return Number(key.split(' ')[1]);
}

async function someTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}
