import { expect } from 'chai';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MonitorSnapshot } from '../../src/flow/monitor/snapshot';
import { LONGEST_LOOK, StreamingSidebar } from '../support/browser/StreamingSidebar';
import { keyBeginnings } from '../support/browser/palette';
import { useEditor } from '../support/browser/useEditor';
import { unresolved, visibleTexts } from '../support/browser/visibleTexts';
import { batcher, node, receiver, sink, sums, tab } from '../support/flows';
import { until } from '../support/until';

const KEYS = keyBeginnings();

const at = (x: number, y: number) => ({ x, y });

const FLOWS = [
  tab('tab', { label: 'Plant' }),
  receiver('sensors', ['every'], { name: 'sensors', source: 'simulated', sensors: '3', rate: '10', seed: '1', ...at(120, 80) }),
  batcher('every', ['safe'], { name: 'every half second', interval: '500', ...at(320, 80) }),
  node('safe', 'dstream-checkpoint', [['sums']], { path: '', interval: '1', intervalUnits: 'h', sync: 'group', logLimit: '64', retention: '1', ...at(520, 80) }),
  sums('sums', ['out'], { name: 'counts', aggregates: [{ aggregate: 'count', as: 'count' }], ...at(120, 160) }),
  sink('out', ['collector'], { name: 'results', ...at(320, 160) }),
  node('collector', 'test-collector', [], at(520, 160)),
];

describe('a damaged log in the Streaming sidebar', () => {
  const editor = useEditor({ flows: FLOWS });
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
