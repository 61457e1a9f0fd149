import uPlot from 'uplot';
import { element, setAttribute } from './dom';
import type { Palette } from './palette';

/** px */
const HEIGHT = 68;
const AXIS_HEIGHT = 18;
const AXIS_WIDTH = 38;
const TIME_WIDTH = 44;
/** Above and below, so that the marks of the axis are not cut. */
const MARGIN = 6;

export interface ChartData {
  /** s since the epoch, as uPlot has them */
  readonly times: readonly number[];
  /** In the unit of the axis. */
  readonly values: readonly number[];
  /** Where the axis ends. */
  readonly top: number;
  /** The first and last time on the axis, s */
  readonly span: readonly [number, number];
  /** A line drawn across, in the unit of the axis. */
  readonly limit?: number;
  /** For those who do not see it. */
  readonly description: string;
}

export interface ChartEvents {
  /** The point under the pointer, in any of the charts with the same `group`; undefined where there is none. */
  hover(index: number | undefined): void;
  pick(index: number): void;
}

/** A line over time with a filled area below it. Charts of one group share the cursor. */
export class TimeChart {
  readonly element: HTMLElement;
  readonly #plot: uPlot;
  readonly #place = element('div', 'dstream-plot');
  #data: ChartData = { times: [], values: [], top: 1, span: [0, 1], description: '' };
  #width = 0;
  #palette: Palette;

  /** @param hasTimes whether the times are written below it */
  constructor(group: string, hasTimes: boolean, palette: Palette, format: (value: number) => string, events: ChartEvents) {
    this.#palette = palette;
    this.element = this.#place;
    this.#place.setAttribute('role', 'img');
    const stroke = (): string => this.#palette.text;
    const grid = { stroke: () => this.#palette.grid, width: 1 };
    const font = '10px sans-serif';
    this.#plot = new uPlot(
      {
        width: 100,
        height: HEIGHT + (hasTimes ? AXIS_HEIGHT - MARGIN : 0),
        padding: [MARGIN, 6, hasTimes ? 0 : MARGIN, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, sync: { key: group }, points: { size: 5 } },
        scales: {
          x: { range: () => [...this.#data.span] },
          y: { range: () => [0, this.#data.top] },
        },
        axes: [
          {
            ...{ show: hasTimes, size: AXIS_HEIGHT, gap: 2, font, stroke, space: 60, values: timesOfDay },
            ...{ grid: { show: false }, ticks: { ...grid, size: 3 } },
          },
          {
            ...{ size: AXIS_WIDTH, gap: 3, font, stroke, space: 24, grid, ticks: { show: false } },
            values: (_plot, ticks) => ticks.map(format),
          },
        ],
        series: [{}, { stroke: () => this.#palette.line, fill: () => this.#palette.fill, width: 1.25, points: { show: false } }],
        hooks: {
          draw: [(plot) => this.#drawLimit(plot)],
          setCursor: [(plot) => events.hover(plot.cursor.idx ?? undefined)],
        },
      },
      [[], []],
      this.#place,
    );
    this.#plot.over.addEventListener('click', () => {
      const { idx } = this.#plot.cursor;
      if (typeof idx === 'number') events.pick(idx);
    });
  }

  /** Where the plotting area begins and ends below the top of the element: px. For what is drawn beside it. */
  static readonly area = { top: MARGIN, height: HEIGHT - 2 * MARGIN };

  show(data: ChartData, palette: Palette): void {
    this.#data = data;
    this.#palette = palette;
    setAttribute(this.#place, 'aria-label', data.description);
    this.fit();
    this.#plot.setData([data.times as number[], data.values as number[]]);
  }

  /** Takes the width that it has now. */
  fit(): void {
    const width = this.#place.clientWidth;
    if (width === 0 || width === this.#width) return;
    this.#width = width;
    this.#plot.setSize({ width, height: this.#plot.height });
  }

  #drawLimit(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const { limit, top } = this.#data;
    if (limit === undefined || limit > top) return;
    const y = Math.round(plot.valToPos(limit, 'y', true));
    ctx.save();
    ctx.strokeStyle = this.#palette.limit;
    ctx.lineWidth = Math.max(1, uPlot.pxRatio);
    ctx.setLineDash([5 * uPlot.pxRatio, 4 * uPlot.pxRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }
}

/** Hours and minutes; seconds where the marks are closer together than a minute. */
function timesOfDay(plot: uPlot, ticks: number[], _axis: number, _space: number, step: number): string[] {
  const two = (value: number): string => String(value).padStart(2, '0');
  return ticks.map((tick) => {
    // At the right edge there is no room for one.
    if (plot.valToPos(tick, 'x') > plot.over.clientWidth - TIME_WIDTH / 2) return '';
    const date = new Date(tick * 1000);
    const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
    return step < 60 ? `${minutes}:${two(date.getSeconds())}` : minutes;
  });
}
