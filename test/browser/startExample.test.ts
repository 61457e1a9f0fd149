import { expect } from 'chai';
import { StreamingSidebar } from '../support/browser/StreamingSidebar';
import { takePicture } from '../support/browser/pictures';
import { useEditor } from '../support/browser/useEditor';
import { runningVersion } from '../support/NodeRed';

describe('the pictures of the start example', () => {
  const editor = useEditor();

  it('show the flow at work, and its averages', async () => {
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

  it('show its figures in the Streaming sidebar', async () => {
    const { page } = editor();
    const sidebar = new StreamingSidebar(page);
    await page.page.setViewportSize({ width: 1640, height: 1000 });
    await sidebar.open();
    const isNew = runningVersion() === '5';
    // There, debug messages stand below and take half of the room.
    if (isNew) await page.page.getByRole('button', { name: 'Debug messages', exact: true }).click();
    await sidebar.goesOn();
    await takePicture(page, 'sidebar');
    // Node-RED 4.1 has no dark theme of its own.
    if (!isNew) return;
    await page.theme(true);
    await sidebar.goesOn();
    await takePicture(page, 'sidebar-dark');
    await page.theme(false);
  });

  it('show what a dialog makes of the records that flow', async () => {
    const { page } = editor();
    const { id = '' } = (await page.exported()).find(({ type }) => type === 'dstream-reduceByKey') ?? {};
    const dialog = await page.openDialog(id);
    const head = dialog.form.locator('.dstream-preview button').first();
    if ((await head.getAttribute('aria-expanded')) === 'false') await head.click();
    const preview = dialog.form.locator('.dstream-preview');
    await preview.filter({ hasText: /really flowed in[^]*Results for each key/ }).waitFor();
    await preview.evaluate((element) => element.scrollIntoView());
    await takePicture(page, 'preview');
    await dialog.cancel();
  });
});
