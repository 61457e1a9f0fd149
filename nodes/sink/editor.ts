import { isFileName } from '../../src/plan/fileNames';
import { current, dialogClosed, dialogOpened, whenChanged } from '../shared/editor/dialog';
import { showGuarantee } from '../shared/editor/guarantee';
import { nameOr } from '../shared/editor/label';
import { readNumber } from '../shared/editor/numbers';
import { expose } from '../shared/editor/registry';
import { translator } from '../shared/editor/translate';
import { isKnownVersion, migrateNodes } from '../shared/editor/versions';

interface SinkNode {
  readonly id: string;
  readonly name?: string;
  readonly target?: string;
  readonly topic?: string;
  readonly url?: string;
  readonly fileName?: string;
}

const text = translator('sink');

function label(node: SinkNode): string {
  const place = { mqtt: node.topic, http: hostOf(node.url), file: node.fileName }[node.target ?? ''];
  return nameOr(node, nameOr({ name: place ?? '' }, text('label.sink')));
}

/** The rest of an address may hold a secret, and a label is seen by everybody. */
function hostOf(url: string | undefined): string {
  return /^https?:\/\/(?:[^/?#]*@)?([^/?#@]+)/i.exec(url ?? '')?.[1] ?? '';
}

function validateVersion(_node: SinkNode, value: unknown): true | string {
  return isKnownVersion('sink', value) ? true : text('error.version');
}

function validateBroker(node: SinkNode, value: unknown): true | string {
  const missing = value === undefined || value === null || value === '' || value === '_ADD_';
  return current(node, 'target') === 'mqtt' && missing ? text('error.broker') : true;
}

function validateTopic(node: SinkNode, value: unknown): true | string {
  if (current(node, 'target') !== 'mqtt') return true;
  const topic = typeof value === 'string' ? value.trim() : '';
  if (/[+#]/.test(topic)) return text('error.wildcard');
  const isOfRecord = topic === '' || /\{(topic|key)\}/.test(topic);
  return current(node, 'mode') === 'batch' && isOfRecord ? text('error.batchTopic') : true;
}

function validateUrl(node: SinkNode, value: unknown): true | string {
  if (current(node, 'target') !== 'http') return true;
  // An environment variable is filled in when the flow starts.
  return typeof value === 'string' && (/^\s*https?:\/\/[^\s/]/i.test(value) || value.includes('${')) ? true : text('error.url');
}

function validateHeader(node: SinkNode, value: unknown): true | string {
  if (current(node, 'target') !== 'http') return true;
  return value === undefined || (typeof value === 'string' && /^\s*[\w-]*\s*$/.test(value)) ? true : text('error.header');
}

function validateTimeout(node: SinkNode, value: unknown): true | string {
  if (current(node, 'target') !== 'http' || value === undefined) return true;
  const number = readNumber(value);
  return number !== undefined && number >= 0.1 && number <= 600 ? true : text('error.timeout');
}

function validateFileName(node: SinkNode, value: unknown): true | string {
  if (current(node, 'target') !== 'file' || value === undefined) return true;
  const name = typeof value === 'string' ? value.trim() : '';
  return name === '' || name.includes('${') || isFileName(name) ? true : text('error.fileName');
}

function validateColumns(node: SinkNode, value: unknown): true | string {
  if (current(node, 'target') !== 'file' || current(node, 'fileFormat') !== 'csv' || typeof value !== 'string') return true;
  const columns = value.split(',').map((column) => column.trim()).filter((column) => column !== '');
  return new Set(columns).size === columns.length ? true : text('error.columns');
}

function prepare(node: SinkNode): void {
  dialogOpened(node);
  showGuarantee(node.id, 'dstream-sink-guarantee');
  let chosen: unknown;
  whenChanged('#node-input-mode, #node-input-target, #node-input-fileFormat', () => {
    const target = $('#node-input-target').val();
    const mode = $('#node-input-mode');
    // In a file each record has a line of its own. Whoever only looks at that choice keeps what was chosen before.
    const toFile = target === 'file';
    if (toFile && mode.val() === 'batch') {
      chosen = mode.val();
      mode.val('record');
    } else if (!toFile && chosen === 'batch') {
      chosen = undefined;
      mode.val('batch');
    }
    mode.find('option[value=batch]').prop('disabled', toFile);
    $('.dstream-sink-batch').toggle(mode.val() === 'batch');
    for (const kind of ['flow', 'mqtt', 'http', 'file']) $(`.dstream-sink-${kind}`).toggle(target === kind);
    $('.dstream-sink-csv').toggle(toFile && $('#node-input-fileFormat').val() === 'csv');
  });
}

migrateNodes('sink');

expose('sink', {
  label,
  prepare,
  save: dialogClosed,
  cancel: dialogClosed,
  validateVersion,
  validateBroker,
  validateTopic,
  validateUrl,
  validateHeader,
  validateTimeout,
  validateFileName,
  validateColumns,
});
