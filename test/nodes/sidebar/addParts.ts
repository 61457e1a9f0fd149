import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type { GraphMonitor } from '../../../src/flow/monitor/snapshot';
import { ROOT } from '../editor/palette';

/** What `addParts` leaves in the page, as `parts`. */
export interface Parts {
  readonly plan: { show(graph: GraphMonitor): void; destroy(): void };
  readonly badges: { show(graph: GraphMonitor | undefined): void; hide(): void };
  /** The nodes that were to be revealed. */
  readonly revealed: string[];
}

declare global {
  /** Only in the page. */
  var parts: Parts;
}

/** Stands in for the sidebar: gives the parts their texts, and a place 280 px wide. */
const ENTRY = `
  import { PlanView } from './nodes/sidebar/editor/plan/PlanView';
  import { CanvasBadges } from './nodes/sidebar/editor/canvas/CanvasBadges';
  import catalogue from './nodes/sidebar/locales/en-US/sidebar.json';
  const textOf = (key) => key.split('.').reduce((part, name) => part[name], catalogue);
  const revealed = [];
  const host = {
    text: (key, values = {}) => textOf(key).replace(/__(\\w+?)__/g, (_, name) => String(values[name])),
    label: (id) => RED.utils.getNodeLabel(RED.nodes.node(id), id),
    reveal: (id) => { revealed.push(id); },
  };
  const place = document.createElement('div');
  place.id = 'plan-place';
  Object.assign(place.style, {
    position: 'fixed', top: 0, right: 0, width: '280px', height: '100%', overflow: 'auto', zIndex: 1000,
    background: 'var(--red-ui-secondary-background)',
  });
  document.body.append(place);
  globalThis.parts = { plan: new PlanView(place, host), badges: new CanvasBadges(host), revealed };
`;

/** Takes the badges of the palette's own sidebar off the canvas, once it is drawn again: there can be but one. */
const WITHOUT_OWN = `
  RED.view.annotations.unregister('dstream-rate');
  new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
`;

/** Puts the plan and the badges into an editor, apart from the rest of the sidebar. */
export async function addParts(page: Page): Promise<void> {
  await page.evaluate(WITHOUT_OWN);
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: ROOT, loader: 'js' },
    bundle: true, format: 'iife', target: 'es2020', loader: { '.css': 'text' }, write: false, logLevel: 'silent',
  });
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
}
