import { expect } from 'chai';
import { runningVersion } from '../support/NodeRed';
import { paletteTypes } from '../support/browser/palette';
import { paleTexts } from '../support/browser/contrast';
import { useEditor } from '../support/browser/useEditor';
import { NODE_FIELDS, SURROUNDINGS } from './nodeFields';

/** Node-RED 4.1 has no dark theme of its own. */
const THEMES = runningVersion() === '5' ? ['light', 'dark'] : ['light'];

describe('the colours of the dialogs', () => {
  const editor = useEditor({ flows: SURROUNDINGS });
  const ids = new Map<string, string>([['dstream-engine', 'suite-engine']]);

  before(async () => {
    const drawn = paletteTypes().filter(({ isConfig }) => !isConfig);
    for (const [index, { type }] of drawn.entries()) {
      ids.set(type, await editor().page.dragIn(type, { x: 300 + 220 * (index % 3), y: 40 + 60 * Math.floor(index / 3) }));
    }
  });

  for (const theme of THEMES) {
    for (const { type, isConfig } of paletteTypes()) {
      it(`${type}, ${theme}: every text stands out from its background`, async () => {
        const { page } = editor();
        await page.theme(theme === 'dark');
        const id = ids.get(type) ?? '';
        const dialog = isConfig ? await page.openConfigDialog(type, id) : await page.openDialog(id);
        for (const variant of NODE_FIELDS[type]?.variants ?? [{}]) {
          for (const [property, value] of Object.entries(variant)) await dialog.setField(property, value);
          expect(await paleTexts(dialog.form), JSON.stringify(variant)).to.deep.equal([]);
        }
        await page.keepScreenshot(`${type} ${theme}`);
        await dialog.cancel();
      });
    }
  }
});
