import type { Locator, Page } from 'playwright-core';
import { until } from '../until';

/** What a field can be given: a text or a choice, a tick, or a text with the type of a typed input. */
export type FieldValue = string | boolean | TypedValue;

export interface TypedValue {
  readonly type: string;
  readonly value: string;
}

type Kind = 'text' | 'choice' | 'tick' | 'typed' | 'code' | 'missing';

/** jQuery with the one widget of Node-RED's that the page objects use. */
type TypedInputs = (selector: string) => { typedInput(method: string, value?: string): string };

/** The part of Monaco that finds the editors on the page. */
interface Monaco {
  readonly editor: { getEditors(): { getDomNode(): Node; getValue(): string; setValue(value: string): void }[] };
}

/** The dialog of a node that is open in the editor. */
export class Dialog {
  readonly #page: Page;
  readonly #prefix: string;

  private constructor(page: Page, prefix: string) {
    this.#page = page;
    this.#prefix = prefix;
  }

  /** Resolves when the dialog has come to rest. @param prefix of its fields' ids: `node-input` or `node-config-input` */
  static async opened(page: Page, prefix: 'node-input' | 'node-config-input'): Promise<Dialog> {
    const dialog = new Dialog(page, prefix);
    await dialog.form.waitFor();
    await dialog.#atRest();
    return dialog;
  }

  /** Everything that the node's own template made. */
  get form(): Locator {
    return this.#page.locator(this.#prefix === 'node-input' ? '#dialog-form' : '#node-config-dialog-edit-form');
  }

  /** The element that stands for a property on the screen. */
  field(property: string): Locator {
    return this.#page.locator(`#${this.#prefix}-${property}`);
  }

  /** Whether a person can see and change the property now. */
  async shows(property: string): Promise<boolean> {
    switch (await this.#kindOf(property)) {
      case 'missing':
        return false;
      case 'typed':
        return this.#typedContainer(property).isVisible();
      case 'code':
        return this.#page.locator(`#${this.#prefix}-${property}-editor`).isVisible();
      default:
        return this.field(property).isVisible();
    }
  }

  /** The value that a field shows. */
  async valueOf(property: string): Promise<FieldValue> {
    const selector = `#${this.#prefix}-${property}`;
    switch (await this.#kindOf(property)) {
      case 'tick':
        return this.field(property).isChecked();
      case 'typed':
        return this.#page.evaluate((field) => {
          const input = ($ as unknown as TypedInputs)(field);
          return { type: input.typedInput('type'), value: input.typedInput('value') };
        }, selector);
      case 'code':
        return this.#code(property);
      default:
        return this.field(property).inputValue();
    }
  }

  /** Gives a field a value as a person would, as far as that matters to the page: with all its events. */
  async setField(property: string, value: FieldValue): Promise<void> {
    const field = this.field(property);
    switch (await this.#kindOf(property)) {
      case 'tick':
        await field.setChecked(value === true);
        return;
      case 'choice':
        await field.selectOption(plain(value));
        return;
      case 'typed':
        await this.#setTyped(property, typeof value === 'object' ? value : { type: '', value: plain(value) });
        return;
      case 'code':
        await this.#code(property, plain(value));
        return;
      case 'missing':
        throw new Error(`The dialog has no field for ${property}.`);
      default:
        await this.#fill(field, plain(value));
    }
  }

  /** The values that can be chosen in a field, without those that start something else, such as adding a config node. */
  async choicesOf(property: string): Promise<string[]> {
    const values = await this.field(property).locator('option:not([disabled])').evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    return values.filter((value) => value !== '_ADD_');
  }

  /**
   * What a validator says of a field, as it stands in the field's tooltip; undefined where the field is not red. An empty text for
   * code, which is checked when the dialog closes, and for a typed input, whose tooltip Node-RED hangs on an element that is hidden.
   */
  async complaintOf(property: string): Promise<string | undefined> {
    const kind = await this.#kindOf(property);
    if (kind === 'code') return '';
    if (!(await this.field(property).evaluate((field) => field.classList.contains('input-error')))) return undefined;
    if (kind === 'typed') return '';
    const popover = this.#page.locator('.red-ui-popover:visible');
    // Away first: a field under the mouse is not entered again, and its tooltip would still be that of the field before.
    await this.#page.mouse.move(5, 5);
    await popover.waitFor({ state: 'hidden' });
    await this.field(property).hover();
    return popover.innerText();
  }

  /** What a screen reader says of each field and button that can be seen: an empty text where it says nothing. */
  async accessibleNames(): Promise<{ readonly field: string; readonly name: string }[]> {
    return this.form.locator('input:visible, select:visible, textarea:visible, button:visible').evaluateAll((elements) =>
      elements
        // Node-RED's own: code editors, buttons of typed inputs, and what keeps password managers away.
        .filter((element) => element.closest('.node-text-editor, button.red-ui-typedInput-type-select') === null && !element.id.startsWith('red-ui-trap'))
        .filter((element) => {
          // The label of a typed input names the hidden field beside it, as in all dialogs of Node-RED's.
          const field = element.closest('.red-ui-typedInput-container')?.previousElementSibling;
          return field === undefined || field === null || document.querySelector(`label[for="${field.id}"]`) === null;
        })
        .map((element) => ({
          field: element.id === '' ? element.outerHTML : element.id,
          name: String(Reflect.get(element, 'computedName')).trim(),
        })),
    );
  }

  /** Presses Done; resolves when the dialog is gone. */
  async done(): Promise<void> {
    await this.#page.locator(this.#prefix === 'node-input' ? '#node-dialog-ok' : '#node-config-dialog-ok').click();
    await this.gone();
  }

  async cancel(): Promise<void> {
    await this.#page.locator(this.#prefix === 'node-input' ? '#node-dialog-cancel' : '#node-config-dialog-cancel').click();
    await this.gone();
  }

  async gone(): Promise<void> {
    await this.#page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  }

  /** Not by the keyboard: a code editor takes the focus some time after its dialog has opened, and with it what is typed then. */
  async #fill(field: Locator, text: string): Promise<void> {
    await field.waitFor();
    await field.evaluate((input, value) => {
      (input as HTMLInputElement).value = value;
      for (const event of ['input', 'keyup', 'change']) input.dispatchEvent(new Event(event, { bubbles: true }));
    }, text);
  }

  /** The code in a field's editor, which is Monaco's; after it was replaced where `code` is given. */
  #code(property: string, code?: string): Promise<string> {
    return this.#page.evaluate(([place, newCode]) => {
      const { monaco } = globalThis as unknown as { readonly monaco: Monaco };
      const editor = monaco.editor.getEditors().find((each) => document.querySelector(place)?.contains(each.getDomNode()));
      if (editor === undefined) throw new Error(`There is no code editor in ${place}.`);
      if (newCode !== undefined) editor.setValue(newCode);
      return editor.getValue();
    }, [`#${this.#prefix}-${property}-editor`, code] as const);
  }

  async #setTyped(property: string, { type, value }: TypedValue): Promise<void> {
    const selector = `#${this.#prefix}-${property}`;
    await this.#page.evaluate(([field, chosen]) => {
      const input = ($ as unknown as TypedInputs)(field);
      if (chosen !== '') input.typedInput('type', chosen);
    }, [selector, type] as const);
    const input = this.#typedContainer(property).locator('input.red-ui-typedInput-input');
    if (await input.isVisible()) {
      await this.#fill(input, value);
    }
  }

  #typedContainer(property: string): Locator {
    return this.#page.locator(`#${this.#prefix}-${property} + .red-ui-typedInput-container`);
  }

  #kindOf(property: string): Promise<Kind> {
    return this.#page.evaluate((id) => {
      if (document.getElementById(`${id}-editor`) !== null) return 'code';
      const field = document.getElementById(id);
      if (field === null) return 'missing';
      if (field.classList.contains('red-ui-typedInput')) return 'typed';
      if (field.tagName === 'SELECT') return 'choice';
      const kind = (field as HTMLInputElement).type;
      return kind === 'checkbox' ? 'tick' : kind === 'hidden' ? 'missing' : 'text';
    }, `${this.#prefix}-${property}`);
  }

  /** A dialog slides in; until it stands, clicks miss and keys go elsewhere. */
  async #atRest(): Promise<void> {
    let last = '';
    await until('the dialog stands still and has the focus', async () => {
      const now = await this.#page.evaluate(() => {
        const tray = [...document.querySelectorAll('.red-ui-tray')].at(-1);
        const hasFocus = tray?.contains(document.activeElement) === true;
        return hasFocus ? JSON.stringify(tray.getBoundingClientRect()) : '';
      });
      const stands = now !== '' && now === last;
      last = now;
      return stands;
    });
  }
}

/** A value for a field that holds a text. */
function plain(value: FieldValue): string {
  if (typeof value === 'object') throw new Error(`The field takes a text, not the ${value.type} of a typed input.`);
  return String(value);
}
