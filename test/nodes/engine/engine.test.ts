import { expect } from 'chai';
import { deploy, type FlowItem, load, loadReal, messages, node, tab, unload } from '../helper';

const flow = (engine: Record<string, unknown>): FlowItem[] => [
  { id: 'e', type: 'dstream-engine', ...engine },
  ...tab('t', [
    { id: 'r', type: 'dstream-receiver', wires: [['b']] },
    { id: 'b', type: 'dstream-batcher', interval: '20', intervalUnits: 'ms', engine: 'e', wires: [['m']] },
    { id: 'm', type: 'dstream-map', func: 'return msg.payload * 2;', wires: [['s']] },
    { id: 's', type: 'dstream-sink', mode: 'record', wires: [['h']] },
    { id: 'h', type: 'helper' },
  ]),
];

describe('engine node', () => {
  it('starts its graphs afresh when it is changed', async () => {
    const loaded = await load(flow({ isolation: 'thread', heapLimit: '' }));
    await deploy(loaded, flow({ isolation: 'thread', heapLimit: '128' }), 'nodes');
    expect(loaded.engine.queries.map(({ stopped }) => stopped)).to.deep.equal([true, false]);
    await unload(loaded);
  });

  it('refuses a heap limit that is no number', async () => {
    const loaded = await load(flow({ isolation: 'inline', heapLimit: 'lots' }));
    expect(loaded.deployment.problems.map(({ nodeId, what }) => `${nodeId} ${what}`)).to.deep.equal(
      ['b engine: heapLimit is "lots"'],
    );
    await unload(loaded);
  });

  for (const parallelism of ['many', '0', '1.5', '65', 'Auto']) {
    it(`refuses ${parallelism} threads`, async () => {
      const loaded = await load(flow({ isolation: 'thread', parallelism }));
      expect(loaded.deployment.problems.map(({ nodeId, what, why }) => `${nodeId} ${what} ${why}`)).to.have.length(1);
      expect(loaded.deployment.problems[0]?.what).to.equal(`engine: parallelism is "${parallelism}"`);
      expect(Object.values(loaded.deployment.problems[0] ?? {}).join(' ')).to.contain('auto, or a whole number from 1 to 64');
      await unload(loaded);
    });
  }

  for (const parallelism of [undefined, '', 1, '2', 'auto']) {
    it(`runs graphs for real in several threads, with the setting ${String(parallelism)}`, async () => {
      const loaded = await loadReal(flow({ isolation: 'thread', parallelism }));
      expect(loaded.deployment.problems).to.deep.equal([]);
      const received = messages('h', 200);
      for (let payload = 0; payload < 200; payload++) node('r').receive({ payload, topic: 'x' });
      expect((await received).map(({ payload }) => payload)).to.deep.equal(Array.from({ length: 200 }, (_, n) => 2 * n));
      await unload(loaded);
    });
  }

  it('runs graphs for real, in a thread of their own, and names the node whose function is wrong', async () => {
    const loaded = await loadReal(flow({ isolation: 'thread' }));
    const received = messages('h', 1);
    node('r').receive({ payload: 21, topic: 'x' });
    expect((await received)[0]?.payload).to.equal(42);
    const broken = flow({ isolation: 'thread' }).map((item) => (item.id === 'm' ? { ...item, func: 'return {{;' } : item));
    await deploy(loaded, broken, 'nodes');
    expect(loaded.deployment.problems.map(({ nodeId, code }) => `${nodeId} ${code}`)).to.deep.equal(['m function-invalid']);
    await unload(loaded);
  });

  it('runs graphs for real, in this thread', async () => {
    const loaded = await loadReal(flow({ isolation: 'inline' }));
    expect(loaded.deployment.problems).to.deep.equal([]);
    const received = messages('h', 3);
    for (const payload of [1, 2, 3]) node('r').receive({ payload, topic: 'x' });
    expect((await received).map(({ payload, topic }) => [payload, topic])).to.deep.equal([[2, 'x'], [4, 'x'], [6, 'x']]);
    await unload(loaded);
  });
});
