import { element } from '../dom';
import type { EditorHost } from '../EditorHost';
import type { LossReason, StateLoss } from './stateLosses';

const REASONS: Readonly<Record<LossReason, string>> = {
  settings: 'loss.settings',
  window: 'loss.window',
  interval: 'loss.interval',
  outputs: 'loss.outputs',
  folder: 'loss.folder',
  checkpoint: 'loss.checkpoint',
  removed: 'loss.removed',
  unwired: 'loss.unwired',
};

/** What the runtime refuses until it is told to give the state up. */
const REFUSED: ReadonlySet<LossReason> = new Set(['settings', 'window', 'interval']);

/** Says what would be lost, why, and what can be done about it. Names are the user's: they are shown as text. */
export function lossWords(losses: readonly StateLoss[], { text }: Pick<EditorHost, 'text'>): HTMLElement {
  const rows = losses.map(({ label, reason, outputs }) =>
    element('li', '', element('b', '', label), ': ', [text(REASONS[reason]), ...outputsText(outputs)].join(' ')));
  const isRefused = losses.some(({ reason }) => REFUSED.has(reason));
  return element(
    'div', 'dstream-losses',
    element('p', '', text('loss.title')),
    element('ul', '', ...rows),
    ...(isRefused ? [element('p', '', text('loss.refused'))] : []),
    element('p', '', text('loss.advice')),
  );
}

function outputsText(outputs: readonly string[]): string[] {
  return outputs.length === 0 ? [] : [`${outputs.join(', ')}.`];
}
