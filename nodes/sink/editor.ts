import { whenChanged } from '../shared/editor/dialog';
import { nameOr } from '../shared/editor/label';
import { expose } from '../shared/editor/registry';
import { translator } from '../shared/editor/translate';

const text = translator('sink');

function label(node: { readonly name?: string }): string {
  return nameOr(node, text('label.sink'));
}

function prepare(): void {
  whenChanged('#node-input-mode', () => {
    $('.dstream-sink-batch').toggle($('#node-input-mode').val() === 'batch');
  });
}

expose('sink', { label, prepare });
