import { expect } from 'chai';
import type { FlowNode } from '../support/NodeRed';
import { useEditor } from '../support/browser/useEditor';

const IMAGE = '<img src=x onerror="window.hacked=1">';
const SCRIPT = '"\'><script>window.hacked=1</script>';
const LONG = `${IMAGE}${'ö'.repeat(10_000)}`;
const RIGHT_TO_LEFT = '\u202Egnp.exe\u202C مرحبا';

/** `__proto__` alone would do harm, but not to us: Node-RED's search puts it into an index of its own (`index[property][node.id] = ...`). */
const TEMPLATE = '{{constructor}} ${window.hacked=1} __proto__';

const TAB = 'hostile-tab';

function node(name: string, type: string, at: number, wires: readonly string[], properties: Readonly<Record<string, unknown>>): FlowNode {
  return { id: `hostile-${name}`, type, z: TAB, x: 300, y: 40 + 50 * at, wires: [wires.map((to) => `hostile-${to}`)], version: 1, ...properties };
}

/** A graph that everybody has given the worst names, and in which every record of one key fails. */
const FLOW: readonly FlowNode[] = [
  { id: TAB, type: 'tab', label: IMAGE, info: SCRIPT, env: [{ name: 'HOSTILE', value: IMAGE, type: 'str' }] },
  { id: 'hostile-engine', type: 'dstream-engine', name: IMAGE, version: 1, isolation: 'thread', shared: false, parallelism: 1, heapLimit: '', hangLimit: 5 },
  node('source', 'test-source', 0, ['receiver'], { name: IMAGE }),
  node('receiver', 'dstream-receiver', 1, ['batcher'], { name: IMAGE, source: 'wire', format: 'auto', keyType: 'topic', key: '' }),
  node('batcher', 'dstream-batcher', 2, ['checkpoint'], { name: SCRIPT, interval: 200, intervalUnits: 'ms', bufferLimit: 1000, engine: 'hostile-engine' }),
  node('checkpoint', 'dstream-checkpoint', 3, ['map'], { name: IMAGE, path: '', interval: 10, intervalUnits: 's', sync: 'group', logLimit: 64, retention: 1 }),
  node('map', 'dstream-map', 4, ['state', 'join'], {
    name: TEMPLATE, mode: 'map', lang: 'javascript', func: 'if (msg.payload === 0) throw new Error(ctx.env("HOSTILE")); return msg;',
  }),
  node('state', 'dstream-state', 5, ['join', 'sink'], {
    name: LONG, keyType: 'key', key: '', mode: 'update', func: 'return values.length;', timeout: '', timeoutUnits: 'min', emit: 'all', keyLimit: 1000,
  }),
  node('join', 'dstream-join', 6, ['sink'], { name: RIGHT_TO_LEFT, mode: 'union', left: '' }),
  node('sink', 'dstream-sink', 7, ['debug'], { name: RIGHT_TO_LEFT, target: 'flow', mode: 'record', emptyBatches: false, pin: false }),
  node('debug', 'debug', 8, [], { name: IMAGE, active: true, tosidebar: true, console: false, tostatus: false, complete: 'true', targetType: 'full' }),
  node('catch', 'catch', 9, ['caught'], { name: SCRIPT, scope: null, uncaught: false }),
  node('caught', 'debug', 10, [], { name: LONG, active: true, tosidebar: true, console: false, tostatus: true, complete: 'error', targetType: 'msg', statusVal: 'error.message', statusType: 'msg' }),
];

describe('hostile names, topics, keys and errors', () => {
  const editor = useEditor({ flows: FLOW });
  const hacked = (): Promise<unknown> => editor().page.page.evaluate(() => (globalThis as { hacked?: unknown }).hacked);

  before(async () => {
    const { nodeRed, page } = editor();
    await page.load();
    const topics = [IMAGE, SCRIPT, '__proto__', 'constructor', LONG, RIGHT_TO_LEFT];
    await nodeRed.send('hostile-source', topics.flatMap((topic) => [{ topic, payload: topic }, { topic, payload: 0 }]));
  });

  afterEach(async () => {
    expect(await hacked(), 'what a hostile text would have set').to.equal(undefined);
  });

  it('are shown as they are, on the canvas and in the sidebar', async () => {
    const { page } = editor();
    const shown = (await page.debugMessages(3)).join('\n');
    expect(shown).to.include('<img src=x onerror').and.to.include('__proto__');
    for (const id of ['receiver', 'checkpoint']) expect(await page.nodeOnCanvas(`hostile-${id}`).textContent()).to.include('<img src=x');
    expect(await page.page.locator('img[src=x]').count()).to.equal(0);
  });

  it('are shown as texts in every dialog', async () => {
    const { page } = editor();
    for (const { id, type, name } of FLOW.filter((each) => each.type.startsWith('dstream-') && each.type !== 'dstream-engine')) {
      const dialog = await page.openDialog(id);
      expect(await dialog.valueOf('name'), type).to.equal(name);
      await dialog.cancel();
    }
    const engine = await page.openConfigDialog('dstream-engine', 'hostile-engine');
    expect(await engine.valueOf('name')).to.equal(IMAGE);
    await engine.cancel();
    expect(await page.page.locator('img[src=x]').count()).to.equal(0);
  });

  it('are texts where a dialog lists other nodes: streams of a join, states of a checkpoint, reasons of a guarantee', async () => {
    const { page } = editor();
    const join = await page.openDialog('hostile-join');
    expect((await join.field('leftStream').innerText())).to.include('__proto__').and.to.include('<img src=x');
    await join.cancel();
    const checkpoint = await page.openDialog('hostile-checkpoint');
    await checkpoint.form.getByRole('button', { name: /reset/i }).click();
    const scope = checkpoint.form.locator('.dstream-checkpoint-graphs select');
    await scope.waitFor();
    expect(await scope.innerText()).to.include('<img src=x');
    await checkpoint.cancel();
    const sink = await page.openDialog('hostile-sink');
    await page.page.locator('#dstream-sink-guarantee').waitFor();
    await sink.cancel();
  });
});
