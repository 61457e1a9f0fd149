import type { Translate } from '../../shared/editor/translate';
import { element, setAttribute } from './dom';
import { histogram } from './histogram';

const BINS = 12;

/** How often each range of values came, as bars beside a chart, at the same height as in the chart. */
export class HistogramView {
  readonly element: HTMLElement;
  /** From the top of the chart downwards. */
  readonly #bars: readonly HTMLElement[];

  /** @param area where the chart draws, px from its top */
  constructor(area: { readonly top: number; readonly height: number }) {
    this.#bars = Array.from({ length: BINS }, () => element('div', 'dstream-bar'));
    this.element = element('div', 'dstream-histogram', ...this.#bars);
    this.element.style.marginTop = `${String(area.top)}px`;
    this.element.style.height = `${String(area.height)}px`;
    this.element.hidden = true;
  }

  /** @param format writes a value of the chart */
  show(values: readonly number[], top: number, format: (value: number) => string, text: Translate): void {
    if (this.element.hidden) return;
    const counts = histogram(values, top, BINS);
    const most = Math.max(1, ...counts);
    this.#bars.forEach((bar, index) => {
      const bin = BINS - 1 - index;
      const count = counts[bin] ?? 0;
      // One batch among a thousand is still to be seen.
      bar.style.width = count === 0 ? '0' : `${String(Math.max(2, (count / most) * 100))}%`;
      const [from, to] = [format((bin * top) / BINS), format(((bin + 1) * top) / BINS)];
      setAttribute(bar, 'title', text('chart.bin', { from, to, count }));
    });
  }
}
