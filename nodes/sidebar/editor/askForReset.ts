import type { GraphMonitor } from '../../../src/flow/monitor/snapshot';
import { askFor } from './askFor';
import { element, setText } from './dom';
import type { EditorHost } from './EditorHost';
import { formatBytes, formatCount } from './formats';
import { resetLoss } from './resetLoss';

/** Asks what is to be reset, and says what is lost by that. @param onConfirm is given the scope as the runtime wants it */
export function askForReset(host: EditorHost, graph: GraphMonitor, onConfirm: (scope: 'all' | readonly string[]) => void): void {
  const { text } = host;
  const scope = element('select', 'dstream-reset-scope');
  scope.setAttribute('aria-label', text('reset.scope'));
  scope.append(option('', text('reset.all')));
  const withState = graph.plan?.operators.filter(({ hasState }) => hasState === true) ?? [];
  for (const { id, node } of withState) scope.append(option(id, `${text('reset.node')} ${host.label(node ?? id)}`));
  const loss = element('p');
  const describe = (): void => {
    setText(loss, lossText(host, graph, scope.value === '' ? undefined : scope.value));
  };
  scope.addEventListener('change', describe);
  describe();

  askFor(host, {
    content: [element('p', '', text('reset.question')), scope, loss],
    cancel: 'reset.cancel',
    confirm: 'reset.confirm',
    focus: scope,
    onConfirm: () => {
      onConfirm(scope.value === '' ? 'all' : [scope.value]);
      return true;
    },
  });
}

function option(value: string, label: string): HTMLOptionElement {
  const made = element('option', '', label);
  made.value = value;
  return made;
}

function lossText({ text }: EditorHost, graph: GraphMonitor, scope: string | undefined): string {
  const { keys, waiting, bytes } = resetLoss(graph, scope);
  if (scope !== undefined) return text('reset.losesState', { keys: formatCount(keys) });
  return text('reset.losesAll', { bytes: formatBytes(bytes), keys: formatCount(keys), waiting: formatCount(waiting) });
}
