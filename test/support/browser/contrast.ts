import type { Locator } from 'playwright-core';

/** A text that is hard to read. */
export interface PaleText {
  readonly text: string;
  readonly colour: string;
  readonly background: string;
  /** From 1 to 21, as WCAG 2 defines it. */
  readonly contrast: number;
}

/** The texts in an element whose contrast against what is behind them is below `least`; WCAG 2 AA asks for 4.5. */
export function paleTexts(root: Locator, least = 4.5): Promise<PaleText[]> {
  return root.evaluate((top, lowest) => {
    type Colour = readonly [red: number, green: number, blue: number, alpha: number];
    const read = (text: string): Colour => {
      const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
      // What was mixed is told as `color(srgb 0.5 0.5 0.5)`.
      const scale = text.startsWith('color(') ? 255 : 1;
      return [red * scale, green * scale, blue * scale, alpha];
    };
    const over = (front: Colour, back: Colour): Colour => {
      const mixed = (index: 0 | 1 | 2): number => front[index] * front[3] + back[index] * (1 - front[3]);
      return [mixed(0), mixed(1), mixed(2), 1];
    };
    const ancestors = (element: Element | null): Element[] => (element === null ? [] : [element, ...ancestors(element.parentElement)]);
    const backgroundOf = (element: Element): Colour =>
      ancestors(element).reverse().reduce<Colour>((back, each) => over(read(getComputedStyle(each).backgroundColor), back), [255, 255, 255, 1]);
    const luminance = (colour: Colour): number => {
      const [red = 0, green = 0, blue = 0] = colour.slice(0, 3).map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const found: { text: string; colour: string; background: string; contrast: number }[] = [];
    for (const element of top.querySelectorAll('*')) {
      const text = [...element.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE).map((child) => child.textContent).join('').trim();
      // The colours of code editors and buttons are Node-RED's own.
      const isOfNodeRed = element.closest('.node-text-editor, .red-ui-button') !== null;
      const isDisabled = (element as HTMLInputElement).disabled;
      if (text === '' || isOfNodeRed || isDisabled || element.tagName === 'OPTION' || !element.checkVisibility()) continue;
      const opacity = ancestors(element).reduce((product, each) => product * Number(getComputedStyle(each).opacity), 1);
      const back = backgroundOf(element);
      const [red, green, blue, alpha] = read(getComputedStyle(element).color);
      const light = [luminance(over([red, green, blue, alpha * opacity], back)), luminance(back)].sort((one, other) => other - one);
      const contrast = ((light[0] ?? 0) + 0.05) / ((light[1] ?? 0) + 0.05);
      if (contrast < lowest) {
        const shown = (colour: Colour): string => colour.slice(0, 3).map(Math.round).join(' ');
        found.push({ text, colour: getComputedStyle(element).color, background: shown(back), contrast: Math.round(contrast * 100) / 100 });
      }
    }
    return found;
  }, least);
}
