import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import type { GraphMonitor } from '../../../../../src/flow/monitor/snapshot';
import { useEditor } from '../../../../support/browser/useEditor';
import { addParts } from '../../addParts';
import { FLOWS, HOSTILE, running } from '../../drawing';

describe('the plan in the editor', () => {
  const editor = useEditor({ flows: FLOWS });
  const page = (): Page => editor().page.page;
  const show = (graph: GraphMonitor): Promise<void> => page().evaluate((shown) => globalThis.parts.plan.show(shown), graph);
  /** The row of an operator, by what its label begins with. */
  const row = (label: string): Locator =>
    page().locator('.dstream-plan-row').filter({ has: page().locator('.dstream-plan-label').getByText(label, { exact: true }) });
  const focused = (): Promise<string> =>
    page().evaluate(() => document.activeElement?.querySelector('.dstream-plan-label')?.textContent ?? '');

  before(() => addParts(page()));

  it('has a row for each operator, in reading order, and a frame around a pass', async () => {
    await show(running());
    expect(await page().locator('.dstream-plan-label').allTextContents()).to.deep.equal([
      'sensors', 'every', HOSTILE, 'raw', 'clean › map', 'clean › map', 'means', 'orders', 'with order', 'results',
    ]);
    expect(await page().locator('.dstream-plan-pass').count()).to.equal(1);
    expect(await page().locator('.dstream-plan-pass .dstream-plan-row').count()).to.equal(3);
    expect(await page().evaluate(() => Reflect.get(globalThis, 'hacked') as unknown)).to.equal(undefined);
  });

  it('says what each operator is and does', async () => {
    await show(running({ means: { inPerSecond: 12_400, outPerSecond: 80, keys: 1204, stateBytes: 48_000 } }));
    expect(await row('means').locator('.dstream-plan-rates').textContent()).to.equal('12.4k/s → 80/s');
    const remarks = (kind: string): Promise<string[]> => row('means').locator(`.dstream-plan-${kind} > span`).allTextContents();
    expect(await remarks('figures')).to.deep.equal(['keys: 1204', 'state: 48 kB']);
    expect(await remarks('tags')).to.deep.equal(['incremental', 'partitions: 4']);
    expect(await row('raw').getByText('at least once').getAttribute('title')).to.equal('A message may come twice.');
  });

  it('draws its nodes in their colours, with their icons', async () => {
    const icon = row('means').locator('.dstream-plan-icon');
    expect(await icon.evaluate((element) => getComputedStyle(element).backgroundColor)).to.equal('rgb(132, 178, 195)');
    expect(await icon.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).to.be.greaterThan(0);
  });

  it('draws lines of the height of their rows, without gaps', async () => {
    const gaps = await page().evaluate(() =>
      [...document.querySelectorAll('.dstream-plan-row')].map((each) => {
        const drawing = each.querySelector('svg')?.getBoundingClientRect();
        return Math.abs((drawing?.height ?? 0) - each.getBoundingClientRect().height);
      }),
    );
    expect(Math.max(...gaps)).to.be.lessThan(1);
    const [one, other] = await page().locator('.dstream-plan-row').evaluateAll((rows) =>
      [rows[2]?.getBoundingClientRect().bottom, rows[3]?.getBoundingClientRect().top],
    );
    expect(one).to.equal(other);
  });

  it('changes figures in place, and keeps its elements until there is another plan', async () => {
    await show(running());
    const before = await row('orders').elementHandle();
    const { plan: _, ...withoutPlan } = running({ orders: { inPerSecond: 7 } });
    await show(withoutPlan);
    expect(await row('orders').locator('.dstream-plan-rates').textContent()).to.equal('7/s → 0/s');
    expect(await before.evaluate((element) => element.isConnected)).to.equal(true);
    await show(running({}, { revision: 2 }));
    expect(await before.evaluate((element) => element.isConnected)).to.equal(false);
  });

  it('marks what piles up and what fails', async () => {
    for (let second = 1; second <= 10; second++) {
      await show(running({ sensors: { waiting: 1000 * second }, orders: { failed: second } }));
    }
    expect(await row('sensors').getAttribute('class')).to.include('dstream-plan-piling');
    expect(await row('orders').getAttribute('class')).to.include('dstream-plan-failing');
    expect(await row('means').getAttribute('class')).to.equal('dstream-plan-row');
    expect(await row('sensors').locator('.dstream-plan-figures').textContent()).to.equal('waiting: 10k and growing');
  });

  it('is reached by one press of Tab, gone through with arrows, and reveals a node with Enter or a click', async () => {
    await show(running());
    expect(await page().locator('.dstream-plan-operator[tabindex="0"]').count()).to.equal(1);
    await page().locator('.dstream-plan-operator').first().focus();
    await page().keyboard.press('ArrowUp');
    expect(await focused()).to.equal('sensors');
    await page().keyboard.press('ArrowDown');
    expect(await focused()).to.equal('every');
    await page().keyboard.press('End');
    expect(await focused()).to.equal('results');
    await page().keyboard.press('Enter');
    await row('means').locator('button').click();
    expect(await page().evaluate(() => globalThis.parts.revealed)).to.deep.equal(['results', 'means']);
  });

  it('keeps the focus when there is another plan', async () => {
    await row('orders').locator('button').focus();
    await show(running({}, { revision: 3 }));
    expect(await focused()).to.equal('orders');
  });

  it('has names for those who do not see it', async () => {
    await show(running({ orders: { inPerSecond: 7, outPerSecond: 7, failed: 2 } }));
    expect(await page().getByRole('button', { name: HOSTILE, exact: true }).count()).to.equal(1);
    const described = await row('orders').locator('button').evaluate((button) =>
      (button.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent),
    );
    expect(described).to.deep.equal(['7/s', 'failed: 2', '']);
  });

  it('needs no more than 280 px', async () => {
    expect(await page().locator('#plan-place').evaluate((place) => place.scrollWidth - place.clientWidth)).to.equal(0);
  });

  it('is gone when it is not needed any more', async () => {
    await page().evaluate(() => globalThis.parts.plan.destroy());
    expect(await page().locator('#plan-place').evaluate((place) => place.childNodes.length)).to.equal(0);
  });
});
