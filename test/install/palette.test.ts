import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { batcher, node, receiver, sink, sums, tab } from '../support/flows';
import { NodeRed, type FlowNode, type NodeRedOptions } from '../support/NodeRed';
import { filesBelow, installation, type Installation, PACKAGE } from './Installation';

const SETS = ['batcher', 'checkpoint', 'engine', 'join', 'map', 'receiver', 'reduceByKey', 'sink', 'state', 'statistics', 'window'];

/** Simulated sensors, counted and summed. */
const flow: FlowNode[] = [
  tab(),
  receiver('sensors', ['batcher'], { source: 'simulated', sensors: '3', rate: '10', seed: '1' }),
  batcher('batcher', ['sums']),
  sums('sums', ['sink'], { aggregates: [{ aggregate: 'count', as: 'count' }, { aggregate: 'sum', of: 'payload.value', ofType: 'msg', as: 'sum' }] }),
  sink('sink', ['collector']),
  node('collector', 'test-collector', []),
];

/** Node-RED on an installed palette, and on no other. */
function start(files: Installation, options: NodeRedOptions = {}): Promise<NodeRed> {
  return NodeRed.start({ nodesDirectories: [], userDirectory: files.folder, ...options });
}

/** The palette's sets are all there, and a flow with simulated sensors gives sums. */
async function expectPaletteWorks(nodeRed: NodeRed): Promise<void> {
  const sets = (await nodeRed.nodes()).filter(({ module }) => module === PACKAGE);
  expect(sets.map(({ name }) => name).sort()).to.deep.equal(SETS);
  expect(sets.flatMap(({ types }) => types).sort()).to.deep.equal(SETS.map((name) => `dstream-${name}`));
  expect(sets.filter(({ enabled, err }) => !enabled || err !== undefined)).to.deep.equal([]);
  await nodeRed.deploy(flow);
  const [first] = await nodeRed.collected('collector', 1, 20_000);
  const [sum] = first?.message['payload'] as { readonly count: number; readonly sum: number }[];
  expect(sum?.count).to.be.at.least(1);
  expect(sum?.sum).to.be.above(0);
  expect(nodeRed.errors).to.deep.equal([]);
}

/** What an address of the admin API answers. */
async function answer(nodeRed: NodeRed, path: string, accept: string): Promise<{ readonly status: number; readonly body: Buffer }> {
  const response = await fetch(nodeRed.url + path, { headers: { Accept: accept } });
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}

describe('the palette, installed into an empty user directory', () => {
  let files: Installation;
  let nodeRed: NodeRed;

  before(async () => {
    files = await (await installation()).copy('user');
    nodeRed = await start(files, { editor: true });
  });

  after(async () => {
    await nodeRed.stop();
  });

  it('loads from there, with every set and type, and runs', async () => {
    await expectPaletteWorks(nodeRed);
  });

  it('serves the page and the help of every node', async () => {
    const { body } = await answer(nodeRed, '/nodes', 'text/html');
    const pages = body.toString();
    for (const set of SETS) {
      expect(pages).to.include(`RED.nodes.registerType('dstream-${set}'`);
      expect(pages).to.include(`data-template-name="dstream-${set}"`);
      expect(pages).to.include(`data-help-name="dstream-${set}"`);
    }
  });

  for (const language of ['en-US', 'de', 'ja', 'zh-CN']) {
    it(`serves the texts of every node (${language})`, async () => {
      const catalogues = await nodeRed.request('GET', `/nodes/messages?lng=${language}`) as Record<string, Record<string, unknown>>;
      for (const set of SETS) {
        const expected: unknown = JSON.parse(await files.read(`dist/nodes/${set}/locales/${language}/${set}.json`));
        expect(catalogues[`${PACKAGE}/${set}`], set).to.deep.equal(expected);
      }
    });
  }

  it('serves the icon of every node', async () => {
    const icons = await nodeRed.request('GET', '/icons') as Record<string, string[]>;
    expect([...new Set(icons[PACKAGE])].sort()).to.deep.equal(SETS.map((set) => `dstream-${set}.svg`));
    for (const set of SETS) {
      const { status, body } = await answer(nodeRed, `/icons/${PACKAGE}/dstream-${set}.svg`, '*/*');
      expect(status).to.equal(200);
      expect(body.toString(), set).to.equal(await files.read(`icons/dstream-${set}.svg`));
    }
  });

  it('serves the editor code of every node, and no other file of the package', async () => {
    for (const set of SETS) {
      const { status, body } = await answer(nodeRed, `/resources/${PACKAGE}/${set}.js`, '*/*');
      expect(status).to.equal(200);
      expect(body.toString(), set).to.equal(await files.read(`resources/${set}.js`));
    }
    const outside = ['..%2fpackage.json', '..%5cpackage.json', '%2e%2e%2fpackage.json', 'map.js%00', '%2fetc%2fpasswd', 'C:%5cboot.ini', 'x'.repeat(3000)];
    for (const path of outside) {
      const { status } = await answer(nodeRed, `/resources/${PACKAGE}/${path}`, '*/*');
      expect(status, path.slice(0, 40)).to.be.within(400, 404);
    }
  });

  it('lists the examples, and hands out every one as it was packed', async () => {
    const address = (path: string): string => `/library/examples/flows/${PACKAGE}${path.split('/').map(encodeURIComponent).join('/')}`;
    const below = async (folder: string): Promise<string[]> => {
      const entries = await nodeRed.request('GET', address(folder)) as (string | { readonly fn: string })[];
      const inner = await Promise.all(entries.map(async (entry) => (typeof entry === 'string' ? await below(`${folder}/${entry}`) : [`${folder}/${entry.fn}`])));
      return inner.flat();
    };
    const listed = await below('');
    const packed = files.packed.filter((path) => path.startsWith('examples/')).map((path) => path.slice('examples/'.length));
    expect(packed).to.have.length.above(7);
    expect([...listed].sort()).to.deep.equal(packed.map((path) => `/${path.replace(/\.json$/, '')}`).sort());
    for (const path of listed) {
      const { body } = await answer(nodeRed, address(path), 'application/json');
      expect(JSON.parse(body.toString()), path).to.deep.equal(JSON.parse(await files.read(`examples${path}.json`)));
    }
  });
});

describe('the palette, installed where', () => {
  it('core\'s MQTT nodes are switched off: everything but MQTT works', async () => {
    const files = await (await installation()).copy('user');
    const nodeRed = await start(files, { settings: { nodesExcludes: ['10-mqtt.js'] } });
    try {
      expect((await nodeRed.nodes()).filter(({ types }) => types.includes('mqtt-broker'))).to.deep.equal([]);
      await expectPaletteWorks(nodeRed);
    } finally {
      await nodeRed.stop();
    }
  });

  it('nothing may be written: it neither writes nor needs to', async () => {
    const files = await (await installation()).copy('user');
    const modules = join(files.folder, 'node_modules');
    const entries = async (): Promise<string[]> => [...new Set((await filesBelow(modules)).flatMap((path) => [path, join(path, '..')]))];
    const before = await entries();
    // A superuser may write all the same: then what counts is that nothing has changed.
    for (const path of before) await chmod(join(modules, path), (await stat(join(modules, path))).mode & ~0o222);
    const changes = async (): Promise<[string, number, number][]> =>
      await Promise.all((await entries()).map(async (path): Promise<[string, number, number]> => {
        const { mtimeMs, size } = await stat(join(modules, path));
        return [path, mtimeMs, size];
      }));
    const untouched = await changes();
    const nodeRed = await start(files);
    try {
      await expectPaletteWorks(nodeRed);
      await nodeRed.stop();
      expect(await changes()).to.deep.equal(untouched);
    } finally {
      await nodeRed.kill();
      for (const path of await entries()) await chmod(join(modules, path), 0o755);
    }
  });

  it('the user directory\'s name has spaces, umlauts and signs of other scripts', async () => {
    const files = await (await installation()).copy('Größe & Maß \'24\' (データ) 100% #1');
    const nodeRed = await start(files);
    try {
      await expectPaletteWorks(nodeRed);
    } finally {
      await nodeRed.stop();
    }
  });
});
