import type { GraphMonitor, PlanMonitor } from '../../../../src/flow/monitor/snapshot';
import { element } from '../dom';
import { outRate } from './figures';
import { OperatorRow } from './OperatorRow';
import style from './plan.css';
import type { PlanHost } from './PlanHost';
import { layRails } from './rails';
import { readingOrder } from './readingOrder';

/**
 * The drawn graph as it runs: one operator a line, with lines beside them for the way of the records, and a frame around what
 * takes a record along in one pass. Figures change in place; only another plan builds it anew.
 */
export class PlanView {
  readonly #host: PlanHost;
  readonly #element = element('div', 'dstream-plan');
  readonly #style = element('style', '', style);
  /** Which plan is built. */
  #built: string | undefined;
  #rows = new Map<string, OperatorRow>();

  constructor(container: HTMLElement, host: PlanHost) {
    this.#host = host;
    this.#element.setAttribute('role', 'group');
    this.#element.setAttribute('aria-label', host.text('plan.title'));
    this.#element.addEventListener('keydown', (event) => this.#moveFocus(event));
    container.append(this.#style, this.#element);
  }

  /** Once a second. Without a plan, the one of this revision that was shown before stays. */
  show(graph: GraphMonitor): void {
    const wanted = `${graph.id} ${graph.revision} ${graph.batchInterval}`;
    if (wanted !== this.#built && graph.plan !== undefined) {
      this.#build(graph.plan, graph.batchInterval);
      this.#built = wanted;
    }
    const rateOf = (id: string): number => {
      const [row, monitor] = [this.#rows.get(id), graph.operators[id]];
      return row === undefined || monitor === undefined ? 0 : outRate(row.operator, monitor);
    };
    for (const [id, row] of this.#rows) row.show(graph.operators[id], rateOf);
  }

  destroy(): void {
    this.#style.remove();
    this.#element.remove();
    this.#rows.clear();
  }

  #build(plan: PlanMonitor, batchInterval: number): void {
    const focused = [...this.#rows].find(([, { button }]) => button === document.activeElement)?.[0];
    const groups = readingOrder(plan.operators);
    const operators = groups.flat();
    const { rows: rails, columns } = layRails(operators);
    this.#rows = new Map();
    for (const [index, operator] of operators.entries()) {
      const rail = rails[index] ?? { column: 0, above: [], below: [] };
      this.#rows.set(operator.id, new OperatorRow(operator, { rail, columns, batchInterval }, this.#host));
    }
    this.#element.replaceChildren(...groups.map((group) => this.#frame(group.flatMap(({ id }) => this.#rows.get(id) ?? []))));
    this.#letTabReach((focused === undefined ? undefined : this.#rows.get(focused)) ?? [...this.#rows.values()][0]);
    if (focused !== undefined) this.#rows.get(focused)?.button.focus();
  }

  #frame(rows: readonly OperatorRow[]): HTMLElement {
    const list = element('ul', 'dstream-plan-group', ...rows.map((row) => row.element));
    if (rows.length < 2) return element('div', '', list);
    const caption = element('span', 'dstream-plan-caption', this.#host.text('plan.pass'));
    caption.title = this.#host.text('plan.passTip');
    list.setAttribute('aria-label', this.#host.text('plan.pass'));
    return element('div', 'dstream-plan-pass', caption, list);
  }

  /** One row of the plan is reached by the Tab key; from there, arrows lead to the others. */
  #letTabReach(reached: OperatorRow | undefined): void {
    for (const row of this.#rows.values()) row.button.tabIndex = row === reached ? 0 : -1;
  }

  #moveFocus(event: KeyboardEvent): void {
    const rows = [...this.#rows.values()];
    const here = rows.findIndex(({ button }) => button === event.target);
    const targets: Readonly<Record<string, number>> = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 };
    const next = rows[targets[event.key] ?? -1];
    if (here < 0 || next === undefined) return;
    event.preventDefault();
    this.#letTabReach(next);
    next.button.focus();
  }
}
