import { expect } from 'chai';
import { load, loadReal, messages, node, tab, unload } from '../helper';

const around = (join: Record<string, unknown>): Parameters<typeof load>[0] =>
  tab('t', [
    { id: 'p', type: 'dstream-receiver', wires: [['j']] },
    { id: 'q', type: 'dstream-receiver', wires: [['w']] },
    { id: 'w', type: 'dstream-window', mode: 'sliding', length: '1', lengthUnits: 'min', slide: '1', slideUnits: 's', wires: [['j']] },
    { id: 'j', type: 'dstream-join', ...join, wires: [['s']] },
    { id: 's', type: 'dstream-sink', wires: [['h']] },
    { id: 'h', type: 'helper' },
  ]);

describe('join node', () => {
  it('is an inner join whose left stream is the first one, when nothing is set', async () => {
    const loaded = await load(around({}));
    const join = loaded.engine.only.plan.operators.find(({ type }) => type === 'join');
    expect(join?.parameters).to.deep.equal({ mode: 'inner', left: 'p.batcher' });
    await unload(loaded);
  });

  it('says what is wrong with its left stream', async () => {
    const loaded = await load(around({ left: 'x' }));
    expect(loaded.deployment.problems.map(({ nodeId, code }) => `${nodeId} ${code}`)).to.deep.equal(['j join-left-missing']);
    await unload(loaded);
  });

  it('brings together what has the same key', async () => {
    const loaded = await loadReal(around({ mode: 'right', left: 'p' }));
    const received = messages('h', 1);
    node('q').receive({ topic: 'a', payload: 1 });
    const [message] = await received;
    expect(message?.payload).to.deep.equal([{ key: 'a', left: null, right: 1 }]);
    await unload(loaded);
  });
});
