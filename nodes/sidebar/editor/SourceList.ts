import type { OperatorMonitor, PlannedOperator } from '../../../src/flow/monitor/snapshot';
import { element, linkButton, setAttribute, setText } from './dom';
import type { EditorHost } from './EditorHost';
import { formatCount, formatRate } from './formats';
import type { GraphView } from './GraphView';
import { KeyedList, type ListRow } from './KeyedList';

interface Source {
  readonly operator: PlannedOperator;
  readonly figures: OperatorMonitor | undefined;
}

/** The receivers, and the sinks that are connected to something: how they are, and what waits at them. */
export class SourceList {
  readonly element = element('div', 'dstream-list');
  readonly #host: EditorHost;
  readonly #rows: KeyedList<Source>;

  constructor(host: EditorHost) {
    this.#host = host;
    this.#rows = new KeyedList<Source>(this.element, ({ operator }) => operator.id, () => this.#row());
  }

  show({ graph }: GraphView): void {
    const all = (graph.plan?.operators ?? []).map((operator) => ({ operator, figures: graph.operators[operator.id] }));
    this.#rows.show(all.filter(({ operator, figures }) => operator.type === 'receiver' || figures?.source !== undefined));
  }

  #row(): ListRow<Source> {
    let node = '';
    const dot = element('span', 'dstream-dot');
    const name = linkButton('', () => this.#host.reveal(node));
    const rate = element('span', 'dstream-number');
    const connection = element('div', 'dstream-quiet');
    const counts = element('div', 'dstream-quiet');
    const row = element('div', 'dstream-item', element('div', 'dstream-line', dot, name, rate), connection, counts);
    return {
      element: row,
      show: ({ operator, figures }) => {
        node = operator.node ?? operator.id;
        setText(name, this.#host.label(node));
        setAttribute(dot, 'data-state', figures?.source?.state ?? 'running');
        setText(connection, figures?.source?.text ?? '');
        setText(counts, figures === undefined ? '' : this.#counts(figures));
        const perSecond = operator.type === 'receiver' ? figures?.outPerSecond : figures?.inPerSecond;
        setText(rate, perSecond === undefined ? '–' : formatRate(perSecond));
      },
    };
  }

  #counts({ waiting, rateLimit, refused }: OperatorMonitor): string {
    const { text } = this.#host;
    return [
      text('source.waiting', { count: formatCount(waiting) }),
      ...(rateLimit === undefined ? [] : [text('source.limit', { rate: formatRate(rateLimit) })]),
      ...(refused === 0 ? [] : [text('source.refused', { count: formatCount(refused) })]),
    ].join(' · ');
  }
}
