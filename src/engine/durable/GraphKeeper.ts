import { isDiskFull } from '../../durability';
import type { CheckpointOperator, Plan } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import type { BatchJournal, ReplayedBatches } from '../../streaming/scheduler/BatchJournal';
import type { LostRecord, SinkEffects } from '../BuildEnvironment';
import type { DurabilityFigures, Reset, RunOptions } from '../Engine';
import { type PreparedPlan, preparePlan } from '../preparePlan';
import type { PartsHost, Receivers } from '../Receivers';
import type { Sinks } from '../Sinks';
import { operatorOf, type StateStore } from '../StateStore';
import { type DurableGraph, ROOM_RETRY } from './DurableGraph';
import {
  batchRefused, checkpointFailed, diskProblem, logFailed, noCheckpoint, openingFailed, stateWouldBeLost,
} from './durabilityProblems';
import { effectsOf } from './effectsOf';
import { folderOf, openDurableGraph, segmentBytesOf } from './openDurableGraph';
import type { Storage } from './Storage';

/** How long the last checkpoint may take when a graph ends, ms: the log has all that is in it anyway. */
const LAST_CHECKPOINT = 2000;

export interface KeeperHost extends PartsHost {
  /** Something that works, and that somebody should know. */
  warn(text: string): void;
  /** Something that went as it should. */
  log(text: string): void;
  /** Whether the graph is still to run. */
  isWanted(): boolean;
}

/** Keeps on disk what a graph must not lose, where its drawing has a checkpoint; otherwise does nothing. */
export class GraphKeeper {
  readonly #storage: Storage;
  readonly #receivers: Receivers;
  readonly #sinks: Sinks;
  readonly #states: StateStore;
  readonly #host: KeeperHost;
  #checkpoint: CheckpointOperator | undefined;
  #durable: DurableGraph | undefined;
  #effects: SinkEffects | undefined;
  /** The folder that the plan before kept its things in, or this one does. */
  #folder: string | undefined;
  /** What is shown before anything is open. */
  #opening: DurabilityFigures | undefined;
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
  /** Those who asked for a checkpoint. */
  #asked: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  /** A reset of operators that the next checkpoint makes final. */
  #resetToNote: Reset | undefined;
  #toldOfCheckpoint = false;

  constructor(storage: Storage, receivers: Receivers, sinks: Sinks, states: StateStore, host: KeeperHost) {
    this.#storage = storage;
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
    return this.#durable?.figures ?? this.#opening;
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
    this.#show('opening', '');
    const durable = await this.#openedWithRoom(plan, checkpoint, options);
    if (durable === undefined) return lastBatch;
    this.#durable = durable;
    this.#opening = undefined;
    this.#effects = effectsOf(durable);
    this.#isRestored = false;
    this.#receivers.keepIn(durable);
    this.#sinks.keepIn(durable);
    this.#takeStates(durable, folderOf(plan, checkpoint));
    this.#lastEnded = durable.recovery.checkpoint?.batch;
    if (options.afterDeath === true) await durable.interrupted.blameUnfinished();
    const [first] = durable.interrupted.left;
    if (first === undefined) this.#endReplay();
    this.#host.changed();
    const after = first === undefined ? durable.recovery.lastBatch : (durable.recovery.checkpoint?.batch ?? first.time - plan.batchInterval);
    // Batches of a plan before, which kept nothing here, may have run since.
    return first === undefined && lastBatch !== undefined ? Math.max(after ?? lastBatch, lastBatch) : after;
  }

  /** What the folder has goes before what is in memory; where it has nothing yet, memory stays, and is kept there soon. */
  #takeStates(durable: DurableGraph, folder: string): void {
    const hasStates = !this.#states.isEmpty;
    const isSame = folder === this.#folder;
    this.#folder = folder;
    this.#mayBeginAfresh = durable.isNew;
    if (durable.isNew) {
      // Or a crash would take what came before the first batch.
      if (hasStates) this.#asked.push({ resolve: () => undefined, reject: () => undefined });
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

  /** On a disk that is full it is tried again and again until there is room. */
  async #openedWithRoom(plan: Plan, checkpoint: CheckpointOperator, options: RunOptions): Promise<DurableGraph | undefined> {
    for (let isTold = false; ; isTold = true) {
      try {
        return await this.#opened(plan, checkpoint, options);
      } catch (thrown) {
        if (!isDiskFull(thrown) || !this.#host.isWanted()) {
          this.#opening = undefined;
          throw openingFailed(checkpoint.id, folderOf(plan, checkpoint), thrown);
        }
        const cause = diskProblem(thrown);
        this.#show('full', cause);
        if (!isTold) {
          this.#host.warn(`The graph cannot start: ${folderOf(plan, checkpoint)}: ${cause}. It starts by itself when there is room.`);
        }
      }
      await new Promise<void>((resolve) => this.#host.clock.schedule(ROOM_RETRY, resolve));
    }
  }

  #opened(plan: Plan, checkpoint: CheckpointOperator, { reset }: RunOptions): Promise<DurableGraph | undefined> {
    const folder = folderOf(plan, checkpoint);
    let isTold = false;
    return openDurableGraph({
      plan, checkpoint, reset, folder, storage: this.#storage, clock: this.#host.clock,
      events: {
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
      },
    }, () => this.#host.isWanted(), (owner) => {
      // A lease that could not be given back, because the disk was full, is this one's own.
      if (this.#opening?.state === 'full') return;
      const name = owner === undefined ? 'another process' : `process ${String(owner.process)} on ${owner.host}`;
      this.#show('waiting', name);
      if (!isTold) {
        this.#host.warn(
          `${folder} belongs to ${name}. This graph waits until that one has ended. Two at the same time need a folder each.`,
        );
      }
      isTold = true;
    });
  }

  #show(state: DurabilityFigures['state'], text: string): void {
    this.#opening = { state, text, logBytes: 0, checkpointBytes: 0, deadLetters: 0 };
    this.#host.changed();
  }

  /**
   * The plan, and the reset before it, that the next interrupted batches are to run with by themselves; undefined where those that are
   * left are to run with the plan and the options that are given.
   * @throws EngineProblem for a batch that must not be begun again
   */
  async former(plan: Plan, options: RunOptions): Promise<{ readonly prepared: PreparedPlan; readonly options: RunOptions } | undefined> {
    const durable = this.#durable;
    if (durable === undefined) return undefined;
    const refused = await durable.refusedBatch(plan);
    if (refused !== undefined) throw batchRefused(this.node, refused);
    if (durable.interrupted.hasFailing) return undefined;
    const stretch = durable.interrupted.nextStretch;
    if (stretch === undefined) return undefined;
    const own = await durable.keepPlan(plan);
    const isOwn = stretch.plan === own && stretch.reset?.id === partial(options.reset)?.id;
    if (isOwn && stretch.times.length === durable.interrupted.size) return undefined;
    const former = stretch.plan === own ? plan : await durable.readPlan(stretch.plan);
    if (former === undefined) {
      this.#host.warn('Interrupted batches run with the new drawing, because the one that they began with cannot be read any more.');
      return undefined;
    }
    const { reset: _reset, ...others } = options;
    const formerOptions: RunOptions = stretch.reset === undefined ? others : { ...others, reset: stretch.reset };
    try {
      return { prepared: preparePlan(former, formerOptions), options: formerOptions };
    } catch (thrown) {
      this.#host.warn(
        `Interrupted batches run with the new drawing, because the one that they began with cannot be made again: ${String(thrown)}`,
      );
      return undefined;
    }
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
    if (durable.isCheckpointDue || this.#asked.length > 0 || this.#resetToNote !== undefined) this.#makeCheckpoint(durable);
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
    const asked = this.#asked.splice(0);
    const reset = this.#resetToNote;
    made.then(() => {
      this.#toldOfCheckpoint = false;
      if (this.#resetToNote === reset) this.#resetToNote = undefined;
      for (const { resolve } of asked) resolve();
    }).catch((thrown: unknown) => {
      const problem = checkpointFailed(this.node, thrown);
      for (const { reject } of asked) reject(problem);
      // It is tried again and again; once is enough to know.
      if (!this.#toldOfCheckpoint) this.#host.problem(problem.problem);
      this.#toldOfCheckpoint = true;
    });
  }

  /** Makes a checkpoint as soon as one can be made. @throws EngineProblem where there is none, or it cannot be made */
  checkpointNow(graph: string): Promise<void> {
    if (this.#durable === undefined) return Promise.reject(noCheckpoint(graph));
    const { state, text } = this.#durable.figures;
    if (state === 'full') return Promise.reject(checkpointFailed(this.node, new Error(text)));
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
    });
  }

  /** Drops the state that the user gave up, once for each wish. */
  giveUpState(wish: Reset | undefined, plan: Plan): void {
    const durable = this.#durable;
    const reset = partial(wish);
    this.#reset = reset;
    if (durable === undefined || reset === undefined || this.#resetToNote?.id === reset.id) return;
    if (durable.isResetDone(reset)) return;
    const scope = withComputing(plan, reset.scope);
    this.#states.discard((name) => scope.has(operatorOf(name)));
    durable.resetDone(reset);
    this.#resetToNote = reset;
  }

  /** @throws EngineProblem where the plan that is being built does not fit the states that are kept */
  checkStates(): void {
    if (this.#durable === undefined) return;
    // What a graph without a checkpoint gathered is no more to it than it was.
    if (this.#mayBeginAfresh) {
      this.#mayBeginAfresh = false;
      return;
    }
    const conflicts = this.#states.conflicts();
    const changed = conflicts.filter(({ kind }) => kind === 'changed');
    if (changed.length > 0) throw stateWouldBeLost(this.node, changed);
    for (const { name, kind } of conflicts) {
      if (kind === 'gone' && operatorOf(name) === name) this.#host.warn(`The node ${name} was removed, and its state with it.`);
    }
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
    const isDone = await this.#inTime(this.#lastCheckpoint(durable));
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

  async #inTime(last: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.#host.clock.schedule(LAST_CHECKPOINT, () => {
        resolve(false);
      });
      last.catch(() => undefined).finally(() => {
        timer.cancel();
        resolve(true);
      });
    });
  }

  /** The graph is to end: nothing waits for room on the disk any longer. */
  leave(): void {
    this.#durable?.leave();
  }

  /** Lets others have the folder. */
  async close(): Promise<void> {
    const durable = this.#durable;
    this.#durable = undefined;
    this.#opening = undefined;
    this.#effects = undefined;
    this.#endReplay();
    for (const { reject } of this.#asked.splice(0)) reject(noCheckpoint(this.node));
    // What cannot be written any more was confirmed to nobody.
    await durable?.close().catch(() => undefined);
  }
}

/** A reset of some operators; that of everything is done when the folder is opened. */
function partial(reset: Reset | undefined): (Reset & { readonly scope: readonly string[] }) | undefined {
  return reset === undefined || reset.scope === 'all' ? undefined : { id: reset.id, scope: reset.scope };
}

/** The panes of a window that is followed by reduceByKey belong to that one. */
function withComputing(plan: Plan, scope: readonly string[]): ReadonlySet<string> {
  const behind = plan.operators.filter(({ type, inputs }) => type === 'reduceByKey' && inputs.some(({ id }) => scope.includes(id)));
  return new Set([...scope, ...behind.filter(({ inputs }) => isWindow(plan, inputs[0]?.id)).map(({ id }) => id)]);
}

function isWindow(plan: Plan, id: string | undefined): boolean {
  return plan.operators.some((operator) => operator.id === id && operator.type === 'window');
}

function checkpointOf(plan: Plan): CheckpointOperator | undefined {
  return plan.operators.find((operator) => operator.type === 'checkpoint');
}

