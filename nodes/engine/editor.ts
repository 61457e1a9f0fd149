import { current, dialogClosed, dialogOpened, whenChanged } from '../shared/editor/dialog';
import { nameOr } from '../shared/editor/label';
import { isEmpty, isWholeNumber } from '../shared/editor/numbers';
import { expose } from '../shared/editor/registry';
import { translator } from '../shared/editor/translate';

interface EngineNode {
  readonly name?: string;
  readonly isolation?: string;
}

/** Less than this, and a worker cannot even load the engine. */
const SMALLEST_HEAP = 16;

const text = translator('engine');

function label(node: EngineNode): string {
  return nameOr(node, node.isolation === 'inline' ? text('label.inlineEngine') : text('label.threadEngine'));
}

function validateHeapLimit(node: EngineNode, value: unknown): true | string {
  const unused = current(node, 'isolation') === 'inline';
  const right = unused || isEmpty(value) || isWholeNumber(value, SMALLEST_HEAP);
  return right ? true : text('error.heapLimit', { smallest: SMALLEST_HEAP });
}

function prepare(node: EngineNode): void {
  dialogOpened(node, 'node-config-input');
  whenChanged('#node-config-input-isolation', () => {
    const thread = $('#node-config-input-isolation').val() === 'thread';
    $('.dstream-engine-thread').toggle(thread);
    $('.dstream-engine-inline').toggle(!thread);
  });
}

expose('engine', { label, prepare, save: dialogClosed, cancel: dialogClosed, validateHeapLimit });
