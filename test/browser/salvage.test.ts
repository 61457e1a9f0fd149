import { expect } from 'chai';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MonitorSnapshot } from '../../src/flow/monitor/snapshot';
import { LONGEST_LOOK, StreamingSidebar } from '../support/browser/StreamingSidebar';
import { keyBeginnings } from '../support/browser/palette';
import { PLANT_FLOWS } from '../support/browser/plantFlows';
import { useEditor } from '../support/browser/useEditor';
import { unresolved, visibleTexts } from '../support/browser/visibleTexts';
import { until } from '../support/until';

const KEYS = keyBeginnings();

describe('a damaged log in the Streaming sidebar', () => {
  const editor = useEditor({ flows: PLANT_FLOWS });
  let sidebar: StreamingSidebar;

  before(async () => {
    sidebar = new StreamingSidebar(editor().page);
    await sidebar.open();
    await sidebar.goesOn();
  });

  const state = async (): Promise<string | undefined> => {
    const { graph } = await editor().nodeRed.request('GET', '/dstream/monitor?graph=safe') as MonitorSnapshot;
    return graph?.state;
  };

  it('is salvaged when that is confirmed, and only then', async () => {
    const folder = join(editor().nodeRed.userDirectory, 'dstream/safe/log');
    const [segment = ''] = (await readdir(folder)).sort();
    const bytes = await readFile(join(folder, segment));
    bytes[300] = bytes[300]! ^ 1;
    await writeFile(join(folder, segment), bytes);
    // The graph starts again, and finds it.
    await editor().nodeRed.request('POST', '/dstream/graphs/safe/reset', { scope: ['sums'] });
    await until('the graph refuses', async () => (await state()) === 'failed', LONGEST_LOOK);

    const question = sidebar.notifications.filter({ hasText: 'Salvage the log of this graph?' });
    const ask = sidebar.element.getByRole('button', { name: 'Salvage…' });
    await ask.click();
    expect(await question.innerText()).to.match(/Damage: log\/\d+\.seg, from byte \d+ on \(bytes: \d+\)\..*Records that are lost: \d+\./s);
    expect(unresolved(await visibleTexts(question), KEYS)).to.deep.equal([]);
    await question.getByRole('button', { name: 'Leave it as it is' }).click();
    await question.waitFor({ state: 'detached' });
    expect(await state()).to.equal('failed');

    await ask.click();
    await question.getByRole('button', { name: 'Salvage now' }).click();
    await sidebar.notifications.filter({ hasText: 'The graph was started again with what could be salvaged.' }).waitFor({ timeout: LONGEST_LOOK });
    await sidebar.goesOn();
    await sidebar.element.getByText(/The log was salvaged at .* were lost/).waitFor({ timeout: LONGEST_LOOK });
    await ask.waitFor({ state: 'hidden' });
  });
});
