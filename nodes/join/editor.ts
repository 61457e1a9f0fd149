import { dialogClosed, dialogOpened, whenChanged } from '../shared/editor/dialog';
import { nameOr } from '../shared/editor/label';
import { asText } from '../shared/editor/numbers';
import type { EditorNode } from '../shared/editor/red';
import { expose } from '../shared/editor/registry';
import { translator } from '../shared/editor/translate';
import { isKnownId, upstreamNodes } from '../shared/editor/upstream';
import { isKnownVersion, migrateNodes } from '../shared/editor/versions';

interface JoinNode extends EditorNode {
  readonly name?: string;
  readonly mode?: string;
  left?: string;
}

const text = translator('join');

function label(node: JoinNode): string {
  return nameOr(node, shortText(node.mode));
}

function shortText(mode: unknown): string {
  switch (mode) {
    case 'left':
      return text('short.left');
    case 'right':
      return text('short.right');
    case 'full':
      return text('short.full');
    case 'cogroup':
      return text('short.cogroup');
    case 'union':
      return text('short.union');
    default:
      return text('short.inner');
  }
}

/** What the chosen mode gives. */
function tip(mode: unknown): string {
  switch (mode) {
    case 'left':
      return text('tip.left');
    case 'right':
      return text('tip.right');
    case 'full':
      return text('tip.full');
    case 'cogroup':
      return text('tip.cogroup');
    case 'union':
      return text('tip.union');
    default:
      return text('tip.inner');
  }
}

function validateVersion(_node: JoinNode, value: unknown): true | string {
  return isKnownVersion('join', value) ? true : text('error.version');
}

/** Whether the left stream is wired in is seen in the dialog, and by the runtime: wires change without asking validators. */
function validateLeft(_node: JoinNode, value: unknown): true | string {
  if (value === undefined || value === '') {
    return true;
  }
  return typeof value === 'string' && isKnownId(value, RED.nodes) ? true : text('error.left');
}

function prepare(node: JoinNode): void {
  dialogOpened(node);
  const upstream = upstreamNodes(node, RED.nodes);
  const select = $('#node-input-leftStream');
  const labels = upstream.map((stream) => nodeLabel(stream.node));
  upstream.forEach(({ id }, index) => {
    const shown = labels[index] ?? id;
    // Two batchers are easily labelled alike.
    const isAlone = labels.filter((other) => other === shown).length === 1;
    $('<option>').val(id).text(isAlone ? shown : `${shown}, ${id}`).appendTo(select);
  });
  const chosen = node.left ?? '';
  const known = chosen === '' || upstream.some(({ id }) => id === chosen);
  if (!known) {
    const missing = $('<option>').val(chosen).text(text('label.missing', { id: chosen }));
    missing.css('color', 'var(--red-ui-text-color-error)').appendTo(select);
  }
  select.val(chosen);
  whenChanged('#node-input-leftStream', () => {
    select.toggleClass('input-error', !known && select.val() === chosen);
  });
  whenChanged('#node-input-mode', () => {
    $('.dstream-join-tip').text(tip($('#node-input-mode').val()));
  });
  $('.dstream-join-wired').text(text('tip.wired')).toggle(upstream.length < 2);
}

function save(node: JoinNode): void {
  node.left = asText($('#node-input-leftStream').val());
  dialogClosed();
}

function nodeLabel(node: EditorNode): string {
  const type = node.type.slice('dstream-'.length);
  const shown = RED.utils.getNodeLabel(node, type);
  return shown === type ? type : `${shown} (${type})`;
}

migrateNodes('join');

expose('join', { label, prepare, save, cancel: dialogClosed, validateVersion, validateLeft });
