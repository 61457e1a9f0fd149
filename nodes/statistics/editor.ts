import { current, dialogClosed, dialogOpened, whenChanged } from '../shared/editor/dialog';
import { isDuration } from '../shared/editor/durations';
import { nameOr } from '../shared/editor/label';
import { asText } from '../shared/editor/numbers';
import type { EditorNode } from '../shared/editor/red';
import { expose } from '../shared/editor/registry';
import { tellApart } from '../shared/editor/tellApart';
import { translator } from '../shared/editor/translate';
import { isKnownId } from '../shared/editor/upstream';
import { isKnownVersion, migrateNodes } from '../shared/editor/versions';

interface StatisticsNode extends EditorNode {
  readonly name?: string;
  graph?: string;
}

const text = translator('statistics');

function label(node: StatisticsNode): string {
  return nameOr(node, text('label.statistics'));
}

function validateVersion(_node: StatisticsNode, value: unknown): true | string {
  return isKnownVersion('statistics', value) ? true : text('error.version');
}

/** Whether the node that names the graph belongs to one is seen by the runtime: wires change without asking validators. */
function validateGraph(_node: StatisticsNode, value: unknown): true | string {
  if (value === undefined || value === '') {
    return true;
  }
  return typeof value === 'string' && isKnownId(value, RED.nodes) ? true : text('error.graph');
}

function validateInterval(node: StatisticsNode, value: unknown): true | string {
  const used = current(node, 'every') === 'interval';
  return !used || isDuration(value, current(node, 'intervalUnits')) ? true : text('error.interval');
}

function prepare(node: StatisticsNode): void {
  dialogOpened(node);
  offerGraphs(node.graph ?? '');
  whenChanged('#node-input-every', () => {
    const isTimed = $('#node-input-every').val() === 'interval';
    $('.dstream-statistics-interval').toggle(isTimed);
    $('.dstream-statistics-tip').text(isTimed ? text('tip.interval') : text('tip.batch'));
  });
}

/** A choice for each batcher on the canvas, as every graph has one; what was chosen before also where it is another node. */
function offerGraphs(chosen: string): void {
  const select = $('#node-input-graphNode');
  const batchers = RED.nodes.filterNodes({ type: 'dstream-batcher' });
  const named = RED.nodes.node(chosen);
  const others = named === null || named === undefined || batchers.some(({ id }) => id === chosen) ? [] : [named];
  const nodes = [...batchers, ...others];
  const labels = tellApart(nodes.map((node) => ({ id: node.id, label: graphLabel(node) })));
  nodes.forEach(({ id }, index) => {
    $('<option>').val(id).text(labels[index] ?? id).appendTo(select);
  });
  const isMissing = chosen !== '' && !nodes.some(({ id }) => id === chosen);
  if (isMissing) {
    const missing = $('<option>').val(chosen).text(text('label.missing', { id: chosen }));
    missing.css('color', 'var(--red-ui-text-color-error)').appendTo(select);
  }
  select.val(chosen);
  whenChanged('#node-input-graphNode', () => {
    select.toggleClass('input-error', isMissing && select.val() === chosen);
  });
}

/** The label of a node, and of the tab or subflow that it stands on. */
function graphLabel(node: EditorNode): string {
  const shown = RED.utils.getNodeLabel(node, node.type.slice('dstream-'.length));
  const { z = '' } = node;
  const title = RED.nodes.workspace(z)?.label ?? RED.nodes.subflow(z)?.name ?? '';
  return title === '' ? shown : `${shown} (${title})`;
}

function save(node: StatisticsNode): void {
  node.graph = asText($('#node-input-graphNode').val());
  dialogClosed();
}

migrateNodes('statistics');

expose('statistics', { label, prepare, save, cancel: dialogClosed, validateVersion, validateGraph, validateInterval });
