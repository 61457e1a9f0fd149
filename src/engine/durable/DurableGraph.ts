import {
  checkDisk, type DeadLetter, DeadLetters, DurabilityError, isDiskFull, Journal, Lease, type LeaseOwner, putAside, type RecoveredBatch, type Recovery,
  removeOld,
} from '../../durability';
import type { CheckpointOperator, Plan } from '../../plan/Plan';
import type { Clock } from '../../ports/Clock';
import type { Disk } from '../../ports/Disk';
import type { RawRecord } from '../DataRecord';
import type { DurabilityFigures, RecoveryFigures, Reset } from '../Engine';
import type { LoadedState, StateStore } from '../StateStore';
import { BatchLedger } from './BatchLedger';
import { type CheckpointData, CheckpointMaker, loadedStates } from './CheckpointMaker';
import { diskProblem } from './durabilityProblems';
import { fromStored } from './storedRecords';
import { PlanFiles } from './PlanFiles';
import { ReceiverLog, type SharedLog } from './ReceiverLog';
import type { Storage } from './Storage';

/** Bytes that may be on their way to the disk before sources have to wait. */
const MOST_PENDING = 32 * 1024 * 1024;

/** The largest segment of a log, bytes, and how many of them are to fit into its limit: what is dropped is dropped segment by segment. */
const MOST_SEGMENT = 64 * 1024 * 1024;
const SEGMENTS_IN_LIMIT = 8;

/** How often it is looked whether there is room on the disk, ms. */
export const ROOM_RETRY = 1000;

/** How soon a log that has reached its limit gets another checkpoint, which may make room, ms. */
const CHECKPOINT_FOR_ROOM = 1000;

/** A batch that has begun so often and never ended is not begun again with the same plan. */
const MOST_ATTEMPTS = 2;

/** What notes that a batch ended well; no sink has this name. */
const ENDED = '';

/** So many plans are kept beside those that are needed where the newest checkpoint cannot be read: the log may go back further. */
const MOST_PLANS = 20;

/** So many resets are remembered: the same wish comes again only for a while. */
const MOST_RESETS = 100;

/** What happens to the files of a graph. */
export interface DurableEvents {
  /** The figures have changed. */
  changed(): void;
  /** There is room again, or may be. */
  roomAgain(): void;
  /** Nothing more can be kept: the graph has to end. */
  failed(error: Error): void;
  /** Something that works, and that somebody should know. */
  warn(text: string): void;
}

export interface DurableOptions {
  readonly plan: Plan;
  /** Where the graph keeps its things. */
  readonly folder: string;
  readonly checkpoint: CheckpointOperator;
  readonly reset: Reset | undefined;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly events: DurableEvents;
}

interface Opened {
  readonly disk: Disk;
  readonly lease: Lease;
  readonly journal: Journal;
  readonly recovery: Recovery;
  readonly letters: DeadLetters;
}

/** What a batch is made of, as its intent says beside the boundaries. In files: only ever add to it. */
interface IntentData {
  /** The name of the plan that it is made for. */
  readonly plan: string;
  /** The state that was given up before it, since the checkpoint or before. */
  readonly reset?: Reset;
}

/** Recovered batches that follow each other and are to run alike. */
export interface Stretch {
  readonly times: readonly number[];
  /** The name of their plan. */
  readonly plan: string;
  /** The state that was given up before them. */
  readonly reset: Reset | undefined;
}

/**
 * What a graph with a checkpoint has on disk, and the order of things: records are logged before they are acknowledged, a batch is
 * written down before it runs, what sinks have is noted, and states are kept between batches.
 */
export class DurableGraph implements SharedLog {
  readonly recovery: Recovery;
  readonly ledger = new BatchLedger();
  readonly checkpoints: CheckpointMaker;
  readonly journal: Journal;
  readonly #lease: Lease;
  readonly #plans: PlanFiles;
  readonly #letters: DeadLetters;
  readonly #options: DurableOptions;
  #parameters: CheckpointOperator['parameters'];
  readonly #receivers = new Map<string, ReceiverLog>();
  /** Recovered batches that have not run yet, by time. */
  readonly #toReplay: Map<number, RecoveredBatch>;
  /** For each receiver, the number of the first record that no batch was given. */
  #upTo: ReadonlyMap<string, number>;
  readonly #openedAt: number;
  /** The names of the plans of the batches that are in no checkpoint, by time. */
  readonly #plansOfBatches: Map<number, string>;
  /** The names of the plans of earlier batches. */
  #earlierPlans: readonly string[];
  /** The resets of operators that were carried out in the state that there is, by their ids. */
  #resets: readonly string[];
  #replayedRecords = 0;
  /** Batches that fail for reasons that are not theirs. */
  readonly #forgiven = new Set<number>();
  #recovered: RecoveryFigures | undefined;
  #isFull = false;
  #isLeaving = false;
  #fullText = '';
  #isClosed = false;

  private constructor(options: DurableOptions, { disk, lease, journal, recovery, letters }: Opened, openedAt: number) {
    this.#options = options;
    this.#parameters = options.checkpoint.parameters;
    this.#lease = lease;
    this.journal = journal;
    this.#letters = letters;
    this.#plans = new PlanFiles(disk, lease.epoch);
    this.recovery = recovery;
    this.#toReplay = new Map(recovery.batches.map((batch) => [batch.time, batch]));
    this.#earlierPlans = (recovery.checkpoint?.data as CheckpointData | undefined)?.plans ?? [];
    this.#resets = (recovery.checkpoint?.data as CheckpointData | undefined)?.resets ?? [];
    this.#plansOfBatches = new Map(recovery.batches.map((batch) => [batch.time, planOf(batch)]));
    this.#upTo = new Map([...recovery.sources].map(([id, { next, waiting }]) => [id, next - waiting]));
    this.checkpoints = new CheckpointMaker(journal, options.clock, () => options.storage.turn());
    this.#openedAt = openedAt;
  }

  /**
   * Waits until no other process owns the folder, and reads what is there.
   * @param isWanted asked while it waits
   * @param onWaiting told who owns it
   * @returns undefined when nobody wants it any more
   * @throws DurabilityError and errors of the disk: nothing was given up
   */
  static async open(
    options: DurableOptions, isWanted: () => boolean, onWaiting: (owner: LeaseOwner | undefined) => void,
  ): Promise<DurableGraph | undefined> {
    const { checkpoint, clock, events, folder, plan, reset, storage } = options;
    const disk = storage.disk(folder);
    const lease = await Lease.acquire(disk, {
      folder: 'lease',
      owner: storage.owner(),
      clock,
      isGone: (owner) => storage.isGone(owner),
      onWaiting,
      onLost: (error) => {
        if (isFinal(error)) events.failed(error);
        else events.warn(error.message);
      },
    }, isWanted);
    if (lease === undefined) return undefined;
    const begun = clock.monotonic();
    try {
      await checkDisk(disk);
      await removeOld(disk, clock.now() - checkpoint.parameters.retention);
      if (reset?.scope === 'all' && await putAside(disk, reset.id, clock.now())) {
        events.warn('The graph was reset: what it had kept was put aside, and it begins from nothing.');
      }
      const listening: { graph?: DurableGraph } = {};
      const { journal, recovery } = await Journal.open(disk, {
        graph: plan.graph,
        epoch: lease.epoch,
        clock,
        policy: checkpoint.parameters.sync,
        segmentBytes: segmentBytesOf(checkpoint),
        checkOwnership: () => lease.check(),
        listener: {
          full: (error) => listening.graph?.full(error),
          resumed: () => listening.graph?.resumed(),
          failed: (error) => {
            events.failed(error);
          },
        },
      });
      for (const file of recovery.quarantined) {
        events.warn(
          `A damaged checkpoint was put away as ${disk.location}/${file}. The one before is used, and nothing is lost. Look at the ` +
            'disk: bits do not turn by themselves.',
        );
      }
      const letters = await DeadLetters.open(disk, { folder: 'dead' });
      const opened = new DurableGraph(options, { disk, lease, journal, recovery, letters }, begun);
      listening.graph = opened;
      // Where the newest checkpoint cannot be read at the next start, the batches in it run again as well.
      const { plans = [] } = (recovery.checkpoint?.data ?? {}) as Partial<CheckpointData>;
      await opened.#plans.forgetAllBut(new Set([...plans, ...recovery.batches.map(planOf)]));
      return opened;
    } catch (thrown) {
      await lease.release().catch(() => undefined);
      throw thrown;
    }
  }

  /** Whether nothing was ever kept in the folder. */
  get isNew(): boolean {
    const { checkpoint, lastBatch, sources } = this.recovery;
    return checkpoint === undefined && lastBatch === undefined && sources.size === 0;
  }

  /** What the newest checkpoint has, for the operators to take. */
  get states(): ReadonlyMap<string, LoadedState> {
    const { checkpoint } = this.recovery;
    return checkpoint === undefined ? new Map() : loadedStates(checkpoint.data as CheckpointData, checkpoint.sections);
  }

  /** The order coordinate to go on from: behind all records there are. */
  get order(): number {
    const { checkpoint, lastRecords } = this.recovery;
    const known = (checkpoint?.data as CheckpointData | undefined)?.order ?? 0;
    return Math.max(known, ...[...lastRecords.values()].map((stored) => fromStored(stored).order + 1));
  }

  /** Recovered batches that have not run yet, in order. */
  get toReplay(): readonly RecoveredBatch[] {
    return [...this.#toReplay.values()];
  }

  /** The recovered batches that run next: with one plan, after the same reset. Undefined where none is left. */
  get nextStretch(): Stretch | undefined {
    const { toReplay } = this;
    const [first] = toReplay;
    if (first === undefined) return undefined;
    const { plan, reset } = first.data as IntentData;
    const end = toReplay.findIndex(({ data }) => (data as IntentData).plan !== plan || (data as IntentData).reset?.id !== reset?.id);
    return { times: toReplay.slice(0, end === -1 ? undefined : end).map(({ time }) => time), plan, reset };
  }

  /** The plan of that name, which batches were made for; undefined where it cannot be read. */
  readPlan(name: string): Promise<Plan | undefined> {
    return this.#plans.read(name);
  }

  /** A recovered batch that must not be begun again with this plan: it failed, or ended the thread of its graph, again and again. */
  async refusedBatch(plan: Plan): Promise<RecoveredBatch | undefined> {
    const name = await this.keepPlan(plan);
    return this.toReplay.find((batch) => batch.attempts >= MOST_ATTEMPTS && planOf(batch) === name);
  }

  /** Whether there is one that its own plan cannot end: it is to run with a newer one. */
  get hasFailingBatch(): boolean {
    return this.toReplay.some((batch) => batch.attempts >= MOST_ATTEMPTS);
  }

  /** The thread of the graph was ended: most likely by the first batch that had not. */
  async blameUnfinished(): Promise<void> {
    const guilty = this.toReplay.find((batch) => !batch.committed.has(ENDED));
    if (guilty === undefined) return;
    await this.journal.begin(guilty.time).durable;
    this.#toReplay.set(guilty.time, { ...guilty, attempts: guilty.attempts + 1 });
  }

  receiver(id: string): ReceiverLog {
    const present = this.#receivers.get(id);
    if (present !== undefined) return present;
    const log = new ReceiverLog(id, this);
    this.#receivers.set(id, log);
    return log;
  }

  firstWaiting(receiver: string): number {
    return this.#upTo.get(receiver) ?? 0;
  }

  /** Whether more records may be logged. */
  get hasRoom(): boolean {
    return !this.#isFull && !this.#isOverLimit && this.journal.log.pendingBytes < MOST_PENDING && !this.#isClosed;
  }

  get #isOverLimit(): boolean {
    return this.journal.logBytes >= this.#parameters.logLimit;
  }

  /**
   * Writes down what a batch consists of. It may run when this resolves.
   * @param reset the state that was given up last
   * @param upTo for each receiver, the number of the first record that is not in it any more
   */
  async begin(time: number, plan: string, reset: Reset | undefined, upTo: ReadonlyMap<string, number>): Promise<void> {
    this.ledger.begin(time);
    const data: IntentData = reset === undefined ? { plan } : { plan, reset };
    this.#upTo = this.#withGone(upTo);
    this.#plansOfBatches.set(time, plan);
    await this.journal.intend({ time, upTo: this.#upTo, external: new Map(), data }).durable;
  }

  /** Whether a batch was written down by an earlier start, and has not run since. */
  isReplayed(time: number): boolean {
    return this.#toReplay.has(time);
  }

  /** A recovered batch runs again. */
  beginAgain(time: number): void {
    this.ledger.begin(time);
  }

  /** Records of receivers that are no more belong to the batch: nobody would ever take them. */
  #withGone(upTo: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    const all = new Map(upTo);
    for (const id of this.journal.sources) {
      if (all.has(id)) continue;
      const next = this.journal.nextOf(id);
      const dropped = next - this.firstWaiting(id);
      if (dropped > 0) {
        this.#options.events.warn(`${String(dropped)} records that waited for a batch at the receiver ${id} were given up, because it was removed.`);
      }
      all.set(id, next);
    }
    return all;
  }

  /** Keeps a plan, for batches that are made for it, as soon as there is room on the disk. @returns its name */
  async keepPlan(plan: Plan): Promise<string> {
    for (;;) {
      try {
        const name = await this.#plans.keep(plan);
        if (this.#isFull && !this.journal.log.isFull) this.resumed();
        return name;
      } catch (thrown) {
        if (this.#isLeaving || !(thrown instanceof Error) || !isDiskFull(thrown)) throw thrown;
        if (!this.#isFull) this.full(thrown);
      }
      await new Promise<void>((resolve) => this.#options.clock.schedule(ROOM_RETRY, resolve));
    }
  }

  /** The graph is to end: what waits for room on the disk waits no longer. It was confirmed to nobody. */
  leave(): void {
    this.#isLeaving = true;
    if (this.#isFull) this.journal.close().catch(() => undefined);
  }

  /** All outputs of a batch have ended well. */
  ended(time: number): void {
    this.#note(time, ENDED);
    this.#toReplay.delete(time);
    this.ledger.ran(time);
  }

  /** A batch failed for good: it is not begun again with this plan. */
  failed(time: number): void {
    if (this.#forgiven.delete(time) || !this.#takesNotes) return;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) this.journal.begin(time).durable.catch(() => undefined);
  }

  /** A batch will fail, and not because of what it does. */
  forgive(time: number): void {
    this.#forgiven.add(time);
  }

  /** A sink is no more: what it had not delivered is given up. */
  giveUp(sink: string): void {
    this.ledger.giveUp((part) => part === sink || part.startsWith(`${sink}/`));
  }

  /** Where it is lost, the batch runs once more: nobody waits for it. */
  #note(time: number, part: string): void {
    if (this.#takesNotes) this.journal.commit(time, part).durable.catch(() => undefined);
  }

  /** A log that has failed takes nothing, and throws; the graph is about to end then. */
  get #takesNotes(): boolean {
    return !this.#isClosed && this.journal.log.failure === undefined;
  }

  /** Whether a part of a sink has a batch already. */
  isCommitted(part: string, time: number): boolean {
    return this.#toReplay.get(time)?.committed.has(part) === true;
  }

  /** What was kept of what a batch gave to a part of a sink. */
  pinned(part: string, time: number): unknown {
    return this.#toReplay.get(time)?.pinned.get(part);
  }

  pin(part: string, time: number, rows: unknown): Promise<void> {
    return this.journal.pin(time, part, rows).durable;
  }

  /** A part of a sink has a batch for good. */
  commit(part: string, time: number): void {
    this.#note(time, part);
    this.ledger.done(time, part);
  }

  deadLetter(letter: Omit<DeadLetter, 'batch'>): void {
    this.#letters.add({ ...letter, batch: letter.time });
  }

  /** What may be changed while the graph runs. */
  configure({ parameters }: CheckpointOperator): void {
    this.#parameters = parameters;
  }

  /** The records that no batch was given, piece by piece. */
  waiting(visit: (receiver: string, first: number, records: readonly RawRecord[]) => void): Promise<void> {
    return this.recovery.readWaiting(({ source, first, records }) => {
      visit(source, first, records.map(fromStored));
    });
  }

  /** Whether it is time for a checkpoint. */
  get isCheckpointDue(): boolean {
    const { interval } = this.#parameters;
    return this.checkpoints.age >= (this.#isOverLimit ? Math.min(interval, CHECKPOINT_FOR_ROOM) : interval);
  }

  /** Makes a checkpoint of the state as it is now, if it is the state after a batch that is over for good. */
  checkpoint(batch: number, order: number, states: StateStore): Promise<void> | undefined {
    if (!this.ledger.isSettled || this.ledger.settledUpTo !== batch || this.checkpoints.isRunning || this.checkpoints.lastBatch === batch) return undefined;
    const covered = [...this.#plansOfBatches].filter(([time]) => time <= batch);
    const plans = [...new Set([...this.#earlierPlans.slice(-MOST_PLANS), ...covered.map(([, plan]) => plan)])];
    return this.checkpoints.make(batch, order, states.stored(), {
      plans, resets: this.#resets,
    }).then(() => {
      this.#earlierPlans = plans;
      for (const [time] of covered) this.#plansOfBatches.delete(time);
      this.#options.events.changed();
      this.#options.events.roomAgain();
    });
  }

  /** The records that a recovered batch had, by receiver, in order. */
  async recordsOf(batch: RecoveredBatch): Promise<ReadonlyMap<string, readonly RawRecord[]>> {
    const records = new Map<string, RawRecord[]>();
    for (const { source, records: stored } of await this.recovery.recordsOf(batch)) {
      const own = records.get(source) ?? [];
      for (const record of stored) own.push(fromStored(record));
      records.set(source, own);
      this.#replayedRecords += stored.length;
    }
    return records;
  }

  /** Everything of the last run has run again. */
  recoveryDone(): void {
    const { batches, sources, tornBytes } = this.recovery;
    if (this.#recovered !== undefined || this.isNew) return;
    this.#recovered = {
      batches: batches.length,
      records: [...sources.values()].reduce((sum, source) => sum + source.waiting, this.#replayedRecords),
      milliseconds: this.#options.clock.monotonic() - this.#openedAt,
      tornBytes,
    };
    this.#options.events.changed();
  }

  get figures(): DurabilityFigures {
    const { lastBatch, lastTime } = this.checkpoints;
    const batch = lastBatch ?? this.recovery.checkpoint?.batch;
    return {
      state: this.#isFull || this.#isOverLimit ? 'full' : this.#toReplay.size > 0 ? 'recovering' : 'running',
      text: this.#text,
      logBytes: this.journal.logBytes,
      checkpointBytes: this.journal.checkpointBytes,
      ...(batch === undefined ? {} : { checkpointBatch: batch }),
      ...(lastTime === undefined ? {} : { checkpointTime: lastTime }),
      deadLetters: this.#letters.count,
      ...(this.#recovered === undefined ? {} : { recovered: this.#recovered }),
    };
  }

  get #text(): string {
    if (this.#isFull) return this.#fullText;
    if (this.#isOverLimit) return 'the log has reached its limit';
    const { size } = this.#toReplay;
    return size > 0 ? `${String(size)} ${size === 1 ? 'batch' : 'batches'}` : '';
  }

  private full(error: Error): void {
    this.#isFull = true;
    this.#fullText = diskProblem(error);
    if (this.#isLeaving) this.leave();
    this.#options.events.warn(
      `There is no room on the disk for the log of this graph (${error.message}). Sources are not acknowledged until there is; ` +
        'nothing is lost. Make room.',
    );
    this.#options.events.changed();
  }

  private resumed(): void {
    this.#isFull = false;
    this.#options.events.warn('There is room on the disk again, and the graph goes on.');
    this.#options.events.changed();
    this.#options.events.roomAgain();
  }

  /** Whether a reset of operators was carried out in the state that there is. */
  isResetDone(reset: Reset): boolean {
    return this.#resets.includes(reset.id);
  }

  /** Notes that a reset of operators was carried out: the checkpoints from now on are of the state after it. */
  resetDone(reset: Reset): void {
    this.#resets = [...this.#resets.slice(1 - MOST_RESETS), reset.id];
  }

  /** Writes what is under way, and lets others have the folder. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.checkpoints.idle();
    await this.#letters.close();
    await this.journal.close();
    await this.#lease.release();
  }
}

/** Small enough that checkpoints make room in a log that has reached its limit. */
export function segmentBytesOf({ parameters }: CheckpointOperator): number {
  return Math.min(MOST_SEGMENT, Math.ceil(parameters.logLimit / SEGMENTS_IN_LIMIT));
}

function isFinal(error: Error): boolean {
  return error instanceof DurabilityError;
}

function planOf(batch: RecoveredBatch): string {
  return (batch.data as IntentData).plan;
}

/** Each graph has a folder of its own; what an id may hold that a folder's name may not is written as in addresses. */
export function folderOf(plan: Plan, checkpoint: CheckpointOperator): string {
  return `${checkpoint.parameters.path}/${encodeURIComponent(plan.graph).replaceAll('*', '%2A')}`;
}
