import { expect } from 'chai';
import { load, messages, node, tab, turns, unload } from '../helper';

describe('batcher node', () => {
  it('sets the batch interval and the limits of its receivers', async () => {
    const loaded = await load(
      tab('t', [
        { id: 'r', type: 'dstream-receiver', wires: [['b']] },
        {
          id: 'b',
          type: 'dstream-batcher',
          interval: '250',
          intervalUnits: 'ms',
          bufferLimit: '500',
          maxRate: '20',
          backpressure: true,
          minRate: '5',
          initialRate: '',
          wires: [['h']],
        },
        { id: 'h', type: 'helper' },
      ]),
    );
    const { plan } = loaded.engine.only;
    expect([plan.graph, plan.batchInterval]).to.deep.equal(['b', 250]);
    expect(plan.operators[0]?.parameters).to.deep.include({
      bufferLimit: 500, maxRate: 20, backpressure: { initialRate: null, minRate: 5 },
    });
    await unload(loaded);
  });

  it('gives an ordinary node one message per batch and leaves stream nodes on the same wire alone', async () => {
    const loaded = await load(
      tab('t', [
        { id: 'r', type: 'dstream-receiver', wires: [['b']] },
        { id: 'b', type: 'dstream-batcher', wires: [['h', 'm']] },
        { id: 'm', type: 'dstream-map', wires: [['s']] },
        { id: 's', type: 'dstream-sink', wires: [[]] },
        { id: 'h', type: 'helper' },
        { id: 'catch', type: 'catch', scope: null, wires: [['caught']] },
        { id: 'caught', type: 'helper' },
      ]),
    );
    let caught = 0;
    node('caught').on('input', () => caught++);
    const received = messages('h', 1);
    loaded.engine.only.output('b', [1, 2], { tap: true });
    const [message] = await received;
    expect(message?.payload).to.deep.equal([1, 2]);
    expect(message?.dstream).to.deep.equal(
      { graphId: 'b', nodeId: 'b', batchTime: 1000, batchInterval: 1000, count: 2, truncated: false },
    );
    await turns();
    expect(caught).to.equal(0);
    await unload(loaded);
  });
});
