import type { BatchEvent, OperatorProgress, ProgressEvent } from '../engine/Engine';
import type { Plan } from '../plan/Plan';
import type { Clock } from '../ports/Clock';
import type { StatusBoard } from './StatusBoard';
import type { NodeStatus } from './StreamNode';

/** ms without news after which nothing flows any more. */
const SILENCE = 2000;

/** Turns the figures of one running graph into the statuses of its nodes. */
export class GraphStatus {
  readonly #board: StatusBoard;
  readonly #clock: Clock;
  #last: { readonly time: number; readonly event: ProgressEvent } | undefined;
  #flowing = new Set<string>();

  constructor(board: StatusBoard, clock: Clock) {
    this.#board = board;
    this.#clock = clock;
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
    for (const { id, type } of plan.operators) if (type === 'batcher') this.#board.set(id, status);
    if (this.#last !== undefined && this.#clock.monotonic() - this.#last.time >= SILENCE) this.#silence();
  }

  progress(event: ProgressEvent, plan: Plan): void {
    const time = this.#clock.monotonic();
    const before = this.#last;
    for (const { id, type } of plan.operators) {
      const figures = event.operators[id];
      if (figures === undefined || type === 'batcher') continue;
      const earlier = before?.event.operators[id];
      const seconds = before === undefined ? 0 : (time - before.time) / 1000;
      const moved = type === 'sink' ? 'recordsIn' : 'recordsOut';
      const rate = seconds > 0 ? Math.max(0, figures[moved] - (earlier?.[moved] ?? 0)) / seconds : 0;
      if (rate > 0) this.#flowing.add(id);
      else this.#flowing.delete(id);
      this.#board.set(id, operatorStatus(figures, earlier, rate));
    }
    this.#last = { time, event: { operators: { ...before?.event.operators, ...event.operators } } };
  }

  #silence(): void {
    const flowing = this.#flowing;
    this.#flowing = new Set();
    for (const id of flowing) this.#board.set(id, { fill: 'blue', shape: 'dot', text: rateText(0) });
  }
}

function operatorStatus(figures: OperatorProgress, earlier: OperatorProgress | undefined, rate: number): NodeStatus {
  const { source } = figures;
  if (source !== undefined && source.state !== 'running') {
    return { fill: source.state === 'failed' ? 'red' : 'yellow', shape: 'ring', text: source.text };
  }
  const refused = figures.refused - (earlier?.refused ?? 0);
  if (refused > 0) return { fill: 'yellow', shape: 'dot', text: `buffer full, ${compact(refused)} refused` };
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
  return value >= 10 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}
