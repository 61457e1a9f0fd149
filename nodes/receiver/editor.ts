import { current, dialogClosed, dialogOpened, whenChanged } from '../shared/editor/dialog';
import { isProperty, isTopicLevel } from '../shared/editor/keys';
import { nameOr } from '../shared/editor/label';
import { asText, isPositiveNumber, isWholeNumber, readNumber } from '../shared/editor/numbers';
import { expose } from '../shared/editor/registry';
import { isTopicFilter } from '../shared/editor/topics';
import { translator } from '../shared/editor/translate';

interface ReceiverNode {
  readonly name?: string;
  readonly source?: string;
  readonly topic?: string;
  readonly sensors?: string | number;
}

const text = translator('receiver');

function label(node: ReceiverNode): string {
  if (node.source === 'mqtt') {
    return nameOr(node, nameOr({ name: node.topic }, text('label.receiver')));
  }
  const simulated = node.source === 'simulated';
  return nameOr(node, simulated ? text('label.simulatedSensors', { sensors: asText(node.sensors) }) : text('label.receiver'));
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
  whenChanged('#node-input-source', () => {
    const source = $('#node-input-source').val();
    $('.dstream-receiver-mqtt').toggle(source === 'mqtt');
    $('.dstream-receiver-simulated').toggle(source === 'simulated');
    $('.dstream-receiver-wire').toggle(source === 'wire');
  });
}

expose('receiver', {
  label,
  prepare,
  save: dialogClosed,
  cancel: dialogClosed,
  validateBroker,
  validateTopic,
  validateKey,
  validateSensors,
  validateRate,
  validateSeed,
});
