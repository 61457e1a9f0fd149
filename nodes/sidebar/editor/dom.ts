/** Makes an element. Texts among its children become text, never markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  classes = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (classes !== '') made.className = classes;
  made.append(...children);
  return made;
}

/** Shows a text; touches nothing where it is shown already, so that a selection in it stays. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

export function setAttribute(target: Element, name: string, value: string): void {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}

export function setShown(target: HTMLElement, isShown: boolean): void {
  if (target.hidden === isShown) target.hidden = !isShown;
}

/** A button as Node-RED's own small ones. */
export function button(text: string, icon: string, onClick: () => void): HTMLButtonElement {
  const picture = element('i', `fa ${icon}`);
  // The picture is a letter of a font, which would be read out too.
  picture.setAttribute('aria-hidden', 'true');
  const made = element('button', 'red-ui-button red-ui-button-small', picture, ' ', element('span', '', text));
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}

/** A button that looks like a link, for the name of something that can be shown. */
export function linkButton(text: string, onClick: () => void): HTMLButtonElement {
  const made = element('button', 'dstream-link', text);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}

/** Allows a button, or says in its tooltip why not. It can be focused all the same, so that the reason can be found. */
export function allow(target: HTMLButtonElement, hindrance: string | undefined, tip: string): void {
  setAttribute(target, 'aria-disabled', String(hindrance !== undefined));
  setAttribute(target, 'title', hindrance ?? tip);
  target.classList.toggle('disabled', hindrance !== undefined);
}
