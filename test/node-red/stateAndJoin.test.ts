import { expect } from 'chai';
import { batcher, join, map, node, receiver, sink, tab, total } from '../support/flows';
import { type FlowNode, NodeRed } from '../support/NodeRed';
import { until } from '../support/until';

/** All payloads of a collector behind a sink, one after the other. */
async function payloads(nodeRed: NodeRed, collector: string, count: number): Promise<unknown[]> {
  for (let messages = 1; ; messages++) {
    const collected = await nodeRed.collected(collector, messages);
    const found = collected.flatMap(({ message }) => message['payload'] as unknown[]);
    if (found.length >= count) return found;
    messages = collected.length;
  }
}

describe('state and join in a real Node-RED', () => {
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await NodeRed.start();
  });

  after(async () => {
    await nodeRed.stop();
  });

  beforeEach(async () => {
    await nodeRed.deploy([]);
    for (const collector of ['collector', 'other']) await nodeRed.forgetCollected(collector);
  });

  /** Two receivers whose records wait in windows of an hour, so that it does not matter which batch they come in. */
  const sides = (left: Record<string, unknown>, more: readonly FlowNode[], to: string): FlowNode[] => [
    tab(),
    node('source1', 'test-source', [['readings']]),
    node('source2', 'test-source', [['limits']]),
    receiver('readings', ['batcher1']),
    receiver('limits', ['batcher2']),
    batcher('batcher1', ['window1']),
    batcher('batcher2', ['window2']),
    ...['window1', 'window2'].map((id) =>
      node(id, 'dstream-window', [[to]], { mode: 'sliding', length: '1', lengthUnits: 'h', slide: '100', slideUnits: 'ms' })),
    ...more,
    join('join', ['sink'], left),
    sink('sink', ['collector']),
    node('collector', 'test-collector', []),
  ];

  it('joins two streams over a junction, the left one as it was chosen, and the other way round after a Deploy', async () => {
    const drawing = (left: string): FlowNode[] => sides({ left, mode: 'full' }, [node('junction', 'junction', [['join']])], 'junction');
    await nodeRed.deploy(drawing('window2'));
    await nodeRed.send('source1', [{ topic: 'a', payload: 1 }, { topic: 'b', payload: 2 }]);
    await nodeRed.send('source2', [{ topic: 'a', payload: 10 }]);
    const both = (rows: readonly unknown[]): boolean => {
      try {
        expect(rows).to.deep.include.members([{ key: 'a', left: 10, right: 1 }, { key: 'b', left: null, right: 2 }]);
        return true;
      } catch {
        return false;
      }
    };
    await until('both sides have met', async () => both((await nodeRed.collected('collector', 1)).at(-1)?.message['payload'] as unknown[]));
    await nodeRed.deploy(drawing('window1'), 'nodes');
    await nodeRed.forgetCollected('collector');
    // The windows went on, so that what was sent before is there still.
    const [first] = await nodeRed.collected('collector', 1);
    expect(first?.message['payload']).to.deep.equal([{ key: 'a', left: 1, right: 10 }, { key: 'b', left: 2, right: null }]);
    expect(nodeRed.errors).to.deep.equal([]);
  });

  it('takes a stream out of a subflow instance as the left one, by the id that the dialog stores', async () => {
    const subflow: FlowNode[] = [
      { id: 'sub', type: 'subflow', name: 'sub', in: [{ x: 50, y: 50, wires: [{ id: 'inside' }] }], out: [{ x: 300, y: 50, wires: [{ id: 'inside', port: 0 }] }] },
      map('inside', [], 'return msg.payload * 100;', { z: 'sub', wires: [[]] }),
    ];
    const drawing = sides({ left: 'instance-inside' }, [...subflow, node('instance', 'subflow:sub', [['join']])], 'join')
      .map((one) => (one.id === 'window2' ? { ...one, wires: [['instance']] } : one));
    await nodeRed.deploy(drawing);
    await nodeRed.send('source1', [{ topic: 'a', payload: 1 }]);
    await nodeRed.send('source2', [{ topic: 'a', payload: 10 }]);
    expect((await payloads(nodeRed, 'collector', 1))[0]).to.deep.equal({ key: 'a', left: 1000, right: 1 });
    expect(nodeRed.errors).to.deep.equal([]);
  });

  it('a left stream that is not wired in is an error that says what is', async () => {
    await nodeRed.deploy(sides({ left: 'elsewhere' }, [], 'join'));
    await nodeRed.logged(/the left stream of the join, elsewhere, is not wired to it/);
    await nodeRed.logged(/join-left-missing/);
  });

  it('state survives a Deploy that changes other nodes, and what is emitted; another function begins afresh, with a warning', async () => {
    const drawing = (factor: string, state: Record<string, unknown>): FlowNode[] => [
      tab(),
      node('source', 'test-source', [['receiver']]),
      receiver('receiver', ['batcher']),
      batcher('batcher', ['map']),
      map('map', ['total'], `return msg.payload * ${factor};`),
      total('total', ['sink'], state),
      sink('sink', ['collector']),
      node('collector', 'test-collector', []),
    ];
    const reaches = async (sum: number): Promise<void> => {
      await until(`the total is ${String(sum)}`, async () => {
        const all = (await nodeRed.collected('collector', 1)).flatMap(({ message }) => message['payload'] as { state: number }[]);
        return all.at(-1)?.state === sum;
      });
    };
    await nodeRed.deploy(drawing('1', {}));
    await nodeRed.send('source', [{ topic: 'a', payload: 1 }, { topic: 'a', payload: 2 }]);
    await reaches(3);
    await nodeRed.deploy(drawing('10', { timeout: '1', timeoutUnits: 'h', keyLimit: '5' }), 'nodes');
    await nodeRed.send('source', [{ topic: 'a', payload: 4 }]);
    await reaches(43);
    await nodeRed.deploy(drawing('10', { emit: 'all' }), 'full');
    await nodeRed.send('source', [{ topic: 'a', payload: 1 }]);
    await reaches(53);
    await nodeRed.deploy(drawing('10', { func: 'return values.length;' }), 'nodes');
    await nodeRed.send('source', [{ topic: 'a', payload: 1 }]);
    await reaches(1);
    await nodeRed.logged(/\[dstream-state:total\] This node, or the window in front of it, was changed, so it begins again/);
  });

  it('a hung function of a state node is ended, and the graph begins again', async () => {
    await nodeRed.deploy([
      tab(),
      { id: 'engine', type: 'dstream-engine', name: '', isolation: 'thread', shared: false, heapLimit: '', hangLimit: 1, version: 1 },
      node('source', 'test-source', [['receiver']]),
      receiver('receiver', ['batcher']),
      batcher('batcher', ['total'], { engine: 'engine' }),
      total('total', ['sink'], { func: 'while (values[0] === 0) {} return values[0];' }),
      sink('sink', ['collector']),
      node('collector', 'test-collector', []),
    ]);
    await nodeRed.send('source', [{ topic: 'a', payload: 0 }]);
    await nodeRed.logged(/did not return for 1 s/);
    await until('the graph runs again', async () => {
      await nodeRed.send('source', [{ topic: 'a', payload: 7 }]);
      return (await nodeRed.collectedCount('collector')) > 0;
    }, 20_000);
    expect((await payloads(nodeRed, 'collector', 1))[0]).to.deep.equal({ key: 'a', state: 7 });
  });
});
