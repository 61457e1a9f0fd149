import { askForReset } from './askForReset';
import { askForSalvage } from './askForSalvage';
import { askForSavepoint } from './askForSavepoint';
import { allow, button, element, setAttribute, setText } from './dom';
import type { EditorHost } from './EditorHost';
import type { GraphView } from './GraphView';
import type { Command, RuntimeApi } from './RuntimeApi';

/** What one can do with the graph: pause it, make a checkpoint, keep what it remembers, reset it. */
export class ActionBar {
  readonly element: HTMLElement;
  readonly #host: EditorHost;
  readonly #api: RuntimeApi;
  readonly #onDone: () => void;
  readonly #pause: HTMLButtonElement;
  readonly #checkpoint: HTMLButtonElement;
  readonly #savepoint: HTMLButtonElement;
  readonly #reset: HTMLButtonElement;
  readonly #progress = element('span', 'dstream-quiet');
  #view: GraphView | undefined;
  #isBusy = false;

  /** @param onDone the graph is another now: what is on the screen is old */
  constructor(host: EditorHost, api: RuntimeApi, onDone: () => void) {
    this.#host = host;
    this.#api = api;
    this.#onDone = onDone;
    const { text } = host;
    this.#pause = this.#button(text('action.pause'), 'fa-pause', () => {
      const isPaused = this.#view?.graph.paused === true;
      this.send(isPaused ? 'resume' : 'pause', {}, isPaused ? text('done.resume') : text('done.pause'));
    });
    this.#checkpoint = this.#button(text('action.checkpoint'), 'fa-floppy-o', () => {
      this.send('checkpoint', {}, text('done.checkpoint'));
    });
    this.#savepoint = this.#button(text('action.savepoint'), 'fa-bookmark-o', () => {
      if (this.#view === undefined) return;
      askForSavepoint(this.#host, this.#view.time, (name) => {
        this.send('savepoints', { name }, text('done.savepoint', { name }));
      });
    });
    this.#reset = this.#button(text('action.reset'), 'fa-undo', () => {
      if (this.#view === undefined) return;
      askForReset(this.#host, this.#view.graph, (scope) => {
        this.send('reset', { scope }, text('done.reset'));
      });
    });
    this.#progress.setAttribute('role', 'status');
    this.element = element('div', 'dstream-actions', this.#pause, this.#checkpoint, this.#savepoint, this.#reset, this.#progress);
  }

  show(view: GraphView): void {
    this.#view = view;
    const { text } = this.#host;
    const { paused, durability } = view.graph;
    const icon = this.#pause.querySelector('i');
    if (icon !== null) setAttribute(icon, 'class', paused ? 'fa fa-play' : 'fa fa-pause');
    const label = this.#pause.querySelector('span');
    if (label !== null) setText(label, paused ? text('action.resume') : text('action.pause'));
    const busy = this.#isBusy ? text('hindrance.busy') : undefined;
    const hindrance = this.#host.hindrance('dstream.read') ?? this.#host.hindrance('dstream.write') ?? busy;
    const inMemory = durability === undefined ? text('hindrance.inMemory') : undefined;
    allow(this.#pause, hindrance, paused ? text('tip.resume') : text('tip.pause'));
    allow(this.#checkpoint, hindrance ?? inMemory, text('tip.checkpoint'));
    allow(this.#savepoint, hindrance ?? inMemory, text('tip.savepoint'));
    allow(this.#reset, hindrance ?? inMemory, text('tip.reset'));
  }

  #button(label: string, icon: string, onClick: () => void): HTMLButtonElement {
    const made = button(label, icon, () => {
      if (made.getAttribute('aria-disabled') !== 'true') onClick();
    });
    // Until it is known what the graph allows.
    made.setAttribute('aria-disabled', 'true');
    return made;
  }

  /** Sends a command for the graph that is shown, and tells what became of it. @param done what is told when it was carried out */
  send(command: Command, body: object, done: string): void {
    const graph = this.#view?.graph.id;
    if (graph === undefined) return;
    this.#busy(true);
    this.#api.send(graph, command, body, (refusal) => {
      this.#busy(false);
      if (refusal === undefined) {
        this.#host.notify('success', done);
      } else {
        const { status, message } = refusal;
        this.#host.notify('error', message === '' ? this.#host.text('done.refused', { status }) : message);
      }
      this.#onDone();
    });
  }

  /** Finds out what a salvage of the graph that is shown would lose, and asks whether it is to be done. */
  salvage(): void {
    const graph = this.#view?.graph.id;
    if (graph === undefined || this.#isBusy) return;
    this.#busy(true);
    this.#api.salvageLoss(graph, (answer) => {
      this.#busy(false);
      if ('status' in answer) {
        this.#host.notify('error', answer.message === '' ? this.#host.text('done.refused', { status: answer.status }) : answer.message);
      } else {
        askForSalvage(this.#host, answer, () => {
          // Another graph may be shown meanwhile.
          if (this.#view?.graph.id === graph) this.send('salvage', {}, this.#host.text('done.salvage'));
        });
      }
    });
  }

  #busy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    setText(this.#progress, isBusy ? this.#host.text('hindrance.busy') : '');
    if (this.#view !== undefined) this.show(this.#view);
  }
}
