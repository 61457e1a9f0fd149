import type { GraphLine, GraphMonitor, GraphState, MonitorSnapshot } from '../../../src/flow/monitor/snapshot';
import { element, setAttribute, setText } from './dom';
import type { EditorHost } from './EditorHost';
import { tellApart } from '../../shared/editor/tellApart';
import { graphLines } from './graphLines';
import { KeyedList, type ListRow } from './KeyedList';

interface NamedLine {
  readonly line: GraphLine;
  readonly name: string;
}

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
  readonly #options: KeyedList<NamedLine>;
  readonly #dot = element('span', 'dstream-dot');
  readonly #state = element('span', 'dstream-state');
  readonly #more = element('div', 'dstream-quiet');

  constructor(host: EditorHost, onChoose: (graph: string) => void) {
    this.#host = host;
    this.#select.setAttribute('aria-label', host.text('head.choose'));
    this.#select.addEventListener('change', () => {
      onChoose(this.#select.value);
    });
    this.#options = new KeyedList<NamedLine>(this.#select, ({ line }) => line.id, () => this.#option());
    const row = element('div', 'dstream-head-row', this.#dot, this.#select, this.#state);
    this.element = element('div', 'dstream-head', row, this.#more);
  }

  /**
   * @param shown the graph on the screen
   * @param graph its figures, where there are any
   */
  show({ graphs, graphCount }: MonitorSnapshot, shown: string | undefined, graph: GraphMonitor | undefined): void {
    const lines = graphLines(graphs, graph);
    const names = tellApart(lines.map(({ id, node }) => ({ id, label: this.#host.graphName(node) })));
    this.#options.show(lines.map((line, index) => ({ line, name: names[index] ?? line.id })));
    if (shown !== undefined && this.#select.value !== shown) this.#select.value = shown;
    const line = lines.find(({ id }) => id === shown);
    setAttribute(this.#dot, 'data-state', line === undefined ? 'starting' : stateOf(line));
    setText(this.#state, line === undefined ? '' : this.#stateText(line));
    const hasMore = graphCount > graphs.length;
    setText(this.#more, hasMore ? this.#host.text('head.more', { shown: graphs.length, count: graphCount }) : '');
  }

  #stateText(line: GraphLine): string {
    return this.#host.text(STATE_TEXTS[stateOf(line)]);
  }

  #option(): ListRow<NamedLine> {
    const option = element('option');
    return {
      element: option,
      show: ({ line, name }) => {
        if (option.value !== line.id) option.value = line.id;
        const marks = [
          ...(stateOf(line) === 'running' ? [] : [this.#stateText(line)]),
          ...(line.problems > 0 ? [this.#host.text('head.problems', { count: line.problems })] : []),
        ];
        setText(option, [name, ...marks].join(' · '));
      },
    };
  }
}

function stateOf({ state, isBehind }: GraphLine): ShownState {
  return state === 'running' && isBehind ? 'behind' : state;
}
