import { expect } from 'chai';
import { deploy, load, type FlowItem, tab, unload } from '../helper';

const flow = (window: Record<string, unknown>): FlowItem[] =>
  tab('t', [
    { id: 'r', type: 'dstream-receiver', wires: [['b']] },
    { id: 'b', type: 'dstream-batcher', wires: [['w']] },
    { id: 'w', type: 'dstream-window', ...window, wires: [['h']] },
    { id: 'h', type: 'helper' },
  ]);

describe('window node', () => {
  it('tumbles by its length, or slides', async () => {
    const loaded = await load(flow({ mode: 'tumbling', length: '1', lengthUnits: 'min' }));
    expect(loaded.engine.only.plan.operators.at(-1)?.parameters).to.deep.equal({ length: 60_000, slide: 60_000 });
    await deploy(loaded, flow({ mode: 'sliding', length: '1', lengthUnits: 'min', slide: '2', slideUnits: 's' }), 'nodes');
    expect(loaded.engine.queries).to.have.length(1);
    expect(loaded.engine.only.plan.operators.at(-1)?.parameters).to.deep.equal({ length: 60_000, slide: 2000 });
    await unload(loaded);
  });

  it('explains a length that does not fit, in its status and in the log', async () => {
    const loaded = await load(flow({ length: '2500', lengthUnits: 'ms' }));
    expect(loaded.engine.queries).to.deep.equal([]);
    expect(loaded.deployment.problems.map(({ nodeId, what, fix }) => `${nodeId}: ${what}. ${fix}`)).to.deep.equal([
      'w: window 2500 ms is not a multiple of the batch interval 1000 ms. Use 2000 or 3000.',
    ]);
    await unload(loaded);
  });
});
