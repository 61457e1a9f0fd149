import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import type { MonitorSnapshot } from '../../src/flow/monitor/snapshot';
import type { Dialog } from '../support/browser/Dialog';
import { LONGEST_LOOK, Traffic } from '../support/browser/StreamingSidebar';
import { useEditor } from '../support/browser/useEditor';
import { until } from '../support/until';

const HOSTILE = '<img src=x onerror=window.hacked=1>';

/** Two records a second: of the kitchen, and of a room whose name is an attack. */
const inject = (id: string, topic: string, payload: object) => ({
  id, type: 'inject', z: 'tab', props: [{ p: 'payload' }, { p: 'topic', vt: 'str' }], repeat: '0.5', once: true, onceDelay: 0.1,
  topic, payload: JSON.stringify(payload), payloadType: 'json', x: 100, y: 100, wires: [['in']],
});

const FLOWS = [
  { id: 'tab', type: 'tab', label: 'preview' },
  inject('kitchen', 'kitchen', { value: 21.5, room: 'kitchen' }),
  inject('hostile', HOSTILE, { value: 18, room: HOSTILE, [HOSTILE]: 1 }),
  { id: 'in', type: 'dstream-receiver', z: 'tab', version: 1, source: 'wire', format: 'auto', keyType: 'topic', x: 260, y: 100, wires: [['every']] },
  { id: 'every', type: 'dstream-batcher', z: 'tab', version: 1, interval: '500', intervalUnits: 'ms', x: 420, y: 100, wires: [['m']] },
  { id: 'm', type: 'dstream-map', z: 'tab', version: 1, mode: 'map', lang: 'javascript', func: 'return msg.payload.value;', x: 560, y: 100, wires: [['r']] },
  {
    id: 'r', type: 'dstream-reduceByKey', z: 'tab', version: 1, keyType: 'key', key: '', emit: 'all', keyLimit: 100, x: 700, y: 100, wires: [['out']],
    aggregates: [{ aggregate: 'mean', of: 'payload', ofType: 'msg', as: 'mean' }],
  },
  { id: 'out', type: 'dstream-sink', z: 'tab', version: 1, target: 'flow', mode: 'batch', x: 860, y: 100, wires: [[]] },
];

describe('the preview in the dialogs', () => {
  const editor = useEditor({ flows: FLOWS });
  let dialog: Dialog;
  const section = (): Locator => dialog.form.locator('.dstream-preview');
  const words = (): Promise<string> => section().innerText();

  async function open(id: string): Promise<void> {
    dialog = await editor().page.openDialog(id);
    const head = section().locator('button');
    if ((await head.getAttribute('aria-expanded')) === 'false') await head.click();
  }

  /** Resolves when the section says it. */
  async function says(pattern: RegExp): Promise<void> {
    let last = '';
    const holds = async (): Promise<boolean> => {
      last = await words();
      return pattern.test(last);
    };
    await until(`the preview says ${String(pattern)}`, holds, 15_000).catch((error: unknown) => {
      throw new Error(`${String(error)} It says: ${last}`);
    });
  }

  afterEach(async () => {
    if (await dialog.form.isVisible()) await dialog.cancel();
  });

  it('shows what the code on the screen makes of the records that flowed in, before Deploy', async () => {
    await open('m');
    await says(/really flowed in[^]*"room": "kitchen"[^]*21\.5/);
    await dialog.setField('func', 'return msg.payload.value * 1000;');
    await says(/21500/);
    expect(await words(), 'names stay text').to.include(HOSTILE);
    expect(await editor().page.page.evaluate(() => Reflect.get(globalThis, 'hacked') as unknown)).to.equal(undefined);
  });

  it('says where the code fails, and stops it when it does not end', async () => {
    await open('m');
    await dialog.setField('func', 'const room = msg.topic;\nif (room === "kitchen") throw new Error("no kitchen");\nreturn room;');
    await says(/no kitchen \(line 2\)/);
    await dialog.setField('func', 'return 1 +* 2;');
    await says(/not valid JavaScript[^]*\(line 1\)/);
    await dialog.setField('func', 'for (;;);\nreturn 1;');
    await says(/did not come back within a second[^]*not tried/);
    await dialog.setField('func', 'return "well again";');
    await says(/well again/);
  });

  it('lets code reach nothing: no address, no global of the page, nothing of the editor', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('Access-Control-Allow-Origin', '*').setHeader('Content-Type', 'text/javascript').end('');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    await open('m');
    await dialog.setField('func', `import("${address}/code").catch(() => 0); return Function('return [typeof XMLHttpRequest, typeof localStorage]')();`);
    await says(/\["undefined", "undefined"\]/);
    // The server is there, and the page itself may ask it: what the code asked before would have arrived.
    await editor().page.page.evaluate((url) => fetch(url), `${address}/page`);
    expect(asked).to.deep.equal(['/page']);
    server.close();
  });

  it('asks for records only while it is open, and runs nothing in the runtime', async () => {
    const { nodeRed, page } = editor();
    const asking = new Traffic(page, '/samples/');
    await open('m');
    await dialog.setField('func', 'if (msg) throw new Error("only in the browser");\nreturn msg;');
    await says(/only in the browser/);
    await until('it has asked for records', () => asking.times.length > 0, LONGEST_LOOK);
    asking.stop();
    await section().locator('button').first().click();
    const folded = new Traffic(page, '/samples/');
    const sequence = async (): Promise<number> => {
      const { graph } = (await nodeRed.request('GET', '/dstream/monitor?graph=every')) as MonitorSnapshot;
      return graph?.sequence ?? 0;
    };
    const before = await sequence();
    await until('six batches have ended', async () => (await sequence()) >= before + 6, LONGEST_LOOK);
    folded.stop();
    expect(folded.times).to.have.length(0);
    expect(nodeRed.log.filter((line) => line.includes('only in the browser'))).to.deep.equal([]);
  });

  it('runs JSONata, compiled and interpreted, and says which', async () => {
    await open('m');
    await dialog.setField('lang', 'jsonata');
    await dialog.setField('func', 'payload.value * 3');
    await says(/is compiled[^]*64\.5/);
    await dialog.setField('func', '$map([payload.value], function($v) { $v * 4 })');
    await says(/is interpreted[^]*\$map\(\)[^]*86/);
  });

  it('shows keys and results of a reduceByKey', async () => {
    await open('r');
    await says(/Results for each key[^]*kitchen\s+\d+\s+21\.5/);
  });

  it('takes an example for a node that is not deployed, also one of the user\'s own', async () => {
    const id = await editor().page.dragIn('dstream-map', { x: 300, y: 300 });
    await open(id);
    await says(/does not run yet[^]*\{"value": 21\.5\}/);
    await section().locator('textarea').fill('{"payload": {"deep": [1, 2]}, "key": "mine"}');
    await dialog.setField('func', 'return msg.payload.deep.length;');
    await says(/\b2\s+key mine/);
    await section().locator('textarea').fill('{');
    await says(/The example is not JSON/);
  });
});
