import { element } from '../dom';
import type { RailRow, Stretch } from './rails';

const SVG = 'http://www.w3.org/2000/svg';

/** px from the upper edge of a row to its dot, and from there to where lines have turned. */
const DOT = 17;

/** px between two columns, where there is room. */
const PITCH = 14;

/** px that all columns take at most, so that there is room for words beside them. */
const MOST_WIDTH = 84;

/** The place of a column, px from the left. */
export function columnPlaces(columns: number): { readonly width: number; readonly place: (column: number) => number } {
  const pitch = Math.min(PITCH, MOST_WIDTH / Math.max(1, columns));
  return { width: Math.ceil(pitch * columns) + 6, place: (column) => pitch * (column + 0.5) + 3 };
}

/** px: the more records pass, the wider, but ten times as many are only a little wider. @param rate records/s */
export function lineWidth(rate: number): number {
  return 1.5 + Math.min(4, Math.log10(1 + Math.max(0, rate)) * 0.8);
}

/** The lines and the dot beside one row. A row may have any height from 34 px on: below its turns, lines are straight. */
export class Rail {
  readonly element: HTMLElement;
  readonly #drawing: SVGSVGElement;
  readonly #lines: { readonly shapes: readonly SVGElement[]; readonly sources: readonly string[] }[] = [];

  /** @param colour of the dot */
  constructor(row: RailRow, columns: number, colour: string) {
    const { width, place } = columnPlaces(columns);
    this.#drawing = shape('svg', { width, 'aria-hidden': 'true' });
    // The drawing takes its height from the row, so it must not be what gives the row its height.
    this.element = element('span', 'dstream-plan-rail', this.#drawing);
    this.element.style.width = `${width}px`;
    for (const { from, to, sources } of row.above) {
      this.#add(sources, shape('path', { d: turn(place(from), 0, place(to), DOT) }));
    }
    for (const { from, to, sources } of row.below) {
      const end = place(to);
      this.#add(
        sources,
        shape('path', { d: turn(place(from), DOT, end, 2 * DOT) }),
        shape('line', { x1: end, y1: 2 * DOT, x2: end, y2: '100%' }),
      );
    }
    this.#drawing.append(shape('circle', { class: 'dstream-plan-dot', cx: place(row.column), cy: DOT, r: 5, fill: colour }));
  }

  /** @param rateOf records/s that come out of an operator */
  show(rateOf: (operator: string) => number): void {
    for (const { shapes, sources } of this.#lines) {
      const rate = sources.reduce((sum, source) => sum + rateOf(source), 0);
      const width = lineWidth(rate).toFixed(1);
      for (const each of shapes) {
        if (each.getAttribute('stroke-width') !== width) each.setAttribute('stroke-width', width);
        each.classList.toggle('dstream-plan-idle', rate === 0);
      }
    }
  }

  #add(sources: Stretch['sources'], ...shapes: SVGElement[]): void {
    this.#lines.push({ shapes, sources });
    this.#drawing.append(...shapes);
  }
}

/** A curve that leaves and arrives upright. */
function turn(fromX: number, fromY: number, toX: number, toY: number): string {
  const middle = (fromY + toY) / 2;
  return fromX === toX ? `M${fromX} ${fromY}V${toY}` : `M${fromX} ${fromY}C${fromX} ${middle} ${toX} ${middle} ${toX} ${toY}`;
}

function shape<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
