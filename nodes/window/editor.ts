import { current, dialogClosed, dialogOpened, whenChanged } from '../shared/editor/dialog';
import { durationText, isDuration, toMilliseconds } from '../shared/editor/durations';
import { nameOr } from '../shared/editor/label';
import { expose } from '../shared/editor/registry';
import { translator } from '../shared/editor/translate';
import { isKnownVersion, migrateNodes } from '../shared/editor/versions';

interface WindowNode {
  readonly name?: string;
  readonly mode?: string;
  readonly length?: string | number;
  readonly lengthUnits?: string;
  readonly slide?: string | number;
  readonly slideUnits?: string;
}

const text = translator('window');

function label(node: WindowNode): string {
  const length = durationText(node.length, node.lengthUnits);
  const sliding = node.mode === 'sliding';
  const slide = durationText(node.slide, node.slideUnits);
  return nameOr(node, sliding ? text('label.slidingWindow', { length, slide }) : text('label.tumblingWindow', { length }));
}

function validateVersion(_node: WindowNode, value: unknown): true | string {
  return isKnownVersion('window', value) ? true : text('error.version');
}

// Whether a window is a whole multiple of the batch interval cannot be judged here: that depends on the batcher,
// which may be changed later. The runtime reports it as a problem.
function validateLength(node: WindowNode, value: unknown): true | string {
  return isDuration(value, current(node, 'lengthUnits')) ? true : text('error.length');
}

function validateSlide(node: WindowNode, value: unknown): true | string {
  return current(node, 'mode') !== 'sliding' || isDuration(value, current(node, 'slideUnits')) ? true : text('error.slide');
}

function prepare(node: WindowNode): void {
  dialogOpened(node);
  const fields = '#node-input-mode, #node-input-length, #node-input-lengthUnits, #node-input-slide, #node-input-slideUnits';
  $('#node-input-length, #node-input-slide').on('keyup', describe);
  whenChanged(fields, describe);
}

/** Says in one sentence what the window on screen does. */
function describe(): void {
  const sliding = $('#node-input-mode').val() === 'sliding';
  $('.dstream-window-sliding').toggle(sliding);
  const length = duration('length');
  const slide = sliding ? duration('slide') : length;
  const tip = $('.dstream-window-tip');
  tip.toggle(length !== undefined && slide !== undefined);
  if (length === undefined || slide === undefined) {
    return;
  }
  const values = { length: length.text, slide: slide.text };
  if (!sliding) {
    tip.text(text('tip.tumbling', values));
  } else {
    tip.text(slide.milliseconds > length.milliseconds ? text('tip.gaps', values) : text('tip.sliding', values));
  }
}

function duration(property: 'length' | 'slide'): { readonly milliseconds: number; readonly text: string } | undefined {
  const value = $(`#node-input-${property}`).val();
  const unit = $(`#node-input-${property}Units`).val();
  const milliseconds = toMilliseconds(value, unit);
  return milliseconds !== undefined && isDuration(value, unit) ? { milliseconds, text: durationText(value, unit) } : undefined;
}

migrateNodes('window');

expose('window', { label, prepare, save: dialogClosed, cancel: dialogClosed, validateVersion, validateLength, validateSlide });
