import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import type { MonitorSnapshot } from '../../src/flow/monitor/snapshot';
import { LONGEST_LOOK, StreamingSidebar } from '../support/browser/StreamingSidebar';
import { keyBeginnings } from '../support/browser/palette';
import { PLANT_FLOWS } from '../support/browser/plantFlows';
import { useEditor } from '../support/browser/useEditor';
import { unresolved, visibleTexts } from '../support/browser/visibleTexts';
import { until } from '../support/until';

const KEYS = keyBeginnings();

describe('savepoints in the Streaming sidebar', () => {
  const editor = useEditor({ flows: PLANT_FLOWS });
  let sidebar: StreamingSidebar;

  before(async () => {
    sidebar = new StreamingSidebar(editor().page);
    await sidebar.open();
    await sidebar.goesOn();
  });

  const rows = (): Locator => sidebar.element.locator('.dstream-savepoints .dstream-item');

  const startedAt = async (): Promise<number> => {
    const { graph } = await editor().nodeRed.request('GET', '/dstream/monitor?graph=safe') as MonitorSnapshot;
    return graph?.startedAt ?? NaN;
  };

  const told = (text: string): Promise<void> => sidebar.notifications.filter({ hasText: text }).waitFor({ timeout: LONGEST_LOOK });

  it('are made under a name that can be one', async () => {
    const question = sidebar.notifications.filter({ hasText: 'Under which name' });
    await sidebar.action('Savepoint…').click();
    const name = question.getByRole('textbox', { name: 'Name of the savepoint' });
    expect(await name.inputValue()).to.match(/^\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d$/);
    expect(unresolved(await visibleTexts(question), KEYS)).to.deep.equal([]);
    await name.fill('<img src=x onerror=window.hacked=1>');
    await question.getByRole('button', { name: 'Keep it' }).click();
    expect(await question.innerText()).to.include('This cannot be the name');
    await name.fill('before-update');
    await question.getByRole('button', { name: 'Keep it' }).click();
    await told('The savepoint before-update is on the disk.');
    await rows().filter({ hasText: /before-update.*after the batch of \d{4}-\d\d-\d\d .* · .*B/s }).waitFor({ timeout: LONGEST_LOOK });
  });

  it('are gone back to when that is confirmed, and only then', async () => {
    const before = await startedAt();
    const question = sidebar.notifications.filter({ hasText: 'Go back to the savepoint before-update' });
    await rows().getByRole('button', { name: 'Go back… before-update' }).click();
    expect(await question.innerText()).to.match(/This goes: log and checkpoints .*records that wait: \d/);
    expect(unresolved(await visibleTexts(question), KEYS)).to.deep.equal([]);
    await question.getByRole('button', { name: 'Stay' }).click();
    await question.waitFor({ state: 'detached' });
    expect(await startedAt()).to.equal(before);
    await rows().getByRole('button', { name: 'Go back… before-update' }).click();
    await question.getByRole('button', { name: 'Go back now' }).click();
    await told('The graph was started again with the savepoint before-update.');
    await until('the graph has been started anew', async () => (await startedAt()) > before, LONGEST_LOOK);
    await sidebar.goesOn();
  });

  it('are deleted when that is confirmed', async () => {
    const question = sidebar.notifications.filter({ hasText: 'Delete the savepoint before-update?' });
    await rows().getByRole('button', { name: 'Delete… before-update' }).click();
    await question.getByRole('button', { name: 'Delete it' }).click();
    await told('The savepoint before-update is deleted.');
    await sidebar.element.getByText('There is none yet.').waitFor({ timeout: LONGEST_LOOK });
    expect(await rows().count()).to.equal(0);
  });
});
