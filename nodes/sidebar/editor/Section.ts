import { element, setShown, setText } from './dom';

/** A part of the sidebar that can be folded, with a title and what is to be seen while it is folded. */
export class Section {
  readonly element: HTMLDetailsElement;
  readonly content = element('div', 'dstream-section-content');
  readonly #note = element('span', 'dstream-section-note');

  constructor(title: string, isOpen = true) {
    const summary = element('summary', 'dstream-section-title', element('span', '', title), this.#note);
    this.element = element('details', 'dstream-section', summary, this.content);
    this.element.open = isOpen;
  }

  get isOpen(): boolean {
    return this.element.open;
  }

  open(): void {
    this.element.open = true;
  }

  /** What stands beside the title. */
  note(text: string): void {
    setText(this.#note, text);
  }

  setShown(isShown: boolean): void {
    setShown(this.element, isShown);
  }
}
