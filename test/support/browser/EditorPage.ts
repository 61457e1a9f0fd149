import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { FlowNode, NodeRed } from '../NodeRed';
import { packageRoot } from '../packageRoot';
import { until } from '../until';
import { Dialog } from './Dialog';
import { ExampleImport } from './ExampleImport';
import type { PageNode, PageRed, PropertyDefinition } from './PageRed';
import { sharedBrowser } from './sharedBrowser';

/** Wide enough that the canvas holds a whole example between palette and sidebar. */
const SIZE = { width: 1400, height: 800 };

/**
 * Errors of the code editor that Node-RED brings along: what it had begun to compute when its dialog was closed finds nothing to go on
 * with. They come in the core nodes' dialogs too.
 */
const KNOWN_OF_MONACO = /^Error: (InstantiationService has been|TextModelPart is|Model is) disposed!?[^]*\/vendor\/monaco\//;

/** How long the page may take to let something be done: ms. */
const LONGEST_ACTION = 20_000;

/** A place on the canvas: pixels from its upper left corner. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Node-RED's editor in a real browser: what a person can do in it, and what went wrong meanwhile. */
export class EditorPage {
  readonly page: Page;
  readonly #nodeRed: NodeRed;
  readonly #complaints: string[] = [];

  private constructor(page: Page, nodeRed: NodeRed) {
    this.page = page;
    this.#nodeRed = nodeRed;
    page.on('pageerror', (error) => {
      const complaint = error.stack ?? String(error);
      if (!KNOWN_OF_MONACO.test(complaint)) this.#complaints.push(complaint);
    });
    page.on('dialog', (dialog) => {
      // Whether to leave what is not deployed: a test that loads the page anew means it.
      if (dialog.type() === 'beforeunload') {
        void dialog.accept();
        return;
      }
      this.#complaints.push(`The browser was made to ask: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      if (message.type() === 'error') this.#complaints.push(`${message.text()} (${message.location().url})`);
    });
  }

  /**
   * Opens the editor in a window that knows nothing of the others; resolves when a node can be dragged.
   * @param language of the browser, such as `de`
   */
  static async openEditor(nodeRed: NodeRed, language = 'en-US'): Promise<EditorPage> {
    const browser = await sharedBrowser();
    const page = await browser.newPage({ viewport: SIZE, locale: language });
    page.setDefaultTimeout(LONGEST_ACTION);
    const editor = new EditorPage(page, nodeRed);
    try {
      await editor.load();
    } catch (error) {
      await editor.close();
      throw error;
    }
    return editor;
  }

  /** Every error of a script, and every error on the console, since the last call. */
  takeComplaints(): string[] {
    return this.#complaints.splice(0);
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  /** Loads the editor, again where it is loaded: with what is deployed. */
  async load(): Promise<void> {
    await this.page.goto(this.#nodeRed.url);
    await this.page.waitForFunction(() => {
      const red = (globalThis as { RED?: Partial<PageRed> }).RED;
      const isLoading = document.querySelector('#red-ui-loading-progress')?.checkVisibility() ?? false;
      return red?.nodes?.getType('dstream-sink') !== undefined && document.querySelector('#red-ui-workspace-chart svg') !== null && !isLoading;
    });
  }

  /** Deploys these flows behind the editor's back, and loads it with them. */
  async startWith(flows: readonly FlowNode[]): Promise<void> {
    await this.#nodeRed.deploy(flows);
    await this.load();
  }

  /** Drags a node out of the palette; resolves with its id. */
  async dragIn(type: string, to: Place): Promise<string> {
    const before = new Set((await this.exported()).map(({ id }) => id));
    const entry = this.paletteEntry(type);
    await entry.scrollIntoViewIfNeeded();
    const chart = await boxOf(this.page.locator('#red-ui-workspace-chart'));
    await this.#drag(await centreOf(entry), { x: chart.x + to.x, y: chart.y + to.y });
    const added = (await this.exported()).filter((node) => !before.has(node.id) && node.type === type);
    const [node] = added;
    if (node === undefined || added.length > 1) {
      throw new Error(`Dragging ${type} in added ${String(added.length)} nodes of that type instead of one.`);
    }
    return node.id;
  }

  paletteEntry(type: string): Locator {
    return this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
  }

  nodeOnCanvas(id: string): Locator {
    return this.page.locator(`[id="${id}"]`);
  }

  /** Draws a wire from the output of one node to the input of another. */
  async wire(from: string, to: string): Promise<void> {
    const output = this.nodeOnCanvas(from).locator('.red-ui-flow-port-output .red-ui-flow-port');
    const input = this.nodeOnCanvas(to).locator('.red-ui-flow-port-input .red-ui-flow-port');
    await this.#drag(await centreOf(output), await centreOf(input));
    const node = (await this.exported()).find(({ id }) => id === from);
    if (!(node?.['wires'] as string[][] | undefined)?.flat().includes(to)) {
      throw new Error(`The wire from ${from} to ${to} did not come about.`);
    }
  }

  /** Double-clicks a node; resolves when its dialog is there. */
  async openDialog(id: string): Promise<Dialog> {
    await this.nodeOnCanvas(id).dblclick();
    return Dialog.opened(this.page, 'node-input');
  }

  /** Opens the dialog of a config node. */
  async openConfigDialog(type: string, id: string): Promise<Dialog> {
    await this.page.evaluate(([aType, anId]) => {
      (RED as unknown as PageRed).editor.editConfig('', aType, anId);
    }, [type, id] as const);
    return Dialog.opened(this.page, 'node-config-input');
  }

  /** Leaves every dialog that is open, whatever state it is in. */
  async leaveDialogs(): Promise<void> {
    await this.page.keyboard.press('Escape');
    for (let left = await this.page.locator('.red-ui-tray').count(); left > 0; left--) {
      await this.page.evaluate(() => (RED as unknown as PageRed).tray.close());
    }
    await this.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  }

  /** Presses Deploy; resolves when Node-RED has taken the flows over, not yet when they run. */
  async deploy(): Promise<void> {
    await this.page.locator('#red-ui-header-button-deploy').click();
    await this.page.waitForFunction(() => !(RED as unknown as PageRed).nodes.dirty());
  }

  /** Imports examples through the editor's dialog. @param path below examples/, without `.json` */
  async importExample(path: string): Promise<void> {
    await new ExampleImport(this.page).import(path);
  }

  /** Brings a tab of the sidebar to the front: `debug`, `help`, `info`, or one of a plugin. */
  async showSidebar(id: string): Promise<void> {
    await this.page.evaluate((tab) => {
      (RED as unknown as PageRed).sidebar.show(tab);
    }, id);
  }

  /** Switches Node-RED 5's dark theme on or off; Node-RED 4.1 has none. */
  async theme(dark: boolean): Promise<void> {
    await this.page.evaluate((isDark) => document.documentElement.classList.toggle('nr-theme-dark', isDark), dark);
  }

  /** Takes the last change back. */
  async undo(): Promise<void> {
    await this.page.evaluate(() => {
      (RED as unknown as PageRed).actions.invoke('core:undo');
    });
  }

  /** All nodes as the editor would export them now, without credentials. */
  exported(): Promise<FlowNode[]> {
    return this.page.evaluate(() => (RED as unknown as PageRed).nodes.createCompleteNodeSet({ credentials: false }));
  }

  /** @throws where there is no such node */
  async exportedNode(id: string): Promise<FlowNode> {
    const found = (await this.exported()).find((node) => node.id === id);
    if (found === undefined) throw new Error(`The editor has no node ${id}.`);
    return found;
  }

  /** What a node's validators say about it: nothing for a node that is right. */
  async validationErrors(id: string): Promise<readonly string[]> {
    return this.page.evaluate((anId) => {
      const node = (RED as unknown as PageRed).nodes.node(anId);
      return node?.valid === false ? (node.validationErrors ?? ['invalid, without a reason']) : [];
    }, id);
  }

  /** The properties of a type, as its definition in the editor says. */
  async defaultsOf(type: string): Promise<Record<string, Omit<PropertyDefinition, 'validate'> & { readonly validated: boolean }>> {
    return this.page.evaluate((aType) => {
      const { defaults = {} } = (RED as unknown as PageRed).nodes.getType(aType) ?? {};
      const entries = Object.entries(defaults).map(([property, { validate, ...others }]) => [property, { ...others, validated: validate !== undefined }]);
      return Object.fromEntries(entries) as Record<string, PropertyDefinition & { validated: boolean }>;
    }, type);
  }

  /** From now on, `debugged` tells which debug nodes have shown something. */
  async watchDebug(): Promise<void> {
    await this.page.evaluate(() => {
      const seen = new Set<string>();
      Object.assign(globalThis, { seenDebugNodes: seen });
      (RED as unknown as PageRed).comms.subscribe('debug', (_topic, message) => seen.add(message.id));
    });
  }

  /** The ids of the debug nodes from which a message has come. */
  async debugged(): Promise<string[]> {
    return this.page.evaluate(() => [...(globalThis as unknown as { readonly seenDebugNodes: Set<string> }).seenDebugNodes]);
  }

  /** Replaces texts in the properties and environments of everything, as if a person had edited each. */
  async replaceEverywhere(texts: Readonly<Record<string, string>>): Promise<void> {
    await this.page.evaluate((replacements) => {
      const change = (node: PageNode): void => {
        for (const [property, value] of Object.entries(node)) {
          const isOwn = (typeof value === 'string' || ['env', 'port'].includes(property)) && !['id', 'type', 'z', 'g'].includes(property);
          if (!isOwn) continue;
          const changed = Object.entries(replacements).reduce((text, [from, to]) => text.replaceAll(from, to), JSON.stringify(value));
          node[property] = JSON.parse(changed) as unknown;
        }
      };
      const { nodes } = RED as unknown as PageRed;
      nodes.eachNode(change);
      nodes.eachConfig(change);
      nodes.eachWorkspace(change);
    }, texts);
  }

  /** The text of the newest messages in the debug sidebar, once there are so many. */
  async debugMessages(least: number, limit = 20_000): Promise<string[]> {
    await this.showSidebar('debug');
    const messages = this.page.locator('.red-ui-debug-msg');
    await until(`the debug sidebar shows ${String(least)} messages`, async () => (await messages.count()) >= least, limit);
    return messages.allInnerTexts();
  }

  /** Empties the debug sidebar, waits for the next message, and unfolds it level by level; resolves with its text. */
  async unfoldNextDebugMessage(levels: number): Promise<string> {
    await this.page.evaluate(() => {
      (RED as unknown as PageRed).actions.invoke('core:clear-debug-messages');
    });
    await this.debugMessages(1);
    const message = this.page.locator('.red-ui-debug-msg').first();
    return message.evaluate((element, depth) => {
      for (let level = 0; level < depth; level++) {
        for (const row of element.querySelectorAll<HTMLElement>('.collapsed > .red-ui-debug-msg-expandable')) row.click();
      }
      return (element as HTMLElement).innerText;
    }, levels);
  }

  /** Brings the tab of a flow to the front. */
  async showFlow(label: string): Promise<void> {
    await this.page.locator('#red-ui-workspace-tabs .red-ui-tab-label').getByText(label, { exact: true }).click();
  }

  /** Shows the nodes of one category of the palette, and of no other. */
  async showCategory(category: string): Promise<void> {
    await this.page.evaluate((wanted) => {
      for (const header of document.querySelectorAll<HTMLElement>('[id^="red-ui-palette-header-"]')) {
        const isOpen = header.querySelector('i')?.classList.contains('expanded') === true;
        if (isOpen !== (header.id === `red-ui-palette-header-${wanted}`)) header.click();
      }
    }, category);
    // Categories slide open.
    await this.page.waitForFunction(() => document.getAnimations().length === 0 && $(':animated').length === 0);
  }

  /** Brings a tab to the front by its id, whatever it is called. */
  async showTab(id: string): Promise<void> {
    await this.page.evaluate((tab) => {
      (RED as unknown as PageRed).workspaces.show(tab);
    }, id);
  }

  /** The id of the tab in front. */
  activeTab(): Promise<string> {
    return this.page.evaluate(() => (RED as unknown as PageRed).workspaces.active());
  }

  /** Makes the page believe that another window of the browser is in front of it, or not any more. */
  async hide(isHidden: boolean): Promise<void> {
    await this.page.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden ? 'hidden' : 'visible');
  }

  /** Takes away what no user would see, or only for some seconds: notifications, and the nodes of the tests themselves. */
  async tidy(): Promise<void> {
    await this.page.mouse.move(5, 5);
    await this.page.locator('.red-ui-popover:visible').waitFor({ state: 'hidden' });
    await this.page.evaluate(() => {
      for (const element of document.querySelectorAll('.red-ui-notification, #red-ui-palette-container-test')) element.remove();
    });
  }

  /** Writes what the page shows to a file. */
  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path, animations: 'disabled' });
  }

  /** For a look at what went wrong, in .cache/browser. Resolves with the file's path. */
  async keepScreenshot(title: string): Promise<string> {
    const folder = join(packageRoot, '.cache/browser');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${title.replaceAll(/[^\w]+/g, '-').slice(0, 120)}.png`);
    await this.screenshot(path);
    return path;
  }

  async #drag(from: Place, to: Place): Promise<void> {
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(to.x, to.y, { steps: 5 });
    await mouse.up();
  }
}

async function boxOf(element: Locator): Promise<Place & { readonly width: number; readonly height: number }> {
  const box = await element.boundingBox();
  if (box === null) throw new Error(`Not on the screen: ${element.toString()}.`);
  return box;
}

async function centreOf(element: Locator): Promise<Place> {
  const { x, y, width, height } = await boxOf(element);
  return { x: x + width / 2, y: y + height / 2 };
}
