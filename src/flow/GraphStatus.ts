import type { BatchEvent, DurabilityFigures, OperatorProgress, ProgressEvent } from '../engine/Engine';
import type { OperatorType, Plan } from '../plan/Plan';
import type { Clock } from '../ports/Clock';
import { durabilityStatus } from './durabilityStatus';
import { withGuarantee } from './guaranteeBadge';
import type { StatusBoard } from './StatusBoard';
import type { NodeStatus } from './StreamNode';

/** ms between two progress events, at least. */
const PROGRESS_PERIOD = 1000;

/** ms without news after which nothing flows any more: two batches, whose own news comes after them. */
function silence(plan: Plan): number {
  return 2 * Math.max(PROGRESS_PERIOD, plan.batchInterval);
}

/** Of the batchers of a graph that a person holds. */
const ON_HOLD: NodeStatus = { fill: 'yellow', shape: 'ring', text: 'paused' };

/** Figures, and when they came, ms of the monotonic clock. */
interface Look {
  readonly time: number;
  readonly operators: ProgressEvent['operators'];
}

/** Turns the figures of one running graph into the statuses of its nodes. */
export class GraphStatus {
  readonly #board: StatusBoard;
  readonly #clock: Clock;
  #last: Look | undefined;
  /** The one before: what comes soon after the last is compared with it. */
  #earlier: Look | undefined;
  #flowing = new Set<string>();
  #durability: DurabilityFigures | undefined;
  #isOnHold = false;

  constructor(board: StatusBoard, clock: Clock) {
    this.#board = board;
    this.#clock = clock;
  }

  /** Another query runs from now on, which counts from zero. */
  beginAgain(): void {
    this.#last = undefined;
    this.#earlier = undefined;
    this.#durability = undefined;
    this.#flowing.clear();
  }

  /** A person holds the graph, or lets it go on: then its batchers show nothing until the next batch. */
  hold(isOnHold: boolean, plan: Plan): void {
    if (!isOnHold && !this.#isOnHold) return;
    this.#isOnHold = isOnHold;
    this.#batchers(isOnHold ? ON_HOLD : {}, plan);
  }

  /** Shows again what no news would bring, because the node was made anew. */
  refresh(nodeId: string, plan: Plan): void {
    if (this.#isOnHold && plan.operators.some(({ id, type }) => id === nodeId && type === 'batcher')) this.#board.set(nodeId, ON_HOLD);
  }

  /** A batch has ended: its figures stand at the batchers, and whatever has fallen silent says so. */
  batch(event: BatchEvent, plan: Plan): void {
    const behind = event.schedulingDelay > plan.batchInterval;
    const rate = (event.records * 1000) / plan.batchInterval;
    const status: NodeStatus =
      event.failure !== undefined
        ? { fill: 'red', shape: 'dot', text: `batch failed: ${event.failure.slice(0, 40)}` }
        : behind
          ? { fill: 'yellow', shape: 'dot', text: `${rateText(rate)} · behind ${delayText(event.schedulingDelay)}` }
          : { fill: 'blue', shape: 'dot', text: `${rateText(rate)} · ${delayText(event.processingDelay)}` };
    this.#batchers(this.#isOnHold ? ON_HOLD : status, plan);
    this.#checkpoint(plan);
    if (this.#last !== undefined && this.#clock.monotonic() - this.#last.time > silence(plan)) this.#silence(plan);
  }

  progress(event: ProgressEvent, plan: Plan): void {
    // Nothing has flowed since the last batch, and yet nothing stands still.
    if (event.begins === true) return;
    const time = this.#clock.monotonic();
    // News of a checkpoint come right behind those of a batch: nothing has flowed in between, and yet nothing stands still.
    const isSoon = this.#last !== undefined && time - this.#last.time < PROGRESS_PERIOD / 2;
    const before = isSoon ? this.#earlier : this.#last;
    const elapsed = before === undefined ? 0 : time - before.time;
    // After a silence what is told now happened in the last batch, not in all the time since the last news.
    const seconds = (elapsed > silence(plan) ? Math.max(PROGRESS_PERIOD, plan.batchInterval) : elapsed) / 1000;
    this.#durability = event.durability ?? this.#durability;
    const isFull = this.#durability?.state === 'full';
    for (const { id, type } of plan.operators) {
      const figures = event.operators[id];
      if (figures === undefined || type === 'batcher' || type === 'checkpoint') continue;
      const earlier = before?.operators[id];
      // A window shows what comes in: it may hand out every record many times, or none where its reader computes it.
      const moved = type === 'sink' || type === 'window' ? 'recordsIn' : 'recordsOut';
      const rate = seconds > 0 ? Math.max(0, figures[moved] - (earlier?.[moved] ?? 0)) / seconds : 0;
      if (rate > 0) this.#flowing.add(id);
      else this.#flowing.delete(id);
      this.#board.set(id, withGuarantee(operatorStatus(type, figures, earlier, rate, isFull), id, plan));
    }
    if (!isSoon) {
      this.#earlier = this.#last;
      this.#last = { time, operators: { ...this.#last?.operators, ...event.operators } };
    }
    this.#checkpoint(plan);
  }

  #batchers(status: NodeStatus, plan: Plan): void {
    for (const { id, type } of plan.operators) if (type === 'batcher') this.#board.set(id, status);
  }

  /** What the graph has on disk; its age is told anew with each batch. */
  #checkpoint(plan: Plan): void {
    const figures = this.#durability;
    if (figures === undefined) return;
    for (const { id, type } of plan.operators) {
      if (type === 'checkpoint') this.#board.set(id, durabilityStatus(figures, this.#clock.now()));
    }
  }

  #silence(plan: Plan): void {
    const flowing = this.#flowing;
    this.#flowing = new Set();
    for (const id of flowing) this.#board.set(id, withGuarantee({ fill: 'blue', shape: 'dot', text: rateText(0) }, id, plan));
  }
}

/** Why an operator refuses something, where it is not that there are too many keys. */
const REFUSALS: Readonly<Partial<Record<OperatorType, readonly [why: string, what: string]>>> = {
  receiver: ['buffer full', 'refused'],
  join: ['too many pairs', 'left out'],
};

/** What an operator shows: first what keeps it from working, then what it had to leave out, then how much flows. */
function operatorStatus(
  type: OperatorType,
  figures: OperatorProgress,
  earlier: OperatorProgress | undefined,
  rate: number,
  isLogFull: boolean,
): NodeStatus {
  const { source } = figures;
  if (source !== undefined && source.state !== 'running') {
    return { fill: source.state === 'failed' ? 'red' : 'yellow', shape: 'ring', text: source.text };
  }
  if (isLogFull && type === 'receiver') return { fill: 'yellow', shape: 'ring', text: 'no room in the log' };
  const since = (figure: 'refused' | 'failed' | 'skipped'): number => figures[figure] - (earlier?.[figure] ?? 0);
  const refused = since('refused');
  if (refused > 0) {
    const [why, what] = REFUSALS[type] ?? ['too many keys', 'refused'];
    return { fill: 'yellow', shape: 'dot', text: `${why}, ${compact(refused)} ${what}` };
  }
  const failed = since('failed');
  if (failed > 0) return { fill: rate > 0 ? 'yellow' : 'red', shape: 'dot', text: `${rateText(rate)} · ${compact(failed)} failed` };
  const skipped = since('skipped');
  if (skipped > 0) return { fill: 'yellow', shape: 'dot', text: `${rateText(rate)} · ${compact(skipped)} not a number` };
  const { rateLimit } = figures;
  if (rateLimit !== undefined) {
    return { fill: 'yellow', shape: 'dot', text: `${rateText(rate)} · limit ${compact(rateLimit)}, ${compact(figures.waiting)} wait` };
  }
  return { fill: 'blue', shape: 'dot', text: rateText(rate) };
}

function rateText(rate: number): string {
  return `${compact(rate)} rec/s`;
}

/** A delay in the unit that reads best. */
export function delayText(milliseconds: number): string {
  return milliseconds < 1000 ? `${String(Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** A count in at most four digits: 7, 0.5, 123, 12.4k, 3.1M. */
export function compact(value: number): string {
  if (value >= 999_950) return `${(value / 1e6).toFixed(1)}M`;
  if (value >= 1000) return `${(value / 1000).toFixed(1)}k`;
  return value >= 9.95 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}
