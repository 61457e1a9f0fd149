import type { OperatorMonitor, PlannedOperator } from '../../../../src/flow/monitor/snapshot';
import { element, setAttribute, setText } from '../dom';
import { BacklogTrend } from './BacklogTrend';
import { busyShare, figures, ratesText } from './figures';
import { operatorLook } from './operatorLook';
import type { PlanHost } from './PlanHost';
import { Rail } from './Rail';
import type { RailRow } from './rails';
import { RecentRise } from './RecentRise';
import { RemarkList } from './RemarkList';
import { tags } from './tags';

/** Where a row stands in the plan. */
export interface RowPlace {
  readonly rail: RailRow;
  readonly columns: number;
  /** ms */
  readonly batchInterval: number;
}

/** So that every row of every plan has ids of its own. */
let made = 0;

/** One operator of the plan: its lines, and beside them a button with its name, what it does and how it is. */
export class OperatorRow {
  readonly element: HTMLLIElement;
  readonly button: HTMLButtonElement;
  readonly operator: PlannedOperator;
  readonly #host: PlanHost;
  readonly #rail: Rail;
  readonly #label = element('span', 'dstream-plan-label');
  readonly #rates = element('span', 'dstream-plan-rates');
  readonly #figures = new RemarkList('dstream-plan-figures');
  readonly #tags = new RemarkList('dstream-plan-tags');
  readonly #busy = element('span', 'dstream-plan-busy');
  readonly #backlog: BacklogTrend;
  readonly #failures = new RecentRise();

  constructor(operator: PlannedOperator, { rail, columns, batchInterval }: RowPlace, host: PlanHost) {
    this.operator = operator;
    this.#host = host;
    this.#backlog = new BacklogTrend(batchInterval);
    const { colour, icon } = operatorLook(operator.type);
    this.#rail = new Rail(rail, columns, colour);

    const badge = element('span', 'dstream-plan-icon');
    badge.style.backgroundColor = colour;
    badge.title = operator.type;
    if (icon !== undefined) {
      const picture = element('img');
      picture.src = icon;
      picture.alt = '';
      badge.append(picture);
    }
    const head = element('span', 'dstream-plan-head', badge, this.#label, this.#rates);
    this.button = element('button', 'dstream-plan-operator', head, this.#figures.element, this.#tags.element, this.#busy);
    this.button.type = 'button';
    // Its name stays the same; what changes every second describes it.
    const described = [this.#rates, this.#figures.element, this.#tags.element];
    for (const part of [this.#label, ...described]) part.id = `dstream-plan-${made++}`;
    this.button.setAttribute('aria-labelledby', this.#label.id);
    this.button.setAttribute('aria-describedby', described.map(({ id }) => id).join(' '));
    this.button.addEventListener('click', () => {
      if (operator.node !== undefined) host.reveal(operator.node);
    });
    this.element = element('li', 'dstream-plan-row', this.#rail.element, this.button);
    this.#tags.show(tags(operator, host.text));
  }

  /** @param monitor of this operator; undefined before its graph has told of it */
  show(monitor: OperatorMonitor | undefined, rateOf: (operator: string) => number): void {
    const label = this.#labelText();
    setText(this.#label, label);
    setAttribute(this.#label, 'title', label);
    this.#rail.show(rateOf);
    if (monitor === undefined) return;

    this.#backlog.add(monitor.waiting);
    this.#failures.add(monitor.failed);
    const { isGrowing: isPilingUp } = this.#backlog;
    const { isRecent: isFailing } = this.#failures;
    setText(this.#rates, ratesText(this.operator, monitor));
    setAttribute(this.#rates, 'title', this.#host.text('plan.total', { into: monitor.recordsIn, out: monitor.recordsOut }));
    this.#figures.show(figures(monitor, { isPilingUp, isFailing }, this.#host.text));
    this.element.classList.toggle('dstream-plan-piling', isPilingUp);
    this.element.classList.toggle('dstream-plan-failing', isFailing);
    this.#busy.style.setProperty('--dstream-busy', Math.min(1, busyShare(monitor) ?? 0).toFixed(3));
  }

  /** As the canvas calls it; inside a subflow its instance, and what it is in there. */
  #labelText(): string {
    const { id, node, type } = this.operator;
    if (node === undefined) return this.#host.text('plan.undrawn', { type });
    const label = this.#host.label(node);
    return id === node ? label : `${label} › ${type}`;
  }
}
