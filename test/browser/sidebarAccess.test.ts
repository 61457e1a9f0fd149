import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { EditorPage } from '../support/browser/EditorPage';
import { LONGEST_LOOK, StreamingSidebar } from '../support/browser/StreamingSidebar';
import { batcher, node, receiver, sink, tab } from '../support/flows';
import { NodeRed } from '../support/NodeRed';
import type { NodeRedOptions } from '../support/NodeRed';
import { until } from '../support/until';

const FLOWS = [
  tab(),
  receiver('sensors', ['every'], { source: 'simulated', sensors: '10', rate: '10', seed: '1' }),
  batcher('every', ['safe'], { interval: '500' }),
  node('safe', 'dstream-checkpoint', [['out']], { path: '', interval: '1', intervalUnits: 'h', sync: 'group', logLimit: '64', retention: '1' }),
  sink('out', []),
];

/** Who is not logged in may look at everything, and change nothing. */
const READ_ONLY = { adminAuth: { type: 'credentials', users: [], default: { permissions: 'read' } } };

describe('the Streaming sidebar of somebody who may only look', () => {
  let userDirectory: string;
  let options: NodeRedOptions;
  let nodeRed: NodeRed;
  let page: EditorPage;
  let sidebar: StreamingSidebar;

  before(async () => {
    userDirectory = await mkdtemp(join(tmpdir(), 'dstream-sidebar-'));
    options = { editor: true, userDirectory, settings: READ_ONLY };
    nodeRed = await NodeRed.start({ ...options, flows: FLOWS });
    page = await EditorPage.openEditor(nodeRed);
    sidebar = new StreamingSidebar(page);
    await sidebar.open();
  });

  after(async () => {
    await page.close();
    await nodeRed.stop();
    await rm(userDirectory, { recursive: true, maxRetries: 3 });
  });

  it('shows figures, and says of each button why it does nothing', async () => {
    await sidebar.goesOn();
    for (const label of ['Pause', 'Checkpoint', 'Reset…']) {
      const button = sidebar.action(label);
      expect(await button.getAttribute('aria-disabled'), label).to.equal('true');
      expect(await button.getAttribute('title'), label).to.equal('You need the permission dstream.write for this.');
      await button.click({ force: true });
    }
    expect(await sidebar.notifications.filter({ hasText: 'Reset' }).count()).to.equal(0);
    await sidebar.goesOn();
    expect(page.takeComplaints()).to.deep.equal([]);
  });

  it('says that Node-RED does not answer, and goes on by itself when it is back', async () => {
    const { port } = nodeRed;
    await nodeRed.kill();
    await sidebar.notice.filter({ hasText: 'Node-RED does not answer' }).waitFor({ timeout: LONGEST_LOOK });
    nodeRed = await NodeRed.start({ ...options, port });
    await until('the notice has gone', () => sidebar.notice.isHidden(), 2 * LONGEST_LOOK);
    await sidebar.goesOn();
    // What the browser said of the connection meanwhile.
    expect(page.takeComplaints().filter((each) => !/ERR_CONNECTION|WebSocket|ERR_EMPTY|net::/.test(each))).to.deep.equal([]);
  });
});
