import type { GraphLine, GraphState, MonitorSnapshot } from '../../../src/flow/monitor/snapshot';
import { element, setAttribute, setText } from './dom';
import type { EditorHost } from './EditorHost';
import { KeyedList, type ListRow } from './KeyedList';

/** A graph that runs and does not keep up is told apart. */
type ShownState = GraphState | 'behind';

const STATE_TEXTS: Readonly<Record<ShownState, string>> = {
  starting: 'state.starting',
  running: 'state.running',
  behind: 'state.behind',
  paused: 'state.paused',
  restarting: 'state.restarting',
  refused: 'state.refused',
  failed: 'state.failed',
  broken: 'state.broken',
};

/** Names the graph that is shown, says how it is, and lets one choose another. */
export class GraphChooser {
  readonly element: HTMLElement;
  readonly #host: EditorHost;
  readonly #select = element('select', 'dstream-chooser');
  readonly #options: KeyedList<GraphLine>;
  readonly #dot = element('span', 'dstream-dot');
  readonly #state = element('span', 'dstream-state');
  readonly #more = element('div', 'dstream-quiet');

  constructor(host: EditorHost, onChoose: (graph: string) => void) {
    this.#host = host;
    this.#select.setAttribute('aria-label', host.text('head.choose'));
    this.#select.addEventListener('change', () => {
      onChoose(this.#select.value);
    });
    this.#options = new KeyedList<GraphLine>(this.#select, ({ id }) => id, () => this.#option());
    const row = element('div', 'dstream-head-row', this.#dot, this.#select, this.#state);
    this.element = element('div', 'dstream-head', row, this.#more);
  }

  /** @param shown the graph on the screen */
  show({ graphs, graphCount }: MonitorSnapshot, shown: string | undefined): void {
    this.#options.show(graphs);
    if (shown !== undefined && this.#select.value !== shown) this.#select.value = shown;
    const line = graphs.find(({ id }) => id === shown);
    setAttribute(this.#dot, 'data-state', line === undefined ? 'starting' : stateOf(line));
    setText(this.#state, line === undefined ? '' : this.#stateText(line));
    const hasMore = graphCount > graphs.length;
    setText(this.#more, hasMore ? this.#host.text('head.more', { shown: graphs.length, count: graphCount }) : '');
  }

  #stateText(line: GraphLine): string {
    return this.#host.text(STATE_TEXTS[stateOf(line)]);
  }

  #option(): ListRow<GraphLine> {
    const option = element('option');
    return {
      element: option,
      show: (line) => {
        if (option.value !== line.id) option.value = line.id;
        const marks = [
          ...(stateOf(line) === 'running' ? [] : [this.#stateText(line)]),
          ...(line.problems > 0 ? [this.#host.text('head.problems', { count: line.problems })] : []),
        ];
        setText(option, [this.#host.graphName(line.node), ...marks].join(' · '));
      },
    };
  }
}

function stateOf({ state, isBehind }: GraphLine): ShownState {
  return state === 'running' && isBehind ? 'behind' : state;
}
