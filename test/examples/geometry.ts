import type { FlowNode } from '../support/NodeRed';
import { type EditorFunctions, loadBundle } from '../nodes/editor/loadBundle';

/** A rectangle on the canvas: px, y downwards. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Half the height of a node, and the side of a link node: px. */
const HALF_HEIGHT = 15;
const LINK = 30;

/** What the button of an inject or debug node adds: px. */
const BUTTON = 20;

/** The room between a group's border and its nodes: px. */
const MARGIN = 26;

/** What a status below a node takes: px. */
const STATUS = 20;

/** Widths of Arial's characters, in thousandths of the font size; it is what the editor uses, or what it uses looks like it. */
const WIDTHS: readonly (readonly [width: number, characters: string])[] = [
  [191, "'"], [222, 'ijl'], [260, '|'], [278, ' !,./:;I[\\]ft'], [333, '()-`r¹²³'], [334, '{}'], [355, '"'], [389, '*'], [469, '^'],
  [500, 'Jcksvxyz'], [556, '#$0123456789?L_abdeghnopqu'], [576, 'µ'], [584, '+<=>~'], [611, 'FTZ'], [667, '&ABEKPSVXY'],
  [722, 'CDHNRUw'], [778, 'GOQ'], [833, 'Mm'], [850, '↻'], [889, '%'], [944, 'W'], [1015, '@'],
];
const FONT_SIZE = 14;
const widths = new Map(WIDTHS.flatMap(([width, characters]) => [...characters].map((character) => [character, width])));

function textWidth(text: string): number {
  return ([...text].reduce((sum, character) => sum + (widths.get(character) ?? 600), 0) * FONT_SIZE) / 1000;
}

const bundles = new Map<string, EditorFunctions>();

/** What stands on a node in the editor. */
export function labelOf(node: FlowNode): string {
  const [, set] = /^dstream-(.*)$/.exec(node.type) ?? [];
  if (set !== undefined) {
    const bundle = bundles.get(set) ?? loadBundle(set);
    bundles.set(set, bundle);
    return String(bundle['label']?.(node));
  }
  const name = String(node['name']);
  if (node.type !== 'inject') return name;
  return node['repeat'] === '' ? (node['once'] === true ? `${name} ¹` : name) : `${name} ↻`;
}

/** As the editor computes it: in steps of 20 px, 100 at least. */
export function widthOf(node: FlowNode): number {
  if (node.type.startsWith('link ')) return LINK;
  const hasInput = !['inject', 'comment', 'dstream-statistics'].includes(node.type);
  return Math.max(100, 20 * Math.ceil((textWidth(labelOf(node)) + 50 + (hasInput ? 7 : 0)) / 20));
}

/** Where a node stands, with its button. */
export function boxOf(node: FlowNode): Box {
  const [x, y, width] = [Number(node['x']), Number(node['y']), widthOf(node)];
  return {
    left: x - width / 2 - (node.type === 'inject' ? BUTTON : 0),
    right: x + width / 2 + (node.type === 'debug' ? BUTTON : 0),
    top: y - HALF_HEIGHT,
    bottom: y + HALF_HEIGHT,
  };
}

/** With the room for its status, where it has one. */
export function boxWithStatus(node: FlowNode): Box {
  const box = boxOf(node);
  return node.type.startsWith('dstream-') ? { ...box, bottom: box.bottom + STATUS } : box;
}

/** Where a group stands, as its node in the flow says. */
export function storedBox(group: FlowNode): Box {
  const [left, top, width, height] = ['x', 'y', 'w', 'h'].map((name) => Number(group[name])) as [number, number, number, number];
  return { left, top, right: left + width, bottom: top + height };
}

/** Where the editor puts a group round its nodes; its name may make it wider. */
export function boxAround(nodes: readonly FlowNode[], name: string): Box {
  const boxes = nodes.map(boxOf);
  const left = Math.min(...boxes.map((box) => box.left)) - MARGIN;
  return {
    left,
    top: Math.min(...boxes.map((box) => box.top)) - MARGIN,
    right: Math.max(left + textWidth(name) + 8, ...boxes.map((box) => box.right + MARGIN)),
    bottom: Math.max(...boxes.map((box) => box.bottom)) + MARGIN,
  };
}

export function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
