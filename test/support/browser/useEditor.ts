import { expect } from 'chai';
import { NodeRed } from '../NodeRed';
import type { NodeRedOptions } from '../NodeRed';
import { EditorPage } from './EditorPage';

/** What the tests of a suite share: one Node-RED, and one browser that shows its editor. */
export interface Editor {
  readonly nodeRed: NodeRed;
  readonly page: EditorPage;
}

/**
 * For a suite: starts Node-RED and its editor before the first test, and ends both after the last. A test fails too when the page
 * had an error meanwhile; of a test that failed there is a picture in .cache/browser.
 */
export function useEditor(options: NodeRedOptions = {}): () => Editor {
  let nodeRed: NodeRed | undefined;
  let page: EditorPage | undefined;

  before(async () => {
    nodeRed = await NodeRed.start({ ...options, editor: true });
    page = await EditorPage.openEditor(nodeRed);
  });

  afterEach(async function () {
    const test = this.currentTest;
    if (page === undefined || test === undefined) return;
    if (test.isFailed()) {
      console.log(`What the page looked like: ${await page.keepScreenshot(test.fullTitle())}`);
      // So that the next test is not told what went wrong in this one.
      await page.leaveDialogs();
    }
    expect(page.takeComplaints(), 'errors of the page').to.deep.equal([]);
  });

  after(async () => {
    await page?.close();
    await nodeRed?.stop();
  });

  return () => {
    if (nodeRed === undefined || page === undefined) throw new Error('The editor is open only while tests of its suite run.');
    return { nodeRed, page };
  };
}
