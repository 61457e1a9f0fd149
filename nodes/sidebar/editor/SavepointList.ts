import type { SavepointLine } from '../../../src/flow/monitor/snapshot';
import { askFor } from './askFor';
import { allow, button, element, setShown, setText } from './dom';
import type { EditorHost } from './EditorHost';
import { formatBytes, formatCount } from './formats';
import type { GraphView } from './GraphView';
import { KeyedList, type ListRow } from './KeyedList';
import { resetLoss } from './resetLoss';
import type { Command, RuntimeApi } from './RuntimeApi';
import { dayAndTime } from './savepointNames';

/** How long a list is shown before it is asked for anew: ms. */
const FRESH = 30_000;

/** Sends a command for the graph that is shown. @param done what is told when it was carried out */
export type Send = (command: Command, body: object, done: string) => void;

/** The savepoints of the graph, to go back to or to delete. Asked for while somebody sees them, and after each command. */
export class SavepointList {
  readonly element = element('div', 'dstream-list dstream-savepoints');
  readonly #host: EditorHost;
  readonly #api: RuntimeApi;
  readonly #send: Send;
  readonly #none: HTMLElement;
  readonly #rows: KeyedList<SavepointLine>;
  #view: GraphView | undefined;
  /** Of which graph, and when, the list was asked for. */
  #asked: { readonly graph: string; readonly time: number } | undefined;

  constructor(host: EditorHost, api: RuntimeApi, send: Send) {
    this.#host = host;
    this.#api = api;
    this.#send = send;
    this.#none = element('p', 'dstream-quiet', host.text('savepoint.none'));
    const rows = element('div');
    this.#rows = new KeyedList<SavepointLine>(rows, ({ name }) => name, () => this.#row());
    this.element.append(element('div', 'dstream-subtitle', host.text('savepoint.title')), this.#none, rows);
  }

  show(view: GraphView): void {
    const isAnother = this.#asked?.graph !== view.graph.id;
    this.#view = view;
    if (isAnother) this.#list([]);
    if (isAnother || view.time - (this.#asked?.time ?? 0) > FRESH) this.#ask(view);
  }

  /** What is listed is old: it is asked for anew when it is shown the next time. */
  forget(): void {
    if (this.#asked !== undefined) this.#asked = { ...this.#asked, time: -Infinity };
  }

  #ask({ graph: { id }, time }: GraphView): void {
    this.#asked = { graph: id, time };
    this.#api.savepoints(id, (savepoints) => {
      if (this.#view?.graph.id === id) this.#list(savepoints);
    });
  }

  #list(savepoints: readonly SavepointLine[]): void {
    setShown(this.#none, savepoints.length === 0);
    this.#rows.show(savepoints);
  }

  #row(): ListRow<SavepointLine> {
    const { text } = this.#host;
    let line: SavepointLine | undefined;
    const [name, facts] = [element('span'), element('span', 'dstream-quiet')];
    const act = (work: (line: SavepointLine) => void) => (): void => {
      if (line !== undefined && this.#host.hindrance('dstream.write') === undefined) work(line);
    };
    const back = button(text('savepoint.back'), 'fa-history', act((savepoint) => {
      if (savepoint.batchTime !== undefined) this.#askToGoBack(savepoint);
    }));
    const remove = button(text('savepoint.delete'), 'fa-trash-o', act((savepoint) => this.#askToDelete(savepoint)));
    const row = element('div', 'dstream-item', element('div', 'dstream-line', name, facts), element('div', 'dstream-actions', back, remove));
    return {
      element: row,
      show: (shown) => {
        line = shown;
        setText(name, shown.name);
        setText(facts, this.#factsOf(shown));
        const hindrance = this.#host.hindrance('dstream.write');
        allow(back, hindrance ?? (shown.batchTime === undefined ? text('savepoint.unreadable') : undefined), text('savepoint.backTip'));
        allow(remove, hindrance, text('savepoint.deleteTip'));
        for (const each of [back, remove]) each.setAttribute('aria-label', `${each.textContent.trim()} ${shown.name}`);
      },
    };
  }

  #factsOf({ batchTime, bytes }: SavepointLine): string {
    const { text } = this.#host;
    const state = batchTime === undefined ? text('savepoint.unreadable') : text('savepoint.batch', { time: dayAndTime(batchTime) });
    return `${state} · ${formatBytes(bytes)}`;
  }

  #askToGoBack({ name, batchTime, afresh = [] }: SavepointLine): void {
    if (this.#view === undefined) return;
    const { text } = this.#host;
    const { waiting, bytes } = resetLoss(this.#view.graph);
    const nodes = afresh.map((id) => this.#host.label(id)).join(', ');
    askFor(this.#host, {
      content: [
        element('p', '', text('savepoint.backQuestion', { name, time: dayAndTime(batchTime ?? 0) })),
        element('p', '', text('savepoint.backLoses', { bytes: formatBytes(bytes), waiting: formatCount(waiting) })),
        element('p', '', text('savepoint.backAgain')),
        ...(nodes === '' ? [] : [element('p', '', text('savepoint.afresh', { nodes }))]),
      ],
      cancel: 'savepoint.backCancel',
      confirm: 'savepoint.backConfirm',
      onConfirm: () => {
        this.#send('reset', { scope: 'all', savepoint: name }, text('done.back', { name }));
        return true;
      },
    });
  }

  #askToDelete({ name }: SavepointLine): void {
    const { text } = this.#host;
    askFor(this.#host, {
      content: [element('p', '', text('savepoint.deleteQuestion', { name })), element('p', '', text('savepoint.deleteLoses'))],
      cancel: 'savepoint.deleteCancel',
      confirm: 'savepoint.deleteConfirm',
      onConfirm: () => {
        this.#send('savepoints/delete', { name }, text('done.savepointDelete', { name }));
        return true;
      },
    });
  }
}
