import { expect } from 'chai';
import { deploy, load, type FlowItem, tab, unload } from '../helper';

const flow = (checkpoint: Record<string, unknown>): FlowItem[] =>
  tab('t', [
    { id: 'r', type: 'dstream-receiver', wires: [['b']] },
    { id: 'b', type: 'dstream-batcher', wires: [['c']] },
    { id: 'c', type: 'dstream-checkpoint', ...checkpoint, wires: [['h']] },
    { id: 'h', type: 'helper' },
  ]);

describe('checkpoint node', () => {
  it('works when it is dropped and wired, and names its graph', async () => {
    const loaded = await load(flow({}));
    expect(loaded.deployment.problems).to.deep.equal([]);
    expect(loaded.engine.only.plan.graph).to.equal('c');
    const { path, ...others } = loaded.engine.only.plan.operators.at(-1)?.parameters as { path: string };
    expect(path).to.match(/[\\/]dstream$/);
    expect(others).to.deep.equal({ interval: 10_000, sync: { kind: 'group' }, logLimit: 1_073_741_824, retention: 604_800_000 });
    await deploy(loaded, flow({ interval: '1', intervalUnits: 'min', sync: 'timer', syncInterval: '2' }), 'nodes');
    expect(loaded.engine.queries).to.have.length(1);
    expect(loaded.engine.only.plan.operators.at(-1)?.parameters).to.include({ interval: 60_000 });
    await unload(loaded);
  });

  it('explains what is wrong with it', async () => {
    const loaded = await load(flow({ logLimit: 'much' }));
    expect(loaded.engine.queries).to.deep.equal([]);
    expect(loaded.deployment.problems.map(({ nodeId, what, why }) => `${nodeId}: ${what}. ${why}`)).to.deep.equal([
      'c: logLimit is "much". It must be a whole number from 1.',
    ]);
    await unload(loaded);
  });
});
