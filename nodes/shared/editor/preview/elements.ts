/** Colours and edges of both editors' themes. */
export const EDGE = '1px solid var(--red-ui-form-input-border-color)';
const SECONDARY = 'color: var(--red-ui-secondary-text-color)';
const ERROR = 'color: var(--red-ui-text-color-error)';
const CODE = 'font-family: var(--red-ui-monospace-font, monospace); white-space: pre-wrap; overflow-wrap: anywhere';

/** What a text in the preview is, and so how it looks. */
export type Look = 'plain' | 'secondary' | 'error' | 'code';

const STYLES: Readonly<Record<Look, string>> = { plain: '', secondary: SECONDARY, error: ERROR, code: CODE };

/** A line of text. Whatever stands in it, it is never read as HTML. */
export function line(words: string, look: Look = 'plain'): JQuery {
  return $('<div>', { style: STYLES[look] }).text(words);
}

/** A table with a head; without rows. */
export function table(heads: readonly string[]): { readonly element: JQuery; readonly body: JQuery } {
  const element = $('<table>', { style: `width: 100%; border-collapse: collapse; table-layout: fixed; border: ${EDGE}` });
  const head = $('<tr>').appendTo($('<thead>').appendTo(element));
  for (const words of heads) {
    $('<th>', { scope: 'col', style: `text-align: start; padding: 3px 6px; font-weight: normal; ${SECONDARY}` }).text(words).appendTo(head);
  }
  return { element, body: $('<tbody>').appendTo(element) };
}

/** A cell of a table. */
export function cell(...content: readonly JQuery[]): JQuery {
  const style = `vertical-align: top; padding: 3px 6px; border-top: ${EDGE}; overflow-wrap: anywhere`;
  const inner = $('<div>', { style: 'max-height: 120px; overflow: auto' }).append(...content);
  return $('<td>', { style }).append(inner);
}
