import { expect } from 'chai';
import type { Page } from 'playwright-core';
import type { GraphMonitor } from '../../../../../src/flow/monitor/snapshot';
import type { PageRed } from '../../../../support/browser/PageRed';
import { useEditor } from '../../../../support/browser/useEditor';
import { addParts } from '../../addParts';
import { FLOWS, running } from '../../drawing';

describe('the badges on the canvas of the editor', () => {
  const editor = useEditor({ flows: FLOWS });
  const page = (): Page => editor().page.page;

  /** Shows a graph, or hides; resolves when the canvas has been drawn, with how often that was asked for. */
  const show = (graph?: GraphMonitor): Promise<number> =>
    page().evaluate(async (shown) => {
      const { view } = RED as unknown as PageRed & { view: { redraw: () => void } };
      const redraw = view.redraw;
      let asked = 0;
      view.redraw = () => {
        asked++;
        redraw();
      };
      if (shown === undefined) globalThis.parts.badges.hide();
      else globalThis.parts.badges.show(shown);
      view.redraw = redraw;
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      return asked;
    }, graph);

  /** The badges that are seen, by node. */
  const seen = (): Promise<Record<string, string>> =>
    page().evaluate(() => {
      const found = [...document.querySelectorAll('.dstream-canvas-badge:not(.hide)')];
      const text = (badge: Element): string => badge.querySelector('text')?.textContent ?? '';
      return Object.fromEntries(found.map((badge) => [badge.parentElement?.id ?? '', text(badge)]));
    });

  before(() => addParts(page()));

  it('stand on the nodes of the graph, and on nothing else', async () => {
    const inside = { 'clean-first': { inPerSecond: 5 }, 'clean-second': { inPerSecond: 5, waiting: 90 } };
    await show(running({ sensors: { inPerSecond: 1240, waiting: 30_000 }, ...inside }));
    const badges = await seen();
    expect(Object.keys(badges).sort()).to.deep.equal(
      ['clean', 'degrees', 'every', 'means', 'orders', 'raw', 'results', 'sensors', 'with order'],
    );
    const { sensors, clean, means } = badges;
    expect([sensors, clean, means]).to.deep.equal(['1.2k/s · 30k waiting', '5/s · 90 waiting', '0/s']);
  });

  it('fit around their words', async () => {
    const spare = await page().locator('[id="sensors"] .dstream-canvas-badge').evaluate((badge) =>
      (badge.querySelector('rect')?.getBBox().width ?? 0) - (badge.querySelector('text')?.getBBox().width ?? 0),
    );
    expect(spare).to.be.within(2, 40);
  });

  it('draw the canvas anew only where words changed', async () => {
    await show(running({ orders: { inPerSecond: 1 } }));
    expect(await show(running({ orders: { inPerSecond: 1 } }))).to.equal(0);
    const before = await page().locator('[id="means"] .dstream-canvas-badge text').elementHandle();
    expect(await show(running({ orders: { inPerSecond: 2 } }))).to.equal(1);
    expect((await seen())['orders']).to.equal('2/s');
    expect(await before.evaluate((element) => element.isConnected)).to.equal(true);
  });

  it('remember the plan where a snapshot leaves it out, but not that of another graph', async () => {
    await show(running());
    const { plan: _, ...withoutPlan } = running({ orders: { inPerSecond: 3 } });
    await show(withoutPlan);
    expect((await seen())['orders']).to.equal('3/s');
    await show({ ...withoutPlan, id: 'another' });
    expect(await seen()).to.deep.equal({});
  });

  it('are there again after a look at another tab', async () => {
    await show(running({ orders: { inPerSecond: 4 } }));
    await page().evaluate(() => (RED as unknown as PageRed).workspaces.show('clean-definition'));
    await page().evaluate(() => (RED as unknown as PageRed).workspaces.show('tab'));
    await page().locator('[id="orders"] .dstream-canvas-badge').waitFor();
    expect((await seen())['orders']).to.equal('4/s');
  });

  it('disappear when nobody looks, and nothing is left to deploy', async () => {
    await show();
    expect(await seen()).to.deep.equal({});
    expect(await show()).to.equal(0);
    expect(await page().evaluate(() => (RED as unknown as PageRed).nodes.dirty())).to.equal(false);
  });
});
