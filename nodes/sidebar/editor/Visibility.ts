/**
 * Tells whether somebody can see an element: its tab is shown, the sidebar is open, and the browser's window is in front.
 * Costs nothing in between: the browser says when it changes.
 */
export class Visibility {
  readonly #listener: (isVisible: boolean) => void;
  #isOnPage = false;
  #isVisible = false;

  constructor(element: Element, listener: (isVisible: boolean) => void) {
    this.#listener = listener;
    new IntersectionObserver((entries) => {
      this.#isOnPage = entries.at(-1)?.isIntersecting ?? false;
      this.#update();
    }).observe(element);
    document.addEventListener('visibilitychange', () => {
      this.#update();
    });
  }

  get isVisible(): boolean {
    return this.#isVisible;
  }

  #update(): void {
    const isVisible = this.#isOnPage && document.visibilityState === 'visible';
    if (isVisible === this.#isVisible) return;
    this.#isVisible = isVisible;
    this.#listener(isVisible);
  }
}
