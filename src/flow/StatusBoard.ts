import { isDeepStrictEqual } from 'node:util';
import type { Clock, Timer } from '../ports/Clock';
import type { NodeStatus } from './StreamNode';

/** ms between two statuses of one node: every status goes to every open editor. */
const PACE = 1000;

/** Shows statuses, at most one a second for each node; the newest one always gets through. */
export class StatusBoard {
  readonly #show: (nodeId: string, status: NodeStatus) => void;
  readonly #clock: Clock;
  readonly #shown = new Map<string, { readonly status: NodeStatus; readonly time: number }>();
  readonly #waiting = new Map<string, NodeStatus>();
  readonly #pinned = new Set<string>();
  #timer: Timer | undefined;

  constructor(show: (nodeId: string, status: NodeStatus) => void, clock: Clock) {
    this.#show = show;
    this.#clock = clock;
  }

  /** Shows a status at once, and nothing else for this node until it is made anew or `unpin` is called. */
  pin(nodeId: string, status: NodeStatus): void {
    this.#pinned.add(nodeId);
    this.#put(nodeId, status);
  }

  /** Lets ordinary statuses be shown again everywhere. */
  unpin(): void {
    this.#pinned.clear();
  }

  isPinned(nodeId: string): boolean {
    return this.#pinned.has(nodeId);
  }

  set(nodeId: string, status: NodeStatus): void {
    if (this.#pinned.has(nodeId)) return;
    const shown = this.#shown.get(nodeId);
    if (shown !== undefined && isDeepStrictEqual(shown.status, status)) {
      this.#waiting.delete(nodeId);
    } else if (shown === undefined || this.#clock.monotonic() - shown.time >= PACE) {
      this.#put(nodeId, status);
    } else {
      this.#waiting.set(nodeId, status);
      this.#wake(shown.time + PACE);
    }
  }

  /** Forgets what was shown, so that a node that was made anew gets its status again. */
  forget(nodeId: string): void {
    this.#pinned.delete(nodeId);
    this.#shown.delete(nodeId);
  }

  /** Ends it; nothing is shown any more. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#waiting.clear();
  }

  #put(nodeId: string, status: NodeStatus): void {
    this.#waiting.delete(nodeId);
    this.#shown.set(nodeId, { status, time: this.#clock.monotonic() });
    this.#show(nodeId, status);
  }

  #wake(time: number): void {
    this.#timer ??= this.#clock.schedule(time - this.#clock.monotonic(), () => {
      this.#timer = undefined;
      const now = this.#clock.monotonic();
      for (const [nodeId, status] of this.#waiting) {
        const due = (this.#shown.get(nodeId)?.time ?? 0) + PACE;
        if (due <= now) this.#put(nodeId, status);
        else this.#wake(due);
      }
    });
  }
}
