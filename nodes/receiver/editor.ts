import { current, dialogClosed, dialogOpened, whenChanged } from '../shared/editor/dialog';
import { isProperty, isTopicLevel } from '../shared/editor/keys';
import { nameOr } from '../shared/editor/label';
import { asText, isEmpty, isPositiveNumber, isWholeNumber, readNumber } from '../shared/editor/numbers';
import { expose } from '../shared/editor/registry';
import { isTopicFilter } from '../shared/editor/topics';
import { translator } from '../shared/editor/translate';
import { isKnownVersion, migrateNodes } from '../shared/editor/versions';

interface ReceiverNode {
  readonly name?: string;
  readonly source?: string;
  readonly topic?: string;
  readonly httpPath?: string;
  readonly host?: string;
  readonly port?: string | number;
  readonly folder?: string;
  readonly sensors?: string | number;
}

const text = translator('receiver');

function label(node: ReceiverNode): string {
  return nameOr(node, nameOr({ name: sourceLabel(node) }, text('label.receiver')));
}

/** Where the node's records come from, in a few words; nothing where it does not say so. */
function sourceLabel(node: ReceiverNode): string | undefined {
  switch (node.source) {
    case 'mqtt':
      return node.topic;
    case 'http':
      return isEmpty(node.httpPath) ? undefined : `POST /${trimmed(node.httpPath).replace(/^\/+/, '')}`;
    case 'tcp':
      return isEmpty(node.port) ? undefined : `${asText(node.host)}:${asText(node.port)}`;
    case 'folder':
      return node.folder;
    case 'simulated':
      return trimmed(node.sensors) === '1' ? text('label.oneSimulatedSensor') : text('label.simulatedSensors', { sensors: asText(node.sensors) });
    default:
      return undefined;
  }
}

function trimmed(value: unknown): string {
  return asText(value).trim();
}

/** Whether a text holds an environment variable, which only the runtime can replace. */
function hasVariable(value: unknown): boolean {
  return /\$\{[^}]+\}/.test(asText(value));
}

function validateVersion(_node: ReceiverNode, value: unknown): true | string {
  return isKnownVersion('receiver', value) ? true : text('error.version');
}

function validateBroker(node: ReceiverNode, value: unknown): true | string {
  const missing = value === undefined || value === null || value === '' || value === '_ADD_';
  return current(node, 'source') === 'mqtt' && missing ? text('error.broker') : true;
}

function validateTopic(node: ReceiverNode, value: unknown): true | string {
  return current(node, 'source') !== 'mqtt' || isTopicFilter(value) ? true : text('error.topic');
}

function validateKey(node: ReceiverNode, value: unknown): true | string {
  const keyType = current(node, 'keyType');
  if (keyType === 'level' && !isTopicLevel(value)) {
    return text('error.level');
  }
  return keyType === 'msg' && !isProperty(value) ? text('error.property') : true;
}

function validateSensors(node: ReceiverNode, value: unknown): true | string {
  return current(node, 'source') !== 'simulated' || isWholeNumber(value, 1) ? true : text('error.sensors');
}

function validateRate(node: ReceiverNode, value: unknown): true | string {
  return current(node, 'source') !== 'simulated' || isPositiveNumber(value) ? true : text('error.rate');
}

function validateSeed(node: ReceiverNode, value: unknown): true | string {
  const whole = Number.isSafeInteger(readNumber(value));
  return current(node, 'source') !== 'simulated' || whole ? true : text('error.seed');
}

function validateHttpPath(node: ReceiverNode, value: unknown): true | string {
  if (current(node, 'source') !== 'http' || hasVariable(value)) {
    return true;
  }
  const path = trimmed(value).replace(/^\/+|\/+$/g, '');
  if (path === '') {
    return text('error.httpPathMissing');
  }
  const sound = path.length <= 200 && path.split('/').every((part) => /^[\w.~-]+$/.test(part) && part !== '.' && part !== '..');
  return sound ? true : text('error.httpPath');
}

function validateBodyLimit(node: ReceiverNode, value: unknown): true | string {
  const sound = isWholeNumber(value, 1) && (readNumber(value) ?? 0) <= 16_384;
  return current(node, 'source') !== 'http' || sound ? true : text('error.bodyLimit');
}

function validateHost(node: ReceiverNode, value: unknown): true | string {
  return current(node, 'source') !== 'tcp' || !isEmpty(value) ? true : text('error.host');
}

function validatePort(node: ReceiverNode, value: unknown): true | string {
  const sound = hasVariable(value) || (isWholeNumber(value, 1) && (readNumber(value) ?? 0) <= 65_535);
  return current(node, 'source') !== 'tcp' || sound ? true : text('error.port');
}

function validateFolder(node: ReceiverNode, value: unknown): true | string {
  return current(node, 'source') !== 'folder' || !isEmpty(value) ? true : text('error.folder');
}

function validatePattern(node: ReceiverNode, value: unknown): true | string {
  const sound = !asText(value).includes('/') && !trimmed(value).startsWith('.');
  return current(node, 'source') !== 'folder' || sound ? true : text('error.pattern');
}

/** What nodes that were stored before these properties existed show; the same as for a new node. */
const ADDED = { bodyLimit: '1024', tcpRole: 'listen', host: '127.0.0.1', pattern: '*', split: 'lines' };

const SOURCES = ['wire', 'mqtt', 'http', 'tcp', 'folder', 'simulated'];

function prepare(node: ReceiverNode): void {
  dialogOpened(node);
  $('#node-input-key').typedInput({
    default: 'topic',
    typeField: $('#node-input-keyType'),
    types: [
      { value: 'topic', label: text('label.keyTopic'), hasValue: false },
      { value: 'level', label: text('label.keyLevel'), validate: isTopicLevel },
      'msg',
    ],
  });
  for (const [property, value] of Object.entries(ADDED)) {
    if (Reflect.get(node, property) === undefined) {
      $(`#node-input-${property}`).val(value);
    }
  }
  whenChanged('#node-input-source', () => {
    const source = $('#node-input-source').val();
    for (const kind of SOURCES) {
      $(`.dstream-receiver-${kind}`).toggle(source === kind);
    }
  });
  whenChanged('#node-input-httpPath', () => {
    const path = trimmed($('#node-input-httpPath').val()).replace(/^\/+|\/+$/g, '');
    $('.dstream-receiver-address').text(path === '' ? '' : `POST ${webRoot()}${path}`);
  });
}

/** Where the flows' web server begins. */
function webRoot(): string {
  const root = asText(RED.settings['httpNodeRoot']);
  return root.endsWith('/') ? root : `${root}/`;
}

migrateNodes('receiver');

expose('receiver', {
  label,
  prepare,
  save: dialogClosed,
  cancel: dialogClosed,
  validateVersion,
  validateBroker,
  validateTopic,
  validateHttpPath,
  validateBodyLimit,
  validateHost,
  validatePort,
  validateFolder,
  validatePattern,
  validateKey,
  validateSensors,
  validateRate,
  validateSeed,
});
