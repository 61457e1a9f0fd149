import type { CheckpointOperator, Plan } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import type { BatchJournal, ReplayedBatches } from '../../streaming/scheduler/BatchJournal';
import type { LostRecord, SinkEffects } from '../BuildEnvironment';
import type { DurabilityFigures, Reset, RunOptions } from '../Engine';
import type { Receivers } from '../Receivers';
import type { Sinks } from '../Sinks';
import { operatorOf, type StateStore } from '../StateStore';
import { checkFiles } from './checkFiles';
import { CheckpointRequests } from './CheckpointRequests';
import { checkStates } from './checkStates';
import type { DurableEvents, DurableGraph } from './DurableGraph';
import { batchRefused, checkpointFailed, checkpointImpossible, logFailed, noCheckpoint, savepointFailed } from './durabilityProblems';
import { effectsOf } from './effectsOf';
import { endsInTime } from './endsInTime';
import { folderOf } from './folderOf';
import { FolderOpening } from './FolderOpening';
import { type FormerPlan, formerPlan } from './formerPlan';
import type { KeeperHost } from './KeeperHost';
import { segmentBytesOf } from './openDurableGraph';
import { partialReset, withComputing } from './partialReset';
import { recordsLost } from './recordsLost';
import type { Storage } from './Storage';

/** How long the last checkpoint may take when a graph ends, ms: the log has all that is in it anyway. */
const LAST_CHECKPOINT = 2000;

/** Keeps on disk what a graph must not lose, where its drawing has a checkpoint; otherwise does nothing. */
export class GraphKeeper {
  readonly #opening: FolderOpening;
  readonly #receivers: Receivers;
  readonly #sinks: Sinks;
  readonly #states: StateStore;
  readonly #host: KeeperHost;
  #checkpoint: CheckpointOperator | undefined;
  #durable: DurableGraph | undefined;
  #effects: SinkEffects | undefined;
  /** The folder that the plan before kept its things in, or this one does. */
  #folder: string | undefined;
  #isRestored = false;
  /** Whether the next drawing may give up what is in memory, because the folder has nothing of it. */
  #mayBeginAfresh = false;
  #planName = '';
  /** The state that was given up last. */
  #reset: Reset | undefined;
  /** The last of the interrupted batches that run now. */
  #lastOfReplay = -Infinity;
  /** The batch that ended last: the state is that after it. */
  #lastEnded: number | undefined;
  #replayEnded: () => void = () => undefined;
  #replaying: Promise<void> = Promise.resolve();
  readonly #requests = new CheckpointRequests();
  /** A reset of operators that the next checkpoint makes final. */
  #resetToNote: Reset | undefined;
  #toldOfCheckpoint = false;
  /** The savepoint that the graph has gone back to, until a plan has taken its states. */
  #savepoint: string | undefined;
  /** The plan that ran before the next one, as far as it is known. */
  #planBefore: Plan | undefined;

  constructor(storage: Storage, receivers: Receivers, sinks: Sinks, states: StateStore, host: KeeperHost) {
    this.#opening = new FolderOpening(storage, host);
    this.#receivers = receivers;
    this.#sinks = sinks;
    this.#states = states;
    this.#host = host;
  }

  get isOpen(): boolean {
    return this.#durable !== undefined;
  }

  /** The node that is told what concerns the files. */
  get node(): string {
    return this.#checkpoint?.id ?? '';
  }

  get effects(): SinkEffects | undefined {
    return this.#effects;
  }

  get figures(): DurabilityFigures | undefined {
    return this.#durable?.figures ?? this.#opening.figures;
  }

  failure(thrown: unknown): Problem {
    return logFailed(this.node, thrown instanceof Error ? thrown : new Error(String(thrown)));
  }

  /**
   * Reads what is on disk and gives it to states and receivers.
   * @param lastBatch the last one of the plan before
   * @returns the batch to go on after, if there was one
   * @throws EngineProblem when it cannot be used
   */
  async open(plan: Plan, options: RunOptions, lastBatch: number | undefined): Promise<number | undefined> {
    const checkpoint = checkpointOf(plan);
    this.#checkpoint = checkpoint;
    this.#receivers.keepIn(undefined);
    this.#sinks.keepIn(undefined);
    if (checkpoint === undefined) {
      this.#folder = undefined;
      return lastBatch;
    }
    const durable = await this.#opening.open(plan, checkpoint, options, this.#events);
    if (durable === undefined) return lastBatch;
    this.#durable = durable;
    this.#effects = effectsOf(durable);
    this.#isRestored = false;
    this.#receivers.keepIn(durable);
    this.#sinks.keepIn(durable);
    this.#takeStates(durable, folderOf(plan, checkpoint));
    for (const note of durable.recovery.salvages) this.#host.problem(recordsLost(this.node, note));
    this.#planBefore = await durable.lastPlan();
    this.#savepoint = durable.recovery.savepoint?.name;
    this.#lastEnded = durable.recovery.checkpoint?.batch;
    if (options.afterDeath === true) await durable.interrupted.blameUnfinished();
    const [first] = durable.interrupted.left;
    if (first === undefined) this.#endReplay();
    this.#host.changed();
    const after = first === undefined ? durable.recovery.lastBatch : (durable.recovery.checkpoint?.batch ?? first.time - plan.batchInterval);
    // Batches of a plan before, which kept nothing here, may have run since.
    return first === undefined && lastBatch !== undefined ? Math.max(after ?? lastBatch, lastBatch) : after;
  }

  get #events(): DurableEvents {
    return {
      changed: () => {
        this.#host.changed();
      },
      roomAgain: () => {
        this.#receivers.makeUp();
      },
      failed: (error) => {
        this.#host.failed(error);
      },
      warn: (text) => {
        this.#host.warn(text);
      },
      log: (text) => {
        this.#host.log(text);
      },
    };
  }

  /** What the folder has goes before what is in memory; where it has nothing yet, memory stays, and is kept there soon. */
  #takeStates(durable: DurableGraph, folder: string): void {
    const hasStates = !this.#states.isEmpty;
    const isSame = folder === this.#folder;
    this.#folder = folder;
    this.#mayBeginAfresh = durable.isNew;
    if (durable.isNew) {
      // Or a crash would take what came before the first batch.
      if (hasStates) this.#requests.add().catch(() => undefined);
      return;
    }
    if (hasStates && !isSame) {
      this.#host.warn(`The graph goes on from what it once kept in ${folder}; what it has gathered since without that folder is given up.`);
    }
    this.#states.makePlace();
    this.#states.load(durable.states);
  }

  /** Another plan, which keeps its things otherwise, goes on in place of the one that has ended: nothing gets lost unsaid. */
  handOver(plan: Plan): void {
    if (this.#durable === undefined) {
      this.#receivers.handOver();
      this.#sinks.tellUndelivered();
      return;
    }
    const after = checkpointOf(plan);
    const left = this.#receivers.waiting + this.#sinks.undelivered;
    if (left === 0 || this.#folder === undefined || (after !== undefined && folderOf(plan, after) === this.#folder)) return;
    this.#host.warn(
      `${String(left)} records that waited stay in ${this.#folder}. To have them processed, let the checkpoint node of this graph use that ` +
        'folder again.',
    );
  }

  /**
   * The plan, and the reset before it, that the next interrupted batches are to run with by themselves; undefined where those that are
   * left are to run with the plan and the options that are given.
   * @throws EngineProblem for a batch that must not be begun again
   */
  async former(plan: Plan, options: RunOptions): Promise<FormerPlan | undefined> {
    const durable = this.#durable;
    if (durable === undefined) return undefined;
    const refused = await durable.refusedBatch(plan);
    if (refused !== undefined) throw batchRefused(this.node, refused);
    if (durable.interrupted.hasFailing) return undefined;
    return formerPlan(durable, plan, options, (text) => {
      this.#host.warn(text);
    });
  }

  /** Resolves when the interrupted batches have run that the plan was given. */
  replayed(): Promise<void> {
    return this.#replaying;
  }

  /**
   * What a context is given, so that batches are written down, and those of before run first.
   * @param isReplay whether only the next of those are to run
   */
  async hooks(plan: Plan, isReplay: boolean): Promise<{ readonly journal?: BatchJournal; readonly replay?: ReplayedBatches }> {
    const durable = this.#durable;
    if (durable === undefined) return {};
    this.#planName = await durable.keepPlan(plan);
    const times = isReplay ? durable.interrupted.nextStretch?.times ?? [] : durable.interrupted.left.map(({ time }) => time);
    this.#lastOfReplay = times.at(-1) ?? -Infinity;
    this.#replaying = new Promise((resolve) => {
      this.#replayEnded = resolve;
    });
    if (times.length === 0) this.#endReplay();
    return {
      journal: { begin: (time) => this.#begin(durable, time) },
      ...(times.length === 0 ? {} : { replay: { times, load: (time: number) => this.#load(durable, time) } }),
    };
  }

  async #load(durable: DurableGraph, time: number): Promise<void> {
    const batch = durable.interrupted.get(time);
    const records = batch === undefined ? undefined : await durable.recordsOf(batch);
    for (const [id, receiver] of this.#receivers.all) receiver.assign(time, records?.get(id) ?? []);
  }

  async #begin(durable: DurableGraph, time: number): Promise<void> {
    if (durable.isCheckpointDue || !this.#requests.isEmpty || this.#resetToNote !== undefined) this.#makeCheckpoint(durable);
    try {
      if (durable.interrupted.get(time) !== undefined) durable.beginAgain(time);
      else await durable.begin(time, this.#planName, this.#reset, new Map([...this.#receivers.all].map(([id, receiver]) => [id, receiver.begin(time)])));
    } catch (thrown) {
      // Its cause is the disk, and not what the batch does.
      durable.forgive(time);
      throw thrown;
    }
  }

  /** Gives the waiting records back to the receivers, once. */
  async restoreWaiting(): Promise<void> {
    if (this.#isRestored) return;
    this.#isRestored = true;
    await this.#durable?.waiting((id, first, records) => this.#receivers.all.get(id)?.restore(first, records));
  }

  /** A batch has ended, well or not. */
  batchEnded(time: number, failed: boolean): void {
    const durable = this.#durable;
    if (durable === undefined) return;
    if (failed) {
      // What fails because the graph is stopped is no failure of the batch.
      if (this.#host.isWanted()) durable.failed(time);
    } else {
      durable.ended(time);
      this.#lastEnded = time;
      if (durable.check.isDue) void checkFiles(durable.check, this.node, this.#host, () => this.#requests.add());
    }
    if (failed || time >= this.#lastOfReplay) this.#endReplay();
  }

  #endReplay(): void {
    if (this.#durable?.interrupted.size === 0) this.#durable.recoveryDone();
    this.#replayEnded();
  }

  /** Keeps records as dead letters that went wrong. */
  putAside(operator: string, code: string, problem: () => Problem, time: number, records: readonly LostRecord[]): void {
    const durable = this.#durable;
    if (durable === undefined || records.length === 0) return;
    const { what } = problem();
    for (const { payload, topic, key, time: received } of records) {
      durable.deadLetter({ operator, time, code, reason: what, record: { payload, topic, ...(key === undefined ? {} : { key }), time: received } });
    }
  }

  #makeCheckpoint(durable: DurableGraph): void {
    const made = this.#lastEnded === undefined ? undefined : durable.checkpoint(this.#lastEnded, this.#receivers.order, this.#states);
    if (made === undefined) return;
    const reset = this.#resetToNote;
    const noted = made.then(() => {
      this.#toldOfCheckpoint = false;
      if (this.#resetToNote === reset) this.#resetToNote = undefined;
    });
    void this.#requests.answerWith(noted, (thrown) => {
      const problem = checkpointFailed(this.node, thrown);
      // It is tried again and again; once is enough to know.
      if (!this.#toldOfCheckpoint) this.#host.problem(problem.problem);
      this.#toldOfCheckpoint = true;
      return problem;
    });
  }

  /** Makes a checkpoint as soon as one can be made, and a savepoint of it. @throws EngineProblem where that cannot be done */
  async checkpointNow(graph: string, savepoint?: string): Promise<void> {
    const durable = this.#durable;
    if (durable === undefined) throw noCheckpoint(graph);
    const { state, text } = durable.figures;
    if (state === 'full') throw checkpointFailed(this.node, new Error(text));
    await this.#requests.add();
    if (savepoint === undefined) return;
    await durable.keepSavepoint(savepoint).catch((thrown: unknown) => {
      throw savepointFailed(this.node, savepoint, thrown);
    });
  }

  /**
   * Answers those who wait for a checkpoint of a graph that stands still: no batch of it runs, and none begins.
   * @param isStill asked again after a wait
   */
  async checkpointOnHold(isStill: () => boolean): Promise<void> {
    const held = this.#durable;
    if (held === undefined || this.#requests.isEmpty) return;
    await held.checkpoints.idle();
    if (this.#durable !== held || !isStill()) return;
    this.#makeCheckpoint(held);
    const isThere = this.#lastEnded !== undefined && this.#lastEnded === held.figures.checkpointBatch && this.#resetToNote === undefined;
    if (isThere) this.#requests.grant();
    else this.#requests.refuse(checkpointImpossible(this.node));
  }

  /** Drops the state that the user gave up, once for each wish. */
  giveUpState(wish: Reset | undefined, plan: Plan): void {
    const durable = this.#durable;
    const reset = partialReset(wish);
    this.#reset = reset;
    if (durable === undefined || reset === undefined || this.#resetToNote?.id === reset.id) return;
    if (durable.isResetDone(reset)) return;
    const scope = withComputing(plan, reset.scope);
    this.#states.discard((name) => scope.has(operatorOf(name)));
    durable.resetDone(reset);
    this.#resetToNote = reset;
  }

  /** @throws EngineProblem where the plan that is being built does not fit the states that are kept */
  checkStates(plan: Plan): void {
    const before = this.#planBefore;
    this.#planBefore = plan;
    if (this.#durable === undefined) return;
    // What a graph without a checkpoint gathered is no more to it than it was.
    if (this.#mayBeginAfresh) {
      this.#mayBeginAfresh = false;
      return;
    }
    checkStates(this.#states, this.node, before, plan, (text) => {
      this.#host.warn(text);
    }, this.#savepoint);
    this.#savepoint = undefined;
  }

  /** Whether another plan cannot go on with what is open: it keeps its things elsewhere, or otherwise. */
  mustReopen(plan: Plan): boolean {
    const before = this.#checkpoint;
    const after = checkpointOf(plan);
    if (before === undefined || after === undefined) return before !== after;
    this.#durable?.configure(after);
    return before.parameters.path !== after.parameters.path || segmentBytesOf(before) !== segmentBytesOf(after) ||
      JSON.stringify(before.parameters.sync) !== JSON.stringify(after.parameters.sync);
  }

  /** Ends in order: what is in the state need not be worked out again at the next start. Sources and batches have ended. */
  async finish(): Promise<void> {
    const durable = this.#durable;
    if (durable === undefined) return;
    const isDone = await endsInTime(this.#host.clock, LAST_CHECKPOINT, this.#lastCheckpoint(durable));
    // Where the disk is slow nobody waits for it, but the folder must be let go of when it is done.
    const closed = this.close();
    if (isDone) await closed;
  }

  async #lastCheckpoint(durable: DurableGraph): Promise<void> {
    await durable.checkpoints.idle();
    // It may have taken so long that the graph has been closed meanwhile.
    if (this.#durable === durable && this.#lastEnded !== undefined) {
      await durable.checkpoint(this.#lastEnded, this.#receivers.order, this.#states);
    }
  }

  /** The graph is to end: nothing waits for room on the disk any longer. */
  leave(): void {
    this.#durable?.leave();
  }

  /** Lets others have the folder. */
  async close(): Promise<void> {
    const durable = this.#durable;
    this.#durable = undefined;
    this.#opening.end();
    this.#effects = undefined;
    this.#endReplay();
    this.#requests.refuse(noCheckpoint(this.node));
    // What cannot be written any more was confirmed to nobody.
    await durable?.close().catch(() => undefined);
  }
}

function checkpointOf(plan: Plan): CheckpointOperator | undefined {
  return plan.operators.find((operator) => operator.type === 'checkpoint');
}

