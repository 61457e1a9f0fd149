import { expect } from 'chai';
import { EditorPage } from '../support/browser/EditorPage';
import { StreamingSidebar } from '../support/browser/StreamingSidebar';
import { batcher, receiver, sink, tab } from '../support/flows';
import { NodeRed } from '../support/NodeRed';

const FLOWS = [
  tab(),
  receiver('sensors', ['every'], { source: 'simulated', sensors: '1', rate: '10', seed: '1' }),
  batcher('every', ['out'], { interval: '500' }),
  sink('out', []),
];

/** What the editor itself asks for when it is opened. */
const MAY = ['settings', 'flows', 'nodes', 'plugins', 'projects', 'context', 'library', 'debug', 'comms', 'status'].map((what) => `${what}.read`);

/** Who is not logged in may look at flows, and at nothing of this palette. */
const NO_FIGURES = { adminAuth: { type: 'credentials', users: [], default: { permissions: MAY } } };

describe('the Streaming sidebar of somebody who may not look', () => {
  let nodeRed: NodeRed;
  let page: EditorPage;
  let sidebar: StreamingSidebar;

  before(async () => {
    nodeRed = await NodeRed.start({ editor: true, settings: NO_FIGURES, flows: FLOWS });
    page = await EditorPage.openEditor(nodeRed);
    sidebar = new StreamingSidebar(page);
  });

  after(async () => {
    await page.close();
    await nodeRed.stop();
  });

  it('says which permission is missing, and asks for nothing', async () => {
    const asked: string[] = [];
    page.page.on('request', (request) => {
      if (/\/dstream\/(monitor|graphs)/.test(request.url())) asked.push(request.url());
    });
    await page.showSidebar('dstream');
    const notice = sidebar.notice.filter({ hasText: 'You need the permission dstream.read for this.' });
    await notice.waitFor();
    // Nor for the graph of a node that is selected.
    await page.page.locator('#out rect.red-ui-flow-node').click();
    await notice.waitFor();
    expect(await sidebar.facts.isVisible()).to.equal(false);
    expect(asked).to.deep.equal([]);
    expect(page.takeComplaints()).to.deep.equal([]);
  });
});
