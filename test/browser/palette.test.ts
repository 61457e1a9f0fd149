import { expect } from 'chai';
import { keyBeginnings, paletteTypes } from '../support/browser/palette';
import { useEditor } from '../support/browser/useEditor';
import { unresolved, visibleTexts } from '../support/browser/visibleTexts';

const KEYS = keyBeginnings();
const DRAWN = paletteTypes().filter(({ isConfig }) => !isConfig).map(({ type }) => type);

describe('the palette', () => {
  const editor = useEditor();

  for (const type of DRAWN) {
    it(`${type}: tells what it is for when the mouse rests on it, and its help is all words`, async () => {
      const { page } = editor();
      await page.showCategory('DStream');
      await page.paletteEntry(type).hover();
      const tooltip = page.page.locator('.red-ui-popover:visible');
      expect(await tooltip.innerText()).to.match(/\w+ \w+ \w+ \w+/);
      expect(unresolved(await visibleTexts(tooltip), KEYS)).to.deep.equal([]);
      const id = await page.dragIn(type, { x: 300, y: 100 });
      await page.showSidebar('help');
      const help = page.page.locator('.red-ui-help').last();
      await help.getByRole('heading', { name: 'References' }).waitFor();
      expect(unresolved(await visibleTexts(help), KEYS)).to.deep.equal([]);
      await page.nodeOnCanvas(id).click();
      await page.page.keyboard.press('Delete');
    });
  }

  it('works as it comes: a chain of nodes with their defaults runs without a problem', async () => {
    const { nodeRed, page } = editor();
    await page.startWith([]);
    await page.showCategory('DStream');
    const chain = ['receiver', 'batcher', 'map', 'window', 'state', 'checkpoint', 'sink'];
    const ids: string[] = [];
    for (const [index, name] of chain.entries()) {
      ids.push(await page.dragIn(`dstream-${name}`, { x: 130 + 200 * (index % 4), y: 80 + 100 * Math.floor(index / 4) }));
      const before = ids.at(-2);
      if (before !== undefined) await page.wire(before, ids.at(-1) ?? '');
    }
    const receiver = await page.openDialog(ids[0] ?? '');
    await receiver.setField('source', 'simulated');
    await receiver.done();
    for (const id of ids) expect(await page.validationErrors(id)).to.deep.equal([]);
    await page.deploy();
    await nodeRed.status(ids[0] ?? '', /[1-9].* rec\/s/, 20_000);
    for (const id of ids) expect((await nodeRed.status(id))?.fill, id).to.not.equal('red');
    expect(nodeRed.errors).to.deep.equal([]);
  });
});
