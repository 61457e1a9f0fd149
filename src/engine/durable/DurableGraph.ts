import { type DeadLetter, type DeadLetters, type Journal, type Lease, type RecoveredBatch, type Recovery, Savepoints } from '../../durability';
import type { CheckpointOperator, Plan } from '../../plan/Plan';
import type { Clock } from '../../ports/Clock';
import type { Disk } from '../../ports/Disk';
import type { BatchOrigin } from '../../sinks/Sink';
import type { RawRecord } from '../DataRecord';
import type { DurabilityFigures, RecoveryFigures, Reset } from '../Engine';
import { EngineProblem } from '../EngineProblem';
import type { LoadedState, StateStore } from '../StateStore';
import { BatchLedger } from './BatchLedger';
import { type CheckpointData, CheckpointMaker, loadedStates } from './CheckpointMaker';
import { deadLetterTroubles } from './deadLetterTroubles';
import { DiskRoom } from './DiskRoom';
import { logFailed } from './durabilityProblems';
import { FileCheck } from './FileCheck';
import { ENDED, type IntentData, InterruptedBatches, MOST_ATTEMPTS } from './InterruptedBatches';
import { PlanFiles } from './PlanFiles';
import { PlanHistory } from './PlanHistory';
import { ReceiverLog, type SharedLog } from './ReceiverLog';
import type { Storage } from './Storage';
import { fromStored } from './storedRecords';

/** How soon a log that has reached its limit gets another checkpoint, which may make room, ms. */
const CHECKPOINT_FOR_ROOM = 1000;

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
  /** Something that went as it should. */
  log(text: string): void;
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

export interface Opened {
  readonly disk: Disk;
  readonly lease: Lease;
  readonly journal: Journal;
  readonly recovery: Recovery;
  readonly letters: DeadLetters;
}

/**
 * What a graph with a checkpoint has on disk, and the order of things: records are logged before they are acknowledged, a batch is
 * written down before it runs, what sinks have is noted, and states are kept between batches.
 */
export class DurableGraph implements SharedLog {
  readonly recovery: Recovery;
  readonly ledger = new BatchLedger();
  readonly interrupted: InterruptedBatches;
  readonly checkpoints: CheckpointMaker;
  readonly journal: Journal;
  readonly room: DiskRoom;
  readonly check: FileCheck;
  readonly #lease: Lease;
  /** Names this start, for those who are to tell its batches from others of the same times. */
  readonly #run: string;
  readonly #plans: PlanFiles;
  readonly #savepoints: Savepoints;
  readonly #letters: DeadLetters;
  readonly #options: DurableOptions;
  #parameters: CheckpointOperator['parameters'];
  readonly #receivers = new Map<string, ReceiverLog>();
  /** For each receiver, the number of the first record that no batch was given. */
  #upTo: ReadonlyMap<string, number>;
  readonly #openedAt: number;
  readonly #history: PlanHistory;
  /** The resets of operators that were carried out in the state that there is, by their ids. */
  #resets: readonly string[];
  #replayedRecords = 0;
  /** Batches that fail for reasons that are not theirs. */
  readonly #forgiven = new Set<number>();
  #recovered: RecoveryFigures | undefined;
  #isClosed = false;

  /** @param openedAt by the clock that only goes forward, ms */
  constructor(options: DurableOptions, { disk, lease, journal, recovery, letters }: Opened, openedAt: number) {
    this.#options = options;
    this.#parameters = options.checkpoint.parameters;
    this.#lease = lease;
    // With the time, since epochs begin anew with a folder.
    this.#run = `${lease.owner}/${String(lease.epoch)}/${options.clock.now().toString(36)}`;
    this.journal = journal;
    this.#letters = letters;
    this.#plans = new PlanFiles(disk, lease.epoch);
    this.#savepoints = new Savepoints(disk, options.plan.graph);
    this.recovery = recovery;
    this.interrupted = new InterruptedBatches(journal, recovery.batches);
    this.#history = new PlanHistory(recovery);
    this.#resets = (recovery.checkpoint?.data as CheckpointData | undefined)?.resets ?? [];
    this.#upTo = new Map([...recovery.sources].map(([id, { next, waiting }]) => [id, next - waiting]));
    this.checkpoints = new CheckpointMaker(journal, options.clock, () => options.storage.turn());
    this.room = new DiskRoom(journal, options.clock, options.events, this.#parameters.logLimit);
    this.check = new FileCheck(journal, options.clock);
    this.#openedAt = openedAt;
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

  /** The plan of that name, which batches were made for; undefined where it cannot be read. */
  readPlan(name: string): Promise<Plan | undefined> {
    return this.#plans.read(name);
  }

  /** The plan of the last batch that there was, as far as it is known. */
  async lastPlan(): Promise<Plan | undefined> {
    const { last } = this.#history;
    return last === undefined ? undefined : this.readPlan(last);
  }

  /** Forgets the plans that no batch can need any more. */
  forgetPlansBut(needed: ReadonlySet<string>): Promise<void> {
    return this.#plans.forgetAllBut(needed);
  }

  /** An interrupted batch that must not be begun again with this plan: it failed, or ended the thread of its graph, again and again. */
  async refusedBatch(plan: Plan): Promise<RecoveredBatch | undefined> {
    return this.interrupted.refusedWith(await this.keepPlan(plan));
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
    return this.room.isThere && !this.#isClosed;
  }

  /**
   * Writes down what a batch consists of. It may run when this resolves.
   * @param reset the state that was given up last
   * @param upTo for each receiver, the number of the first record that is not in it any more
   */
  async begin(time: number, plan: string, reset: Reset | undefined, upTo: ReadonlyMap<string, number>): Promise<void> {
    this.ledger.begin(time);
    const data: IntentData = { plan, run: this.#run, ...(reset === undefined ? {} : { reset }) };
    this.#upTo = this.#withGone(upTo);
    this.#history.add(time, plan);
    await this.journal.intend({ time, upTo: this.#upTo, external: new Map(), data }).durable;
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
        this.#options.events.warn(`${String(dropped)} records that waited for a batch at the receiver "${id}" were given up, because it was removed.`);
      }
      all.set(id, next);
    }
    return all;
  }

  /**
   * Keeps a plan, for batches that are made for it, as soon as there is room on the disk.
   * @returns its name
   * @throws EngineProblem when it cannot be kept, or the folder belongs to somebody else now
   */
  async keepPlan(plan: Plan): Promise<string> {
    try {
      return await this.room.waitFor(() => this.#plans.keep(plan));
    } catch (thrown) {
      // Whoever takes the folder over removes what others are making: then that is the reason to tell.
      const reason = await this.#lease.check().then(() => thrown, (lost: unknown) => lost);
      throw new EngineProblem(logFailed(this.#options.checkpoint.id, reason instanceof Error ? reason : new Error(String(reason))));
    }
  }

  /** The graph is to end: what waits for room on the disk waits no longer. It was confirmed to nobody. */
  leave(): void {
    this.room.leave();
  }

  /** All outputs of a batch have ended well. */
  ended(time: number): void {
    this.#note(time, ENDED);
    this.interrupted.ended(time);
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
    return this.interrupted.get(time)?.committed.has(part) === true;
  }

  /** Which start wrote a batch down; for one that runs again, also those of all that do. */
  originOf(time: number): BatchOrigin {
    return this.interrupted.originOf(time) ?? { run: this.#run };
  }

  /** What was kept of what a batch gave to a part of a sink. */
  pinned(part: string, time: number): unknown {
    return this.interrupted.get(time)?.pinned.get(part);
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
    this.room.limit = parameters.logLimit;
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
    return this.checkpoints.age >= (this.room.isOverLimit ? Math.min(interval, CHECKPOINT_FOR_ROOM) : interval);
  }

  /** Makes a checkpoint of the state as it is now, if it is the state after a batch that is over for good. */
  checkpoint(batch: number, order: number, states: StateStore): Promise<void> | undefined {
    if (!this.ledger.isSettled || this.ledger.settledUpTo !== batch || this.checkpoints.isRunning || this.checkpoints.lastBatch === batch) return undefined;
    const plans = this.#history.upTo(batch);
    return this.checkpoints.make(batch, order, states.stored(), { plans, resets: this.#resets }).then(() => {
      this.#history.kept(batch, plans);
      this.#options.events.changed();
      this.#options.events.roomAgain();
    });
  }

  /** Keeps the newest checkpoint under a name. @throws DurabilityError where it cannot have that name; the disk's error */
  async keepSavepoint(name: string): Promise<void> {
    await this.checkpoints.keepAs(name, this.#savepoints, () => this.#lease.check());
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
    const { batches: count, records, milliseconds } = this.#recovered;
    this.#options.events.log(
      `The graph goes on where it was: ${String(count)} ${count === 1 ? 'batch' : 'batches'} ran again, ${String(records)} records came back ` +
        `from the log, in ${String(Math.ceil(milliseconds))} ms.`,
    );
    this.#options.events.changed();
  }

  get figures(): DurabilityFigures {
    const { lastBatch, lastTime } = this.checkpoints;
    const batch = lastBatch ?? this.recovery.checkpoint?.batch;
    return {
      state: this.room.isShort ? 'full' : this.interrupted.size > 0 ? 'recovering' : 'running',
      text: this.#text,
      logBytes: this.journal.logBytes,
      checkpointBytes: this.journal.checkpointBytes,
      ...(batch === undefined ? {} : { checkpointBatch: batch }),
      ...(lastTime === undefined ? {} : { checkpointTime: lastTime }),
      deadLetters: this.#letters.count,
      ...deadLetterTroubles(this.#letters),
      ...(this.#recovered === undefined ? {} : { recovered: this.#recovered }),
    };
  }

  get #text(): string {
    if (this.room.isShort) return this.room.text;
    const { size } = this.interrupted;
    return size > 0 ? `${String(size)} ${size === 1 ? 'batch' : 'batches'}` : '';
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
    this.check.end();
    await this.checkpoints.idle();
    await this.#letters.close();
    await this.journal.close();
    await this.#lease.release();
  }
}
