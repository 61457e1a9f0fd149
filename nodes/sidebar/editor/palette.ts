/** The colours of the charts, out of the editor's theme. A canvas needs them resolved. */
export interface Palette {
  readonly line: string;
  readonly fill: string;
  readonly grid: string;
  readonly text: string;
  readonly limit: string;
}

/** @param within an element of the page, whose theme is asked */
export function readPalette(within: Element): Palette {
  const style = getComputedStyle(within);
  const color = (name: string): string => style.getPropertyValue(`--red-ui-${name}`).trim();
  const line = color('diff-state-moved') || color('text-color-link');
  return {
    line,
    // The same colour, thin, over any background.
    fill: `color-mix(in srgb, ${line} 18%, transparent)`,
    grid: color('secondary-border-color'),
    text: style.getPropertyValue('--dstream-quiet-color').trim() || color('secondary-text-color'),
    limit: color('text-color-error'),
  };
}
