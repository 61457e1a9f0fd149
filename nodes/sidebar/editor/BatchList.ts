import { type BatchRow, batchRows } from './batchRows';
import { element, linkButton, setAttribute, setText } from './dom';
import type { EditorHost } from './EditorHost';
import { formatBatchTime, formatCount, formatDuration } from './formats';
import type { GraphView } from './GraphView';
import { KeyedList, type ListRow } from './KeyedList';

const STATE_TEXTS: Readonly<Record<BatchRow['state'], string>> = {
  queued: 'batch.queued',
  processing: 'batch.processing',
  completed: 'batch.completed',
  failed: 'batch.failed',
};

/** The batches that wait, run and are finished, newest first. Stands still under the pointer, so that a row can be hit. */
export class BatchList {
  readonly element: HTMLElement;
  readonly #host: EditorHost;
  readonly #onPick: (batchTime: number) => void;
  readonly #body = element('tbody');
  readonly #rows: KeyedList<BatchRow>;
  #interval = 1000;

  constructor(host: EditorHost, onPick: (batchTime: number) => void) {
    this.#host = host;
    this.#onPick = onPick;
    const { text } = host;
    const heads = [text('batch.time'), text('batch.records'), text('batch.delay'), text('batch.run')];
    const head = element('thead', '', element('tr', '', ...heads.map((title) => element('th', '', title))));
    this.element = element('table', 'dstream-table', head, this.#body);
    this.#rows = new KeyedList<BatchRow>(this.#body, ({ time }) => String(time), () => this.#row());
  }

  get isHeld(): boolean {
    // After a touch nothing hovers, whatever the browser says.
    return this.#body.matches(':hover') && matchMedia('(hover: hover)').matches;
  }

  show({ graph, history }: GraphView): void {
    this.#interval = graph.batchInterval;
    if (!this.isHeld) this.#rows.show(batchRows(history, graph.active, graph.batchInterval));
  }

  /** Of another graph: nothing of the one before is to be seen any more. */
  clear(): void {
    this.#rows.show([]);
  }

  #row(): ListRow<BatchRow> {
    let time = 0;
    const name = linkButton('', () => this.#onPick(time));
    const cells = [element('td', '', name), element('td'), element('td'), element('td')] as const;
    const row = element('tr', '', ...cells);
    return {
      element: row,
      show: (batch) => {
        time = batch.time;
        const stateText = this.#host.text(STATE_TEXTS[batch.state]);
        const hasRun = batch.processing !== undefined;
        setText(name, formatBatchTime(batch.time, this.#interval));
        name.disabled = !hasRun;
        setText(cells[1], formatCount(batch.records));
        setText(cells[2], formatDuration(batch.delay));
        setText(cells[3], hasRun && batch.state !== 'failed' ? formatDuration(batch.processing) : stateText);
        setAttribute(row, 'data-state', batch.state === 'completed' && batch.isLong ? 'long' : batch.state);
        setAttribute(row, 'title', stateText);
      },
    };
  }
}
