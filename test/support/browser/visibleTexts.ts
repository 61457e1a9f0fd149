import type { Locator } from 'playwright-core';

/** A text on the screen, or one that a person is told of an element: a tooltip, a placeholder, a name. */
export interface VisibleText {
  readonly text: string;
  /** What stands around it: `label.name`, `input#node-input-topic@placeholder`. */
  readonly place: string;
}

/** Every text in an element that can be seen or heard, code aside. */
export function visibleTexts(root: Locator): Promise<VisibleText[]> {
  return root.evaluate((top) => {
    const found: { text: string; place: string }[] = [];
    const placeOf = (element: Element): string => element.tagName.toLowerCase() + (element.id === '' ? '' : `#${element.id}`);
    for (const element of [top, ...top.querySelectorAll('*')]) {
      if (!element.checkVisibility() || element.closest('code, pre, .node-text-editor, script, style') !== null) continue;
      for (const attribute of ['title', 'placeholder', 'aria-label', 'alt']) {
        const text = element.getAttribute(attribute);
        if (text !== null && text !== '') found.push({ text, place: `${placeOf(element)}@${attribute}` });
      }
      for (const child of element.childNodes) {
        const text = child.nodeType === Node.TEXT_NODE ? (child.textContent ?? '').trim() : '';
        if (text !== '') found.push({ text, place: placeOf(element) });
      }
    }
    return found;
  });
}

/** Those that hold a key instead of what it stands for, or a value that was not filled in. @param beginnings of the package's keys */
export function unresolved(texts: readonly VisibleText[], beginnings: readonly string[]): string[] {
  const key = new RegExp(`(^|: )(${beginnings.join('|')})(\\.\\w+)+$|@dstream/[\\w-]+/\\w+:|__\\w+__|(^|: )(undefined|NaN)$|\\[object `);
  return texts.filter(({ text }) => key.test(text)).map(({ text, place }) => `${place}: ${text}`);
}
