import type { MonitoredProblem } from '../../../src/flow/monitor/snapshot';
import { allow, button, element, linkButton, setAttribute, setShown, setText } from './dom';
import type { EditorHost } from './EditorHost';
import { formatAge, formatCount } from './formats';
import type { GraphView } from './GraphView';
import { KeyedList, type ListRow } from './KeyedList';

interface AgedProblem {
  readonly problem: MonitoredProblem;
  /** ms */
  readonly age: number;
}

/** The problem of a graph that does not start because its files are damaged. */
const DAMAGED = 'checkpoint-damaged';

/** What went wrong, why, and what to do: newest first. Where the log of a graph is damaged, it can be salvaged from here. */
export class ProblemList {
  readonly element = element('div', 'dstream-list');
  readonly #host: EditorHost;
  readonly #onSalvage: () => void;
  readonly #rows: KeyedList<AgedProblem>;

  constructor(host: EditorHost, onSalvage: () => void) {
    this.#host = host;
    this.#onSalvage = onSalvage;
    // The same problem of the same node may be told with other words: each is a line of its own.
    const keyOf = ({ problem: { node, code, what, stands } }: AgedProblem): string => JSON.stringify([node, code, what, stands]);
    this.#rows = new KeyedList<AgedProblem>(this.element, keyOf, () => this.#row());
  }

  show({ graph, time }: GraphView): void {
    this.#rows.show(graph.problems.map((problem) => ({ problem, age: time - problem.time })).reverse());
  }

  #row(): ListRow<AgedProblem> {
    let node = '';
    const name = linkButton('', () => this.#host.reveal(node));
    const when = element('span', 'dstream-number dstream-quiet');
    const [what, why, fix] = [element('div', 'dstream-what'), element('div'), element('div', 'dstream-fix')];
    const salvage = button(this.#host.text('action.salvage'), 'fa-life-ring', () => {
      if (this.#host.hindrance('dstream.write') === undefined) this.#onSalvage();
    });
    const actions = element('div', 'dstream-actions', salvage);
    const row = element('div', 'dstream-item dstream-problem', element('div', 'dstream-line', name, when), what, why, fix, actions);
    return {
      element: row,
      show: ({ problem, age }) => {
        node = problem.node;
        setText(name, this.#host.label(node));
        const times = problem.count > 1 ? [this.#host.text('problem.times', { count: formatCount(problem.count) })] : [];
        setText(when, [...times, this.#host.text('problem.ago', { age: formatAge(age) })].join(' · '));
        setText(what, problem.what);
        setText(why, problem.why);
        setText(fix, problem.fix);
        setShown(actions, problem.code === DAMAGED && problem.stands);
        allow(salvage, this.#host.hindrance('dstream.write'), this.#host.text('tip.salvage'));
        setAttribute(row, 'data-state', problem.stands ? 'stands' : 'over');
      },
    };
  }
}
