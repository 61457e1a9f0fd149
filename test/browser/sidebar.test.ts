import { expect } from 'chai';
import type { BatchDetails, GraphMonitor, MonitorSnapshot } from '../../src/flow/monitor/snapshot';
import { LONGEST_LOOK, StreamingSidebar, Traffic } from '../support/browser/StreamingSidebar';
import { paleTexts } from '../support/browser/contrast';
import { keyBeginnings } from '../support/browser/palette';
import { useEditor } from '../support/browser/useEditor';
import { unresolved, visibleTexts } from '../support/browser/visibleTexts';
import { batcher, map, node, receiver, sink, sums, tab } from '../support/flows';
import { runningVersion } from '../support/NodeRed';
import { until } from '../support/until';

const HOSTILE = '<img src=x onerror=window.hacked=1>';

/** Records a second of the simulated sensors. */
const RATE = 1000;

/** Tells of each sensor whether a value was lost or came twice: each carries its number. */
const COUNT_GAPS = `
let { next = values[0], gaps = 0 } = state ?? {};
for (const value of values) {
  if (value !== next) gaps++;
  next = value + 1;
}
return { next, gaps };`;

const at = (x: number, y: number) => ({ x, y });

/** A graph that works hard, and one in which every record fails, whose author means ill. */
const FLOWS = [
  tab('tab', { label: 'Plant' }),
  receiver('sensors', ['every'], { name: 'sensors', source: 'simulated', sensors: '10', rate: String(RATE / 10), seed: '1', ...at(120, 80) }),
  batcher('every', ['safe'], { name: 'every half second', interval: '500', ...at(320, 80) }),
  node('safe', 'dstream-checkpoint', [['number']], { path: '', interval: '1', intervalUnits: 'h', sync: 'group', logLimit: '64', retention: '1', ...at(520, 80) }),
  map('number', ['gaps'], 'return msg.payload.sequence;', { name: 'number', ...at(120, 160) }),
  node('gaps', 'dstream-state', [['out']], {
    name: 'gaps', keyType: 'key', key: '', mode: 'update', func: COUNT_GAPS, timeout: '', timeoutUnits: 'min', emit: 'all', keyLimit: 1000, ...at(320, 160),
  }),
  sink('out', ['collector'], { name: 'results', ...at(520, 160) }),
  node('collector', 'test-collector', [], at(700, 160)),

  tab('other', { label: HOSTILE }),
  node('source', 'test-source', [['in']], { z: 'other', ...at(100, 80) }),
  receiver('in', ['batches'], { z: 'other', name: HOSTILE, ...at(260, 80) }),
  batcher('batches', ['fails'], { z: 'other', name: HOSTILE, ...at(420, 80) }),
  map('fails', ['sums'], `throw new Error(${JSON.stringify(HOSTILE)});`, { z: 'other', name: HOSTILE, ...at(580, 80) }),
  sums('sums', ['nowhere'], { z: 'other', name: '{{constructor}} __proto__', ...at(260, 160) }),
  sink('nowhere', [], { z: 'other', name: '"><script>window.hacked=1</script>', ...at(420, 160) }),
];

describe('the Streaming sidebar', () => {
  const editor = useEditor({ flows: FLOWS });
  let sidebar: StreamingSidebar;

  before(() => {
    sidebar = new StreamingSidebar(editor().page);
  });

  beforeEach(async () => {
    await sidebar.open();
  });

  async function look(id = 'safe'): Promise<GraphMonitor> {
    const { graph } = (await editor().nodeRed.request('GET', `/dstream/monitor?graph=${id}`)) as MonitorSnapshot;
    return graph ?? expect.fail(`The runtime knows no graph ${id}.`);
  }

  /** Resolves when so many batches more have ended in the runtime. */
  async function batches(more: number): Promise<void> {
    const { sequence } = await look();
    await until('batches end', async () => (await look()).sequence >= sequence + more, LONGEST_LOOK);
  }

  it('shows what the flow really does, in words only', async () => {
    await until('the rate has become steady', async () => Math.abs(((await look()).operators['sensors']?.outPerSecond ?? 0) - RATE) < RATE / 20, LONGEST_LOOK);
    await until('it is on the screen', async () => /^(9[5-9]\d|1k|1\.0\dk)\/s$/.test(await sidebar.operators.first().locator('.dstream-plan-rates').innerText()), LONGEST_LOOK);
    const labels = await sidebar.operators.locator('.dstream-plan-label').allInnerTexts();
    expect(labels).to.have.members(['sensors', 'every half second', 'checkpoint', 'number', 'gaps', 'results']);
    const descriptions = await sidebar.charts.evaluateAll((charts) => charts.map((chart) => chart.getAttribute('aria-label')));
    expect(descriptions).to.have.length(4);
    for (const description of descriptions) expect(description).to.match(/: [\d.]+k?(\/s| ms| s) · average/);
    expect(await sidebar.charts.locator('canvas').evaluateAll(isPainted), 'whether something is drawn').to.equal(true);
    const shown = await sidebar.records();
    expect(shown).to.be.within(1, (await look()).totalRecords);
    await sidebar.goesOn();
    expect(await sidebar.records()).to.be.above(shown);
    expect(unresolved(await visibleTexts(sidebar.element), keyBeginnings())).to.deep.equal([]);
  });

  it('tells of a batch what came in and what went out', async () => {
    await sidebar.finishedBatches.first().click();
    const panel = sidebar.details.filter({ hasText: 'Went out' });
    await panel.waitFor();
    const words = (await panel.innerText()).replaceAll(/\s+/g, ' ');
    const known = (await look()).batches.times.map((time) => ({ time, shown: new Date(time).toTimeString().slice(0, 8) + new Date(time).toISOString().slice(19, 23) }));
    const { time } = known.find(({ shown }) => words.includes(shown)) ?? expect.fail(`No batch of the runtime has the time in: ${words}`);
    const { records, outputs } = (await editor().nodeRed.request('GET', `/dstream/graphs/safe/batches/${String(time)}`)) as BatchDetails;
    expect(words).to.include(`Came in sensors records: ${String(records)}`).and.to.include(`Went out results records: ${String(outputs[0]?.records)}`);
    await panel.getByRole('button', { name: 'Close' }).click();
  });

  it('asks once a second, for few bytes, and nothing while nobody looks', async () => {
    const { page } = editor();
    const traffic = new Traffic(page, '/dstream/');
    await until('it has asked six times', () => traffic.times.length >= 6, LONGEST_LOOK);
    const [first = 0] = traffic.times;
    // Each answer has to come first, so that it is a little longer than a second.
    expect((traffic.times[5] ?? 0) - first).to.be.at.least(4900);
    expect(traffic.bytesPerSecond).to.be.within(1, 50_000);
    traffic.stop();
    await sidebar.badges.first().waitFor();

    await sidebar.close();
    await sidebar.badges.first().waitFor({ state: 'hidden' });
    const closed = new Traffic(page, '/dstream/');
    await batches(5);
    expect(closed.times, 'while another tab of the sidebar is in front').to.have.length(0);
    await sidebar.open();
    await sidebar.goesOn(1);

    await page.hide(true);
    const hidden = new Traffic(page, '/dstream/');
    await batches(5);
    expect(hidden.times, 'while another window of the browser is in front').to.have.length(0);
    await page.hide(false);
    await sidebar.goesOn(1);
    closed.stop();
    hidden.stop();
  });

  it('pauses the graph, and lets it go on without a gap', async () => {
    const { nodeRed } = editor();
    await sidebar.action('Pause').click();
    await sidebar.action('Resume').waitFor();
    await nodeRed.status('every', /^paused/, LONGEST_LOOK);
    const before = await look();
    expect(before.paused).to.equal(true);
    await until('batches wait', async () => (await look()).activeCount >= 4, LONGEST_LOOK);
    expect((await look()).completedBatches).to.equal(before.completedBatches);
    await nodeRed.forgetCollected('collector');
    await sidebar.action('Resume').click();
    await sidebar.action('Pause').waitFor();
    await until('what waited has been taken up', async () => (await look()).activeCount <= 1, LONGEST_LOOK);
    await sidebar.goesOn();
    const last = (await nodeRed.collected('collector', 2, LONGEST_LOOK)).at(-1)?.message['payload'] as { state: { gaps: number } }[];
    expect(last.map(({ state }) => state.gaps)).to.deep.equal(Array.from({ length: 10 }, () => 0));
  });

  it('makes a checkpoint when asked to', async () => {
    const before = (await look()).durability?.checkpointTime ?? 0;
    await sidebar.action('Checkpoint').click();
    await sidebar.notifications.filter({ hasText: 'The checkpoint is on the disk.' }).waitFor({ timeout: LONGEST_LOOK });
    expect((await look()).durability?.checkpointTime).to.be.above(before);
  });

  it('resets the graph only when it is told twice', async () => {
    const question = sidebar.notifications.filter({ hasText: 'Reset this graph?' });
    const { startedAt } = await look();
    await sidebar.action('Reset…').click();
    expect(await question.innerText()).to.match(/This goes: .*keys with state: 10/);
    await question.getByRole('button', { name: 'Keep everything' }).click();
    await question.waitFor({ state: 'detached' });
    await sidebar.goesOn(1);
    expect((await look()).startedAt).to.equal(startedAt);

    await sidebar.action('Reset…').click();
    await question.getByRole('button', { name: 'Reset now' }).click();
    await sidebar.notifications.filter({ hasText: 'The graph was started again without it.' }).waitFor({ timeout: LONGEST_LOOK });
    await until('the graph has been started anew', async () => (await look()).startedAt > startedAt, LONGEST_LOOK);
    await sidebar.goesOn();
  });

  it('shows another graph, its problems, and the node that has one; hostile names and errors stay words', async () => {
    const { nodeRed, page } = editor();
    await nodeRed.send('source', Array.from({ length: 20 }, () => ({ topic: HOSTILE, payload: HOSTILE })));
    await until('the runtime tells of the problem', async () => (await look('batches')).problems.length > 0, LONGEST_LOOK);
    expect((await sidebar.chooser.locator('option').allInnerTexts()).join(' ')).to.include(`${HOSTILE} (${HOSTILE})`);
    await sidebar.chooser.selectOption('batches');
    const problem = sidebar.problems.filter({ hasText: HOSTILE }).first();
    await problem.waitFor({ timeout: LONGEST_LOOK });
    await problem.getByRole('button').click();
    await until('the tab of the node is in front', async () => (await page.activeTab()) === 'other');
    expect(await sidebar.operators.locator('.dstream-plan-label').allInnerTexts()).to.include.members([HOSTILE, '{{constructor}} __proto__']);
    expect(await page.page.locator('img[src=x]').count()).to.equal(0);
    expect(await page.page.evaluate(() => Reflect.get(globalThis, 'hacked') as unknown)).to.equal(undefined);
    await page.showFlow('Plant');
    await sidebar.chooser.selectOption('safe');
    await sidebar.facts.filter({ hasText: '500 ms' }).waitFor({ timeout: LONGEST_LOOK });
  });

  it('goes on after a deploy, and remembers what was when the editor is loaded anew', async () => {
    const { nodeRed, page } = editor();
    await nodeRed.deploy(FLOWS.map((each) => (each.id === 'number' ? { ...each, func: 'return Number(msg.payload.sequence);' } : each)));
    await sidebar.goesOn();
    const newest = await sidebar.finishedBatches.first().innerText();
    await page.load();
    await sidebar.open();
    await sidebar.element.getByRole('button', { name: newest, exact: true }).waitFor({ timeout: LONGEST_LOOK });
  });

  for (const theme of runningVersion() === '5' ? ['light', 'dark'] : ['light']) {
    it(`can be read: ${theme}`, async () => {
      const { page } = editor();
      await page.theme(theme === 'dark');
      // The charts are painted with the new colours at the next look.
      await sidebar.goesOn();
      expect(await paleTexts(sidebar.element)).to.deep.equal([]);
      expect(await sidebar.charts.locator('canvas').evaluateAll(contrastOfAxes), 'the least contrast of an axis').to.be.at.least(4.5);
      await page.theme(false);
    });
  }
});

/** In the page. Whether something is drawn right of the axis of each canvas. */
function isPainted(canvases: (HTMLElement | SVGElement)[]): boolean {
  return (canvases as HTMLCanvasElement[]).every((canvas) => {
    const { width, height } = canvas;
    const image = canvas.getContext('2d')?.getImageData(width / 2, 0, width / 2, height);
    return image?.data.some((value, index) => index % 4 === 3 && value > 0) === true;
  });
}

/** In the page. The least contrast, as WCAG 2 defines it, of the figures of an axis against what is behind them. */
function contrastOfAxes(canvases: (HTMLElement | SVGElement)[]): number {
  const luminance = (colour: readonly number[]): number => {
    const [red = 0, green = 0, blue = 0] = colour.map((value) => (value <= 10.3 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrasts = (canvases as HTMLCanvasElement[]).map((canvas) => {
    const tab = canvas.closest('.dstream-tab');
    const back = luminance((tab === null ? '' : getComputedStyle(tab).backgroundColor).match(/[\d.]+/g)?.map(Number) ?? []);
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, 36, canvas.height).data ?? [];
    let most = 1;
    for (let start = 0; start < pixels.length; start += 4) {
      // Letters have soft edges, which say nothing of their colour.
      if ((pixels[start + 3] ?? 0) < 100) continue;
      const front = luminance([pixels[start] ?? 0, pixels[start + 1] ?? 0, pixels[start + 2] ?? 0]);
      most = Math.max(most, (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05));
    }
    return most;
  });
  return Math.min(...contrasts);
}
