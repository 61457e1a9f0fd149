import { current, dialogClosed, dialogOpened, whenChanged } from '../shared/editor/dialog';
import { durationText, isDuration } from '../shared/editor/durations';
import { nameOr } from '../shared/editor/label';
import { isEmpty, isPositiveNumber, isWholeNumber } from '../shared/editor/numbers';
import { expose } from '../shared/editor/registry';
import { translator } from '../shared/editor/translate';
import { isKnownVersion, migrateNodes } from '../shared/editor/versions';

interface BatcherNode {
  readonly name?: string;
  readonly interval?: string | number;
  readonly intervalUnits?: string;
}

const text = translator('batcher');

function label(node: BatcherNode): string {
  return nameOr(node, text('label.every', { interval: durationText(node.interval, node.intervalUnits) }));
}

function validateVersion(_node: BatcherNode, value: unknown): true | string {
  return isKnownVersion('batcher', value) ? true : text('error.version');
}

function validateInterval(node: BatcherNode, value: unknown): true | string {
  return isDuration(value, current(node, 'intervalUnits')) ? true : text('error.interval');
}

function validateBufferLimit(_node: BatcherNode, value: unknown): true | string {
  return isWholeNumber(value, 1) ? true : text('error.bufferLimit');
}

function validateMaxRate(_node: BatcherNode, value: unknown): true | string {
  return isEmpty(value) || isPositiveNumber(value) ? true : text('error.maxRate');
}

function validateMinRate(node: BatcherNode, value: unknown): true | string {
  return !isControlled(node) || isPositiveNumber(value) ? true : text('error.minRate');
}

function validateInitialRate(node: BatcherNode, value: unknown): true | string {
  return !isControlled(node) || isEmpty(value) || isPositiveNumber(value) ? true : text('error.initialRate');
}

function isControlled(node: BatcherNode): boolean {
  return current(node, 'backpressure') === true;
}

function prepare(node: BatcherNode): void {
  dialogOpened(node);
  whenChanged('#node-input-backpressure', () => {
    $('.dstream-batcher-backpressure').toggle($('#node-input-backpressure').prop('checked') === true);
  });
}

migrateNodes('batcher');

expose('batcher', {
  label,
  prepare,
  save: dialogClosed,
  cancel: dialogClosed,
  validateVersion,
  validateInterval,
  validateBufferLimit,
  validateMaxRate,
  validateMinRate,
  validateInitialRate,
});
