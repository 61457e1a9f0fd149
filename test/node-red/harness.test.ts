import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { NodeRed, runningVersion } from '../support/NodeRed';
import type { FlowNode } from '../support/NodeRed';

const tab: FlowNode = { id: 'tab', type: 'tab', label: 'Test' };
const source: FlowNode = { id: 'source', type: 'test-source', z: 'tab', x: 100, y: 100, wires: [['collector']] };
const collector: FlowNode = { id: 'collector', type: 'test-collector', z: 'tab', x: 300, y: 100, wires: [] };
const inject: FlowNode = {
  id: 'inject',
  type: 'inject',
  z: 'tab',
  x: 100,
  y: 200,
  wires: [['collector']],
  once: true,
  onceDelay: 0.01,
  topic: 'injected',
  props: [{ p: 'payload' }, { p: 'topic', vt: 'str' }],
  payload: '7',
  payloadType: 'num',
};

describe('A real Node-RED process', () => {
  let nodeRed: NodeRed;

  before(async () => {
    // The harness itself, without the palette: a broken palette must not hide that the harness works.
    nodeRed = await NodeRed.start({ nodesDirectories: [], nodeParameters: ['--expose-gc'] });
  });

  after(async () => {
    await nodeRed.stop();
  });

  it('is the version that was asked for', async () => {
    const { version } = (await nodeRed.request('GET', '/settings')) as { version: string };
    expect(version.split('.')[0]).to.equal(runningVersion());
  });

  it('lists its node sets', async () => {
    const sets = await nodeRed.nodes();
    expect(sets.find((set) => set.types.includes('test-collector'))).to.include({ enabled: true });
    expect(sets.filter((set) => set.err !== undefined)).to.deep.equal([]);
  });

  it('runs a core node into a collector', async () => {
    await nodeRed.deploy([tab, inject, collector]);
    const [first] = await nodeRed.collected('collector', 1);
    expect(first?.message).to.include({ payload: 7, topic: 'injected' });
    expect(Math.abs(Date.now() - (first?.time ?? 0))).to.be.below(10_000);
  });

  it('sends the messages it is told to, in order', async () => {
    await nodeRed.deploy([tab, source, collector]);
    await nodeRed.forgetCollected('collector');
    expect(await nodeRed.send('source', [{ payload: 'a' }, { payload: 'b' }])).to.equal(2);
    expect(await nodeRed.burst('source', 1000, ['x', 'y'])).to.equal(1000);
    const messages = await nodeRed.collected('collector', 1002);
    expect(messages.slice(0, 4).map(({ message }) => message['payload'])).to.deep.equal(['a', 'b', 0, 1]);
    expect(messages.slice(2, 5).map(({ message }) => message['topic'])).to.deep.equal(['x', 'y', 'x']);
    expect(messages.at(-1)?.message['payload']).to.equal(999);
  });

  for (const type of ['full', 'nodes', 'flows', 'reload'] as const) {
    it(`has started the flows when a deploy of type ${type} resolves`, async () => {
      const other = { ...source, id: `source-${type}` };
      await nodeRed.deploy([tab, source, collector, ...(type === 'reload' ? [] : [other])], type === 'reload' ? 'full' : type);
      if (type === 'reload') {
        await nodeRed.deploy([], 'reload');
      }
      expect(await nodeRed.send(type === 'reload' ? 'source' : other.id, [{ payload: 1 }])).to.equal(1);
    });
  }

  it('keeps traffic going across a deploy', async () => {
    await nodeRed.deploy([tab, source, collector]);
    await nodeRed.forgetCollected('collector');
    await nodeRed.startTraffic('source', { perSecond: 2000, topics: ['steady'] });
    await nodeRed.collected('collector', 100);
    await nodeRed.deploy([tab, { ...inject, once: false }, source, collector], 'nodes');
    await nodeRed.collected('collector', 300);
    const sent = await nodeRed.stopTraffic('source');
    expect(sent).to.be.at.least(300);
    const payloads = (await nodeRed.collected('collector', sent)).map(({ message }) => message['payload']);
    expect(payloads).to.deep.equal(Array.from({ length: sent }, (_, index) => index));
  });

  it('says why flows do not start', async () => {
    const unknown = { ...collector, id: 'unknown', type: 'test-unknown' };
    let message = '';
    try {
      await nodeRed.deploy([tab, unknown]);
    } catch (error) {
      message = String(error);
    }
    expect(message).to.include('missing-types');
    await nodeRed.deploy([tab, source, collector]);
  });

  it('stops and starts the flows', async () => {
    await nodeRed.setState('stop');
    expect(await nodeRed.send('source', [{ payload: 1 }])).to.equal(0);
    await nodeRed.setState('start');
    expect(await nodeRed.send('source', [{ payload: 1 }])).to.equal(1);
  });

  it('measures what the process holds', async () => {
    const hold: FlowNode = {
      id: 'hold',
      type: 'function',
      z: 'tab',
      x: 200,
      y: 100,
      wires: [['collector']],
      func: 'const end = Date.now() + 200; while (Date.now() < end) {} return msg;',
    };
    await nodeRed.deploy([tab, { ...source, wires: [['hold']] }, hold, collector]);
    await nodeRed.forgetCollected('collector');
    await nodeRed.resetDelay();
    await nodeRed.send('source', [{ payload: 1 }]);
    await nodeRed.collected('collector', 1);
    const figures = await nodeRed.figures({ collectGarbage: true });
    expect(figures.delay.max).to.be.within(150, 5000);
    expect(figures.workers).to.equal(0);
    expect(figures.memory.heapUsed).to.be.above(1e6);
    expect(Object.values(figures.resources).reduce((sum, count) => sum + count, 0)).to.be.above(0);
  });

  it('reads the status of a node', async () => {
    const show: FlowNode = {
      id: 'show',
      type: 'function',
      z: 'tab',
      x: 200,
      y: 100,
      wires: [[]],
      func: "node.status({ fill: 'green', shape: 'dot', text: 'seen ' + msg.payload }); return msg;",
    };
    await nodeRed.deploy([tab, { ...source, wires: [['show']] }, show]);
    await nodeRed.send('source', [{ payload: 12 }]);
    expect(await nodeRed.status('show', /^seen \d+$/)).to.deep.equal({ fill: 'green', shape: 'dot', text: 'seen 12' });
  });

  it('counts the worker threads that run', async () => {
    const start: FlowNode = {
      id: 'start',
      type: 'function',
      z: 'tab',
      x: 200,
      y: 100,
      wires: [['collector']],
      libs: [{ var: 'threads', module: 'worker_threads' }],
      func: `const worker = new threads.Worker('setTimeout(() => {}, 1e9)', { eval: true });
        worker.once('online', () => node.send({ payload: 'online' }));
        node.on('close', (done) => { worker.terminate().then(() => done()); });`,
    };
    await nodeRed.deploy([tab, { ...source, wires: [['start']] }, start, collector]);
    await nodeRed.forgetCollected('collector');
    await nodeRed.send('source', [{ payload: 1 }]);
    await nodeRed.collected('collector', 1);
    expect((await nodeRed.figures()).workers).to.equal(1);
    await nodeRed.deploy([tab, source, collector]);
    expect((await nodeRed.figures()).workers).to.equal(0);
  });

  it('ends when it is told to, and leaves nothing behind', async () => {
    const other = await NodeRed.start({ nodesDirectories: [] });
    expect(await other.stop()).to.include({ code: 0 });
    expect(existsSync(other.userDirectory)).to.equal(false);
  });

  it('can be killed', async () => {
    const other = await NodeRed.start({ nodesDirectories: [] });
    expect(await other.kill()).to.include({ signal: 'SIGKILL' });
  });
});
