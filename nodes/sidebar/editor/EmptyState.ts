import { button, element } from './dom';
import type { EditorHost } from './EditorHost';

/** What is shown while no graph runs: what to do. */
export class EmptyState {
  readonly element: HTMLElement;

  constructor(host: EditorHost) {
    const open = button(host.text('empty.examples'), 'fa-download', () => {
      RED.actions.invoke('core:show-examples-import-dialog');
    });
    this.element = element('div', 'dstream-empty', element('p', '', host.text('empty.text')), open);
    this.element.hidden = true;
  }
}
