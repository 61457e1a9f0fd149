import type { LogEvent } from './Engine';
import type { GraphEvents } from './GraphEvents';

/** Lines of one operator that are passed on in one batch. */
const LINES_A_BATCH = 20;

/** Passes on what user code logs, but not more of it than anybody would read: each line travels to Node-RED's thread. */
export class LogLimit {
  readonly #events: Pick<GraphEvents, 'log'>;
  readonly #lines = new Map<string, number>();

  constructor(events: Pick<GraphEvents, 'log'>) {
    this.#events = events;
  }

  add(event: LogEvent): void {
    const lines = (this.#lines.get(event.operator) ?? 0) + 1;
    this.#lines.set(event.operator, lines);
    if (lines <= LINES_A_BATCH) this.#events.log(event);
  }

  /** A batch has ended: tells how many lines were left out, and begins again. */
  endBatch(): void {
    for (const [operator, lines] of this.#lines) {
      const more = lines - LINES_A_BATCH;
      if (more > 0) this.#events.log({ operator, level: 'log', text: `and ${String(more)} more lines in this batch` });
    }
    this.#lines.clear();
  }
}
