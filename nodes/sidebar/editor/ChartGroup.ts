import { type ChartFigures, chartFigures, type ChartName, CHARTS } from './chartFigures';
import { button, element, setShown, setText } from './dom';
import type { EditorHost } from './EditorHost';
import { formatBatchTime, formatDuration, formatRate } from './formats';
import type { GraphView } from './GraphView';
import { mean } from './histogram';
import { HistogramView } from './HistogramView';
import { readPalette } from './palette';
import { TimeChart } from './TimeChart';

/** uPlot gives the charts with this key one cursor. */
const GROUP = 'dstream';

interface Panel {
  readonly name: ChartName;
  readonly title: HTMLElement;
  readonly chart: TimeChart;
  readonly histogram: HistogramView;
  /** Beside the title: what is under the pointer, or else what is new. */
  readonly reading: HTMLElement;
}

const TITLES: Readonly<Record<ChartName, string>> = {
  rate: 'chart.rate',
  scheduling: 'chart.scheduling',
  processing: 'chart.processing',
  total: 'chart.total',
};

/** The charts of Spark's Streaming page: input rate, scheduling delay, processing time, total delay, over one axis of time. */
export class ChartGroup {
  readonly element: HTMLElement;
  readonly #host: EditorHost;
  readonly #panels: readonly Panel[];
  #figures: ChartFigures | undefined;
  #view: GraphView | undefined;
  /** The batch under the pointer. */
  #hovered: number | undefined;

  /** @param onPick is given the time of the batch that was clicked, ms since the epoch */
  constructor(host: EditorHost, onPick: (batchTime: number) => void) {
    this.#host = host;
    this.element = element('div', 'dstream-charts');
    const palette = readPalette(document.documentElement);
    this.#panels = CHARTS.map((name, index): Panel => {
      const chart = new TimeChart(GROUP, index === CHARTS.length - 1, palette, shortNumber, {
        hover: (at) => this.#hover(at),
        pick: (at) => {
          const time = this.#view?.history.batches.times[at];
          if (time !== undefined) onPick(time);
        },
      });
      const histogram = new HistogramView(TimeChart.area);
      const reading = element('span', 'dstream-reading');
      const title = element('span');
      this.element.append(
        element('div', 'dstream-chart-title', title, reading),
        element('div', 'dstream-chart-row', chart.element, histogram.element),
      );
      return { name, title, chart, histogram, reading };
    });
    this.element.append(this.#histogramButton());
    // The sidebar can be drawn wider at any time.
    new ResizeObserver(() => {
      for (const { chart } of this.#panels) chart.fit();
    }).observe(this.element);
  }

  show(view: GraphView): void {
    this.#view = view;
    const figures = chartFigures(view.history, view.graph.batchInterval);
    this.#figures = figures;
    const palette = readPalette(this.element);
    for (const { name, title, chart, histogram } of this.#panels) {
      const values = figures.values[name];
      setText(title, name === 'rate' ? this.#host.text(TITLES[name]) : `${this.#host.text(TITLES[name])} (${figures.unit.unit})`);
      const description = `${this.#host.text(TITLES[name])}: ${this.#summary(name, figures)}`;
      const limit = name === 'processing' ? { limit: figures.interval } : {};
      chart.show({ times: figures.times, values, top: figures.tops[name], span: figures.span, description, ...limit }, palette);
      histogram.show(values, figures.tops[name], (value) => this.#valueText(name, value, figures), this.#host.text);
    }
    this.#read();
  }

  #hover(at: number | undefined): void {
    this.#hovered = at;
    this.#read();
  }

  /** Writes beside each title what its chart says. */
  #read(): void {
    const figures = this.#figures;
    const view = this.#view;
    if (figures === undefined || view === undefined) return;
    const at = this.#hovered;
    const time = at === undefined ? undefined : view.history.batches.times[at];
    for (const { name, reading } of this.#panels) {
      const value = at === undefined ? undefined : figures.values[name][at];
      setText(
        reading,
        time === undefined || value === undefined
          ? this.#summary(name, figures)
          : `${formatBatchTime(time, view.graph.batchInterval)} · ${this.#valueText(name, value, figures)}`,
      );
    }
  }

  #summary(name: ChartName, figures: ChartFigures): string {
    const values = figures.values[name];
    const last = values.at(-1);
    if (last === undefined) return this.#host.text('chart.none');
    const now = this.#valueText(name, last, figures);
    const average = this.#valueText(name, mean(values), figures);
    if (name !== 'processing') return this.#host.text('chart.summary', { now, average });
    const interval = formatDuration(figures.interval * figures.unit.factor);
    return this.#host.text('chart.processingSummary', { now, average, interval });
  }

  #valueText(name: ChartName, value: number, { unit }: ChartFigures): string {
    return name === 'rate' ? formatRate(value) : formatDuration(value * unit.factor);
  }

  #histogramButton(): HTMLElement {
    let isShown = false;
    const made = button(this.#host.text('chart.histograms'), 'fa-bar-chart', () => {
      isShown = !isShown;
      made.setAttribute('aria-pressed', String(isShown));
      made.classList.toggle('selected', isShown);
      for (const { histogram } of this.#panels) setShown(histogram.element, isShown);
      for (const { chart } of this.#panels) chart.fit();
    });
    made.setAttribute('aria-pressed', 'false');
    return made;
  }
}

/** A mark of an axis. */
function shortNumber(value: number): string {
  if (value >= 1_000_000) return `${String(value / 1_000_000)}M`;
  return value >= 1000 ? `${String(value / 1000)}k` : String(value);
}
