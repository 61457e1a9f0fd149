export interface ListRow<Item> {
  readonly element: HTMLElement;
  /** Brings what it shows up to date. */
  show(item: Item): void;
}

/** Rows that stay the same elements while what they show is there, so that scroll position, focus and selection stay too. */
export class KeyedList<Item> {
  readonly #container: HTMLElement;
  readonly #keyOf: (item: Item) => string;
  readonly #make: (item: Item) => ListRow<Item>;
  #rows = new Map<string, ListRow<Item>>();

  /** @param container holds these rows and nothing else */
  constructor(container: HTMLElement, keyOf: (item: Item) => string, make: (item: Item) => ListRow<Item>) {
    this.#container = container;
    this.#keyOf = keyOf;
    this.#make = make;
  }

  /** Shows these items in this order. Their keys differ. */
  show(items: readonly Item[]): void {
    const rows = new Map<string, ListRow<Item>>();
    for (const item of items) {
      const key = this.#keyOf(item);
      const row = this.#rows.get(key) ?? this.#make(item);
      row.show(item);
      rows.set(key, row);
    }
    // Before the others are put in order: what left must not make the rest move.
    for (const [key, { element }] of this.#rows) if (!rows.has(key)) element.remove();
    this.#rows = rows;
    let place = this.#container.firstElementChild;
    for (const { element } of rows.values()) {
      if (element === place) place = place.nextElementSibling;
      else this.#container.insertBefore(element, place);
    }
  }
}
