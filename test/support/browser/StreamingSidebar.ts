import type { Locator, Page, Request, Response } from 'playwright-core';
import { until } from '../until';
import type { EditorPage } from './EditorPage';

/** How long a figure may take to come to the screen, on a machine that does other things too: ms. */
export const LONGEST_LOOK = 20_000;

/** The Streaming tab of the sidebar, as a person finds their way in it. */
export class StreamingSidebar {
  readonly #editor: EditorPage;

  constructor(editor: EditorPage) {
    this.#editor = editor;
  }

  get element(): Locator {
    return this.#page.locator('.dstream-tab');
  }

  /** Brings it to the front; resolves when it shows a graph. */
  async open(): Promise<void> {
    await this.#editor.showSidebar('dstream');
    await this.facts.filter({ hasText: /\d/ }).waitFor({ timeout: LONGEST_LOOK });
  }

  /** Brings another tab to the front. */
  async close(): Promise<void> {
    await this.#editor.showSidebar('info');
    await this.element.waitFor({ state: 'hidden' });
  }

  get chooser(): Locator {
    return this.element.locator('select.dstream-chooser');
  }

  /** The line with how many batches and records there were. */
  get facts(): Locator {
    return this.element.locator('.dstream-facts');
  }

  /** What is said on top, where something is wrong. */
  get notice(): Locator {
    return this.element.locator('.dstream-notice');
  }

  /** A button by its words. */
  action(label: string): Locator {
    return this.element.locator('.dstream-actions').getByRole('button', { name: label, exact: true });
  }

  get charts(): Locator {
    return this.element.locator('.dstream-plot');
  }

  get operators(): Locator {
    return this.element.locator('.dstream-plan-operator');
  }

  get problems(): Locator {
    return this.element.locator('.dstream-problem');
  }

  /** The batches that have ended, newest first: buttons with their times. */
  get finishedBatches(): Locator {
    return this.element.locator('.dstream-table tbody button:not([disabled])');
  }

  /** The details of one batch. */
  get details(): Locator {
    return this.element.locator('.dstream-batch');
  }

  /** The labels that stand on the nodes of the canvas. */
  get badges(): Locator {
    return this.#page.locator('.dstream-canvas-badge:not(.hide)');
  }

  /** The question before something is lost, and other words that Node-RED lays over the page. */
  get notifications(): Locator {
    return this.#page.locator('.red-ui-notification');
  }

  /** Records since the start, as it shows them now. */
  async records(): Promise<number> {
    return Number(/records: ([\d,]+)/.exec(await this.facts.innerText())?.[1]?.replaceAll(',', '') ?? NaN);
  }

  /** Resolves when it has shown that batches were finished, so many looks long. */
  async goesOn(looks = 2): Promise<void> {
    const seen = new Set<string>();
    const newest = this.finishedBatches.first();
    await until('the sidebar shows new batches', async () => {
      seen.add((await newest.count()) === 0 ? '' : await newest.innerText());
      return seen.size > looks;
    }, LONGEST_LOOK);
  }

  get #page(): Page {
    return this.#editor.page;
  }
}

/** What the page asks the palette's routes, from when it is made until `stop`. */
export class Traffic {
  readonly #page: Page;
  readonly #begun = performance.now();
  /** When each question was asked: ms. */
  readonly times: number[] = [];
  #bytes = 0;
  readonly #path: string;

  /** @param path what the questions' addresses hold */
  constructor(editor: EditorPage, path: string) {
    this.#page = editor.page;
    this.#path = path;
    this.#page.on('request', this.#asked);
    this.#page.on('response', this.#answered);
  }

  get bytesPerSecond(): number {
    return (this.#bytes * 1000) / (performance.now() - this.#begun);
  }

  stop(): void {
    this.#page.off('request', this.#asked);
    this.#page.off('response', this.#answered);
  }

  readonly #asked = (request: Request): void => {
    if (request.url().includes(this.#path)) this.times.push(performance.now());
  };

  readonly #answered = (response: Response): void => {
    if (!response.url().includes(this.#path)) return;
    // An answer that the page has thrown away counts for nothing.
    void response.body().then((body) => (this.#bytes += body.length), () => undefined);
  };
}
