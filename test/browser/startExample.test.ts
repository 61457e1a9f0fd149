import { expect } from 'chai';
import { takePicture } from '../support/browser/pictures';
import { useEditor } from '../support/browser/useEditor';

describe('the picture of the start example', () => {
  const editor = useEditor();

  it('shows the flow at work, and its averages', async () => {
    const { page } = editor();
    // The canvas shall show the whole flow between palette and sidebar.
    await page.page.setViewportSize({ width: 1640, height: 800 });
    await page.startWith([]);
    await page.showCategory('DStream');
    await page.importExample('01 - Start here/Averages of simulated sensors');
    await page.showFlow('Start here');
    await page.showSidebar('debug');
    await page.deploy();
    // The first windows reach back to before the start.
    await page.debugMessages(7);
    expect(await page.unfoldNextDebugMessage(2)).to.match(/mean: \d+\.\d+/);
    const statuses = await page.page.locator('.red-ui-flow-node-status-label').allTextContents();
    expect(statuses.join(' ')).to.match(/\d rec\/s/);
    await takePicture(page, 'start-example');
  });
});
