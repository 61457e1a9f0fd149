import { expect } from 'chai';
import { batcher, map, node, receiver, sink, sums, tab } from '../support/flows';
import { NodeRed, type Collected, type FlowNode } from '../support/NodeRed';
import { until } from '../support/until';

interface Sums {
  readonly key: string;
  readonly count: number;
  readonly sum: number;
}

/** All batches of a collector behind a sink, added up by key: how records fell into batches does not matter. */
function totals(messages: readonly Collected[]): Record<string, [count: number, sum: number]> {
  const found: Record<string, [number, number]> = {};
  for (const { message } of messages) {
    for (const { key, count, sum } of message['payload'] as Sums[]) {
      const [counted, summed] = found[key] ?? [0, 0];
      found[key] = [counted + count, summed + sum];
    }
  }
  return found;
}

/** Resolves with the totals once as many records have come through as are expected. */
async function totalsOf(nodeRed: NodeRed, collector: string, records: number): Promise<Record<string, [number, number]>> {
  for (let messages = 1; ; messages++) {
    const collected = await nodeRed.collected(collector, messages);
    const found = totals(collected);
    if (Object.values(found).reduce((sum, [count]) => sum + count, 0) >= records) return found;
    messages = collected.length;
  }
}

/** outer = ( +1 ) → inner → ; inner = ( ×10 ) */
const subflows: FlowNode[] = [
  { id: 'inner', type: 'subflow', name: 'inner', in: [{ x: 50, y: 50, wires: [{ id: 'times' }] }], out: [{ x: 300, y: 50, wires: [{ id: 'times', port: 0 }] }] },
  map('times', [], 'return msg.payload * 10;', { z: 'inner', wires: [[]] }),
  { id: 'outer', type: 'subflow', name: 'outer', in: [{ x: 50, y: 50, wires: [{ id: 'plus' }] }], out: [{ x: 400, y: 50, wires: [{ id: 'nested', port: 0 }] }] },
  map('plus', ['nested'], 'return msg.payload + 1;', { z: 'outer' }),
  node('nested', 'subflow:inner', [[]], { z: 'outer' }),
];

describe('drawings in a real Node-RED', () => {
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await NodeRed.start();
  });

  after(async () => {
    await nodeRed.stop();
  });

  beforeEach(async () => {
    await nodeRed.deploy([]);
    for (const collector of ['collector', 'collector1', 'collector2', 'tapped']) await nodeRed.forgetCollected(collector);
  });

  it('the palette loads without an error, and idles without a worker while nobody uses it', async () => {
    const sets = (await nodeRed.nodes()).filter((set) => set.module === '@dstream/node-red-dstream');
    expect(sets.map((set) => set.name).sort()).to.deep.equal(['batcher', 'checkpoint', 'engine', 'join', 'map', 'receiver', 'reduceByKey', 'sink', 'state', 'statistics', 'window']);
    expect(sets.filter((set) => set.err !== undefined || !set.enabled)).to.deep.equal([]);

    await nodeRed.deploy([]);
    const before = await nodeRed.figures();
    await nodeRed.deploy([tab(), node('source', 'test-source', [['collector']]), node('collector', 'test-collector', [])]);
    const after = await nodeRed.figures();
    expect(after.workers).to.equal(0);
    expect(after.resources['Timeout'] ?? 0).to.be.at.most(before.resources['Timeout'] ?? 0);
  });

  it('two graphs on one tab: junction, links across tabs, nested subflows in two instances, a disabled node', async () => {
    await nodeRed.deploy([
      tab(),
      tab('other'),
      ...subflows,
      // The first graph: junction → link across tabs → subflow instance A.
      node('source1', 'test-source', [['receiver1']]),
      receiver('receiver1', ['junction']),
      node('junction', 'junction', [['batcher1']]),
      batcher('batcher1', ['linkOut']),
      node('linkOut', 'link out', [], { mode: 'link', links: ['linkIn'] }),
      node('linkIn', 'link in', [['A']], { z: 'other', links: ['linkOut'] }),
      node('A', 'subflow:outer', [['sums1']], { z: 'other' }),
      sums('sums1', ['sink1'], { z: 'other' }),
      sink('sink1', ['collector1'], { z: 'other' }),
      node('collector1', 'test-collector', [], { z: 'other' }),
      // The second graph: subflow instance B, and a disabled branch beside it.
      node('source2', 'test-source', [['receiver2']]),
      receiver('receiver2', ['batcher2']),
      batcher('batcher2', ['B', 'disabled']),
      node('B', 'subflow:outer', [['sums2']]),
      map('disabled', ['sums2'], 'return 1000000;', { d: true }),
      sums('sums2', ['sink2']),
      sink('sink2', ['collector2']),
      node('collector2', 'test-collector', []),
    ]);
    await nodeRed.send('source1', [1, 2, 3].map((payload) => ({ topic: 'a', payload })));
    await nodeRed.send('source2', [5, 6].map((payload) => ({ topic: 'b', payload })));
    // (1+1)×10 + (2+1)×10 + (3+1)×10 = 90; (5+1)×10 + (6+1)×10 = 130
    expect(await totalsOf(nodeRed, 'collector1', 3)).to.deep.equal({ a: [3, 90] });
    expect(await totalsOf(nodeRed, 'collector2', 2)).to.deep.equal({ b: [2, 130] });
    expect((await nodeRed.figures()).workers).to.equal(2);
    expect(nodeRed.errors).to.deep.equal([]);
  });

  it('a debug node on a stream wire gets one message a batch, and does not change what runs', async () => {
    const flow = (tap: readonly string[]): FlowNode[] => [
      tab(),
      node('source', 'test-source', [['receiver']]),
      receiver('receiver', ['batcher']),
      batcher('batcher', ['double']),
      map('double', ['sums', ...tap], 'return msg.payload * 2;'),
      sums('sums', ['sink']),
      sink('sink', ['collector']),
      node('collector', 'test-collector', []),
      node('tapped', 'test-collector', []),
    ];
    await nodeRed.deploy(flow([]));
    await nodeRed.deploy(flow(['tapped']), 'nodes');
    await nodeRed.send('source', [1, 2, 3].map((payload) => ({ topic: 'a', payload })));
    expect(await totalsOf(nodeRed, 'collector', 3)).to.deep.equal({ a: [3, 12] });
    const [first] = await nodeRed.collected('tapped', 1);
    expect(first?.message['payload']).to.deep.equal([2, 4, 6]);
    expect(first?.message['topic']).to.equal(undefined);
    expect(first?.message['dstream']).to.include({ graphId: 'batcher', nodeId: 'double', batchInterval: 100, count: 3, truncated: false });
  });

  it('a foreign node between two stream nodes is a problem of its graph alone', async () => {
    await nodeRed.deploy([
      tab(),
      node('source1', 'test-source', [['receiver1']]),
      receiver('receiver1', ['batcher1']),
      batcher('batcher1', ['change']),
      node('change', 'change', [['map1']], { rules: [], reg: false }),
      map('map1', ['sink1'], 'return msg;'),
      sink('sink1', []),
      node('source2', 'test-source', [['receiver2']]),
      receiver('receiver2', ['batcher2']),
      batcher('batcher2', ['sums2']),
      sums('sums2', ['sink2']),
      sink('sink2', ['collector2']),
      node('collector2', 'test-collector', []),
    ]);
    await nodeRed.send('source2', [{ topic: 'a', payload: 4 }]);
    expect(await totalsOf(nodeRed, 'collector2', 1)).to.deep.equal({ a: [1, 4] });
    expect((await nodeRed.figures()).workers).to.equal(1);
    expect(nodeRed.errors.join('\n')).to.match(/change/);
  });

  it('a window survives the deploy of a neighbour, and a stop ends all workers', async () => {
    const flow = (label: string): FlowNode[] => [
      tab(),
      node('source', 'test-source', [['receiver']]),
      receiver('receiver', ['batcher']),
      batcher('batcher', ['double']),
      map('double', ['window'], `/* ${label} */ return msg.payload * 2;`),
      node('window', 'dstream-window', [['sums']], { mode: 'sliding', length: '1', lengthUnits: 'h', slide: '100', slideUnits: 'ms' }),
      sums('sums', ['sink']),
      sink('sink', ['collector']),
      node('collector', 'test-collector', []),
    ];
    await nodeRed.deploy(flow('before'));
    await nodeRed.send('source', [1, 2].map((payload) => ({ topic: 'a', payload })));
    await nodeRed.collected('collector', 1);
    await nodeRed.deploy(flow('after'), 'nodes');
    await nodeRed.send('source', [{ topic: 'a', payload: 4 }]);
    // The window is an hour long, so the newest result has everything that ever came: (1 + 2 + 4) × 2.
    let last: Sums | undefined;
    for (let seen = 1; last?.count !== 3; seen++) {
      const messages = await nodeRed.collected('collector', seen);
      seen = messages.length;
      [last] = (messages.at(-1)?.message['payload'] ?? []) as Sums[];
    }
    expect(last).to.include({ key: 'a', count: 3, sum: 14 });
    await nodeRed.deploy([]);
    await until('all workers have ended', async () => (await nodeRed.figures()).workers === 0);
  });
});
