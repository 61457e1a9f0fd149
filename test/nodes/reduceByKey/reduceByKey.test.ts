import { expect } from 'chai';
import { load, tab, unload } from '../helper';

describe('reduceByKey node', () => {
  const around = (properties: Record<string, unknown>): Parameters<typeof load>[0] =>
    tab('t', [
      { id: 'r', type: 'dstream-receiver', wires: [['k']] },
      { id: 'k', type: 'dstream-reduceByKey', ...properties, wires: [['h']] },
      { id: 'h', type: 'helper' },
    ]);

  it('computes the mean of the payload per key when nothing is set', async () => {
    const loaded = await load(around({}));
    expect(loaded.engine.only.plan.operators.at(-1)?.parameters).to.deep.equal({
      key: { from: 'key' },
      aggregates: [{ aggregate: 'mean', of: { from: 'property', property: 'payload' }, as: 'mean' }],
      emit: 'all',
      emitLeaving: false,
      keyLimit: 1_000_000,
    });
    await unload(loaded);
  });

  it('finds outputs of one name', async () => {
    const row = { aggregate: 'max', of: 'payload', ofType: 'msg', as: 'top' };
    const loaded = await load(around({ aggregates: [row, { ...row, aggregate: 'last' }] }));
    expect(loaded.deployment.problems.map(({ nodeId, code }) => `${nodeId} ${code}`)).to.deep.equal(['k output-name-twice']);
    await unload(loaded);
  });
});
