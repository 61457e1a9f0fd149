import type { Locator, Page } from 'playwright-core';
import { until } from '../until';
import { readPackage } from './palette';
import type { PageRed } from './PageRed';

/** The editor's dialog Import → Examples. */
export class ExampleImport {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** @param path below examples/, without `.json` */
  async import(path: string): Promise<void> {
    await this.#page.evaluate(() => {
      (RED as unknown as PageRed).actions.invoke('core:show-examples-import-dialog');
    });
    const names = [readPackage().name, ...path.split('/')];
    for (const [index, name] of names.entries()) {
      const next = names[index + 1];
      if (next !== undefined) await this.#open(name, next);
    }
    const count = await this.#count();
    const ok = this.#page.locator('#red-ui-clipboard-dialog-ok');
    await until(`${path} can be imported`, async () => {
      // While its folder slides open, a click may miss it.
      await this.#entry(names.at(-1) ?? '').click();
      return this.#page.locator('#red-ui-clipboard-dialog-ok:enabled').waitFor({ timeout: 2000 }).then(() => true, () => false);
    });
    await ok.click();
    await ok.waitFor({ state: 'hidden' });
    // The dialog closes before the file has come.
    await until(`${path} is on the canvas`, async () => (await this.#count()) > count);
  }

  /** Opens a folder. While its entries are being fetched and slid in, a click may close it again: then once more. */
  async #open(folder: string, child: string): Promise<void> {
    await until(`${folder} shows ${child}`, async () => {
      if (await this.#entry(child).isVisible()) return true;
      await this.#entry(folder).click();
      return this.#entry(child).waitFor({ timeout: 2000 }).then(() => true, () => false);
    });
  }

  #count(): Promise<number> {
    return this.#page.evaluate(() => (RED as unknown as PageRed).nodes.createCompleteNodeSet({ credentials: false }).length);
  }

  #entry(name: string): Locator {
    const tree = this.#page.locator('#red-ui-clipboard-dialog-import-tab-examples');
    return tree.locator('.red-ui-treeList-label').filter({ has: this.#page.getByText(name, { exact: true }) }).last();
  }
}
