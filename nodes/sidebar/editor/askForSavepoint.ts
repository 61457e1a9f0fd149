import { askFor } from './askFor';
import { element, setText } from './dom';
import type { EditorHost } from './EditorHost';
import { isSavepointName, savepointNameAt } from './savepointNames';

/** Asks under which name the state is to be kept. @param now ms since the epoch */
export function askForSavepoint(host: EditorHost, now: number, onConfirm: (name: string) => void): void {
  const { text } = host;
  const name = element('input', 'dstream-savepoint-name');
  name.type = 'text';
  name.maxLength = 64;
  name.value = savepointNameAt(now);
  name.setAttribute('aria-label', text('savepoint.name'));
  const rule = element('p', '', text('savepoint.rule'));
  rule.setAttribute('role', 'status');
  name.addEventListener('input', () => {
    setText(rule, isSavepointName(name.value) ? text('savepoint.rule') : text('savepoint.wrong'));
  });
  askFor(host, {
    content: [element('p', '', text('savepoint.question')), name, rule],
    cancel: 'savepoint.cancel',
    confirm: 'savepoint.make',
    focus: name,
    onConfirm: () => {
      if (!isSavepointName(name.value)) {
        setText(rule, text('savepoint.wrong'));
        name.focus();
        return false;
      }
      onConfirm(name.value);
      return true;
    },
  });
  name.select();
}
