import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { keyBeginnings } from '../support/browser/palette';
import { LONGEST_LOOK, StreamingSidebar } from '../support/browser/StreamingSidebar';
import { useEditor } from '../support/browser/useEditor';
import { unresolved, visibleTexts } from '../support/browser/visibleTexts';
import { batcher, node, receiver, sink, sums, tab } from '../support/flows';
import { HOSTILE } from '../nodes/sidebar/drawing';

const KEYS = keyBeginnings();

const at = (x: number, y: number) => ({ x, y });

const FLOWS = [
  tab('tab', { label: 'Plant' }),
  receiver('sensors', ['every'], { name: 'sensors', source: 'simulated', sensors: '3', rate: '10', seed: '1', ...at(120, 80) }),
  batcher('every', ['safe'], { name: 'every half second', interval: '500', ...at(320, 80) }),
  node('safe', 'dstream-checkpoint', [['minute']], { path: '', interval: '1', intervalUnits: 'h', sync: 'group', logLimit: '64', retention: '1', ...at(520, 80) }),
  node('minute', 'dstream-window', [['sums']], { name: 'minute', mode: 'tumbling', length: '60', lengthUnits: 's', ...at(120, 160) }),
  sums('sums', ['out'], { name: HOSTILE, aggregates: [{ aggregate: 'count', of: '', ofType: 'msg', as: 'count' }], ...at(320, 160) }),
  sink('out', ['collector'], { name: 'results', ...at(120, 240) }),
  node('collector', 'test-collector', [], at(320, 240)),
];

describe('what a change would make the graph forget', () => {
  const editor = useEditor({ flows: FLOWS });
  let sidebar: StreamingSidebar;
  let warning: Locator;
  let list: Locator;

  before(async () => {
    sidebar = new StreamingSidebar(editor().page);
    await sidebar.open();
    await sidebar.goesOn();
    warning = sidebar.notifications.filter({ hasText: 'With the next deploy' });
    list = sidebar.element.locator('.dstream-losses');
  });

  async function change(id: string, property: string, value: string): Promise<void> {
    const dialog = await editor().page.openDialog(id);
    await dialog.setField(property, value);
    await dialog.done();
  }

  it('is said when the dialog is closed, once, with the name as text', async () => {
    await change('minute', 'length', '120');
    await warning.waitFor();
    const words = await warning.innerText();
    expect(words).to.contain(`${HOSTILE}: It begins afresh, because the window in front of it has changed.`);
    expect(words).to.contain('until you reset these nodes or undo the change');
    expect(await editor().page.page.evaluate(() => Reflect.get(globalThis, 'hacked') as unknown)).to.equal(undefined);
    expect(await warning.locator('img').count()).to.equal(0);
    expect(unresolved(await visibleTexts(warning), KEYS)).to.deep.equal([]);
    await list.waitFor();
    expect(await list.innerText()).to.contain(HOSTILE);
    await change('sums', 'name', 'counts');
    await list.getByText('counts', { exact: true }).waitFor();
    expect(await warning.count()).to.equal(1);
  });

  it('is gone when the change is undone', async () => {
    await editor().page.undo();
    await editor().page.undo();
    await list.waitFor({ state: 'hidden' });
    await warning.waitFor({ state: 'detached' });
  });

  it('is said of a node that is deleted, and gone when that is deployed', async () => {
    await editor().page.nodeOnCanvas('sums').click();
    await editor().page.page.keyboard.press('Delete');
    await warning.filter({ hasText: 'It is removed or disabled, and what it remembers goes with it.' }).waitFor();
    await list.waitFor();
    await editor().page.deploy();
    await list.waitFor({ state: 'hidden', timeout: LONGEST_LOOK });
  });
});
