import { element, setAttribute, setText } from '../dom';
import { KeyedList } from '../KeyedList';
import type { Remark } from './figures';

/** Remarks side by side, each kept in place while it is there. */
export class RemarkList {
  readonly element: HTMLElement;
  readonly #list: KeyedList<Remark>;

  constructor(classes: string) {
    this.element = element('span', classes);
    this.#list = new KeyedList<Remark>(this.element, ({ key }) => key, remarkRow);
  }

  show(remarks: readonly Remark[]): void {
    this.#list.show(remarks);
  }
}

function remarkRow(): { element: HTMLElement; show(remark: Remark): void } {
  const words = element('span');
  return {
    element: words,
    show: ({ key, text, tooltip = '', tone }) => {
      setText(words, text);
      setAttribute(words, 'title', tooltip);
      setAttribute(words, 'class', `dstream-plan-${tone ?? 'plain'}`);
      setAttribute(words, 'data-remark', key);
    },
  };
}
