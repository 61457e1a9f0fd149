import type { Badge } from './badgesOf';

const SVG = 'http://www.w3.org/2000/svg';

/** px that a character of the badge's font takes at most, on average. */
const CHARACTER = 5.2;

/** A label of one line. The canvas measures it before it knows its font, so its frame is as wide as its text may become. */
export function badgeElement({ text, tooltip }: Badge): SVGElement {
  const width = Math.ceil(text.length * CHARACTER + 8);
  const frame = document.createElementNS(SVG, 'rect');
  for (const [name, value] of Object.entries({ y: -3, width, height: 13, rx: 3 })) frame.setAttribute(name, String(value));
  const words = document.createElementNS(SVG, 'text');
  words.setAttribute('x', String(width / 2));
  words.setAttribute('y', '6.5');
  words.textContent = text;
  const title = document.createElementNS(SVG, 'title');
  title.textContent = tooltip;
  const badge = document.createElementNS(SVG, 'g');
  badge.append(title, frame, words);
  return badge;
}
