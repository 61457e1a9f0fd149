import { current, dialogClosed, dialogOpened, whenChanged } from '../shared/editor/dialog';
import { nameOr } from '../shared/editor/label';
import { isEmpty, isPositiveNumber, isWholeNumber } from '../shared/editor/numbers';
import { expose } from '../shared/editor/registry';
import { translator } from '../shared/editor/translate';
import { isKnownVersion, migrateNodes } from '../shared/editor/versions';

interface EngineNode {
  readonly name?: string;
  readonly isolation?: string;
}

/** More would be a slip of the keyboard. */
const MOST_THREADS = 64;

/** Less than this, and a worker cannot even load the engine. */
const SMALLEST_HEAP = 16;

const text = translator('engine');

function label(node: EngineNode): string {
  switch (node.isolation) {
    case 'inline':
      return nameOr(node, text('label.inlineEngine'));
    case 'process':
      return nameOr(node, text('label.processEngine'));
    default:
      return nameOr(node, text('label.threadEngine'));
  }
}

function validateVersion(_node: EngineNode, value: unknown): true | string {
  return isKnownVersion('engine', value) ? true : text('error.version');
}

function validateHeapLimit(node: EngineNode, value: unknown): true | string {
  const unused = current(node, 'isolation') === 'inline';
  const right = unused || isEmpty(value) || isWholeNumber(value, SMALLEST_HEAP);
  return right ? true : text('error.heapLimit', { smallest: SMALLEST_HEAP });
}

function validateParallelism(node: EngineNode, value: unknown): true | string {
  const unused = current(node, 'isolation') === 'inline';
  const right = unused || isEmpty(value) || value === 'auto' || (isWholeNumber(value, 1) && Number(value) <= MOST_THREADS);
  return right ? true : text('error.parallelism', { most: MOST_THREADS });
}

function validateHangLimit(node: EngineNode, value: unknown): true | string {
  const unused = current(node, 'isolation') === 'inline';
  return unused || isEmpty(value) || isPositiveNumber(value) ? true : text('error.hangLimit');
}

function prepare(node: EngineNode): void {
  dialogOpened(node, 'node-config-input');
  whenChanged('#node-config-input-isolation', () => {
    const isolation = $('#node-config-input-isolation').val();
    $('.dstream-engine-apart').toggle(isolation !== 'inline');
    for (const kind of ['thread', 'process', 'inline']) $(`.dstream-engine-${kind}`).toggle(isolation === kind);
  });
}

migrateNodes('engine');

expose('engine', {
  label,
  prepare,
  save: dialogClosed,
  cancel: dialogClosed,
  validateVersion,
  validateParallelism,
  validateHeapLimit,
  validateHangLimit,
});
