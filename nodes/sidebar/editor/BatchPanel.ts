import type { BatchDetails, OutputDetails } from '../../../src/flow/monitor/snapshot';
import { element, linkButton, setShown } from './dom';
import type { EditorHost } from './EditorHost';
import { formatBatchTime, formatCount, formatDuration } from './formats';
import type { GraphView } from './GraphView';
import type { RuntimeApi } from './RuntimeApi';

/** One finished batch: what came in by which receiver, and what became of each output. */
export class BatchPanel {
  readonly element = element('div', 'dstream-batch');
  readonly #host: EditorHost;
  readonly #api: RuntimeApi;
  /** Counts what was opened and closed, so that a late answer is not shown. */
  #turn = 0;

  constructor(host: EditorHost, api: RuntimeApi) {
    this.#host = host;
    this.#api = api;
    this.element.setAttribute('role', 'region');
    this.element.setAttribute('aria-label', host.text('batch.title'));
    this.close();
  }

  /** @param batchTime ms since the epoch */
  open({ graph }: GraphView, batchTime: number): void {
    const turn = ++this.#turn;
    this.#fill(graph, batchTime, element('p', 'dstream-quiet', this.#host.text('batch.loading')));
    setShown(this.element, true);
    this.element.scrollIntoView({ block: 'nearest' });
    this.#api.details(graph.id, batchTime, (details) => {
      if (turn !== this.#turn) return;
      const gone = element('p', 'dstream-quiet', this.#host.text('batch.forgotten'));
      this.#fill(graph, batchTime, ...(details === undefined ? [gone] : this.#parts(graph, details)));
      this.element.scrollIntoView({ block: 'nearest' });
    });
  }

  close(): void {
    this.#turn++;
    setShown(this.element, false);
  }

  #fill(graph: GraphView['graph'], batchTime: number, ...parts: Node[]): void {
    const close = element('button', 'red-ui-button red-ui-button-small', element('i', 'fa fa-times'));
    close.type = 'button';
    close.setAttribute('aria-label', this.#host.text('batch.close'));
    close.addEventListener('click', () => this.close());
    const title = element('strong', '', `${this.#host.text('batch.title')} ${formatBatchTime(batchTime, graph.batchInterval)}`);
    this.element.replaceChildren(element('div', 'dstream-batch-head', title, close), ...parts);
  }

  #parts(graph: GraphView['graph'], details: BatchDetails): Node[] {
    const { text } = this.#host;
    const summary = text('batch.summary', {
      records: formatCount(details.records),
      delay: formatDuration(details.schedulingDelay),
      run: formatDuration(details.processingDelay),
      total: formatDuration(details.schedulingDelay + details.processingDelay),
    });
    const inputs = Object.entries(details.inputs).map(([id, count]) => {
      return this.#line(graph, id, text('batch.received', { records: formatCount(count) }));
    });
    const outputs = details.outputs.map((output) => this.#output(graph, output));
    return [
      element('p', '', summary),
      ...(details.failure === undefined ? [] : [element('p', 'dstream-failure', details.failure)]),
      ...(inputs.length === 0 ? [] : [element('div', 'dstream-subtitle', text('batch.inputs')), ...inputs]),
      ...(outputs.length === 0 ? [] : [element('div', 'dstream-subtitle', text('batch.outputs')), ...outputs]),
    ];
  }

  #output(graph: GraphView['graph'], { operator, records, duration, failure }: OutputDetails): HTMLElement {
    const words = this.#host.text('batch.sent', { records: formatCount(records), duration: formatDuration(duration) });
    const line = this.#line(graph, operator, words);
    if (failure !== undefined) line.append(element('div', 'dstream-failure', failure));
    return line;
  }

  /** An operator by its name, which reveals it, and what is said of it. */
  #line(graph: GraphView['graph'], operator: string, words: string): HTMLElement {
    const node = graph.plan?.operators.find(({ id }) => id === operator)?.node ?? operator;
    const name = linkButton(this.#host.label(node), () => this.#host.reveal(node));
    return element('div', 'dstream-line', name, element('span', 'dstream-quiet', words));
  }
}
