import { element, setText } from './dom';
import type { EditorHost } from './EditorHost';
import { formatAge, formatBytes, formatCount } from './formats';
import type { GraphView } from './GraphView';

/** What the graph has on disk. */
export class CheckpointView {
  readonly element = element('dl', 'dstream-facts-list');
  readonly #host: EditorHost;
  readonly #age: HTMLElement;
  readonly #checkpoint: HTMLElement;
  readonly #log: HTMLElement;
  readonly #dead: HTMLElement;
  readonly #words = element('dd', 'dstream-wide dstream-quiet');

  constructor(host: EditorHost) {
    this.#host = host;
    this.#age = this.#fact(host.text('checkpoint.age'));
    this.#checkpoint = this.#fact(host.text('checkpoint.size'));
    this.#log = this.#fact(host.text('checkpoint.log'));
    this.#dead = this.#fact(host.text('checkpoint.dead'));
    this.element.append(this.#words);
  }

  show({ graph: { durability }, time }: GraphView): void {
    if (durability === undefined) return;
    const { text } = this.#host;
    const { checkpointTime } = durability;
    const age = checkpointTime === undefined ? undefined : formatAge(time - checkpointTime);
    setText(this.#age, age === undefined ? text('checkpoint.none') : text('problem.ago', { age }));
    setText(this.#checkpoint, formatBytes(durability.checkpointBytes));
    setText(this.#log, formatBytes(durability.logBytes));
    setText(this.#dead, formatCount(durability.deadLetters));
    this.#dead.classList.toggle('dstream-bad', durability.deadLetters > 0);
    setText(this.#words, durability.text);
  }

  #fact(name: string): HTMLElement {
    const value = element('dd');
    this.element.append(element('dt', '', name), value);
    return value;
  }
}
