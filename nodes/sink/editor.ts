import { current, dialogClosed, dialogOpened, whenChanged } from '../shared/editor/dialog';
import { nameOr } from '../shared/editor/label';
import { readNumber } from '../shared/editor/numbers';
import { expose } from '../shared/editor/registry';
import { translator } from '../shared/editor/translate';

interface SinkNode {
  readonly name?: string;
  readonly target?: string;
  readonly topic?: string;
  readonly url?: string;
}

const text = translator('sink');

function label(node: SinkNode): string {
  const place = node.target === 'mqtt' ? node.topic : node.target === 'http' ? hostOf(node.url) : '';
  return nameOr(node, nameOr({ name: place ?? '' }, text('label.sink')));
}

/** The rest of an address may hold a secret, and a label is seen by everybody. */
function hostOf(url: string | undefined): string {
  return /^https?:\/\/(?:[^/?#]*@)?([^/?#@]+)/i.exec(url ?? '')?.[1] ?? '';
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

function prepare(node: SinkNode): void {
  dialogOpened(node);
  whenChanged('#node-input-mode, #node-input-target', () => {
    const mode = $('#node-input-mode').val();
    const target = $('#node-input-target').val();
    $('.dstream-sink-batch').toggle(mode === 'batch');
    for (const kind of ['flow', 'mqtt', 'http']) $(`.dstream-sink-${kind}`).toggle(target === kind);
  });
}

expose('sink', {
  label,
  prepare,
  save: dialogClosed,
  cancel: dialogClosed,
  validateBroker,
  validateTopic,
  validateUrl,
  validateHeader,
  validateTimeout,
});
