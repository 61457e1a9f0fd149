import { expect } from 'chai';
import { load, loadReal, messages, node, tab, unload } from '../helper';

const around = (state: Record<string, unknown>): Parameters<typeof load>[0] =>
  tab('t', [
    { id: 'r', type: 'dstream-receiver', wires: [['b']] },
    { id: 'b', type: 'dstream-batcher', interval: '50', intervalUnits: 'ms', wires: [['s']] },
    { id: 's', type: 'dstream-state', ...state, wires: [['k']] },
    { id: 'k', type: 'dstream-sink', wires: [['h']] },
    { id: 'h', type: 'helper' },
    { id: 'catch', type: 'catch', scope: ['s'], wires: [['caught']] },
    { id: 'caught', type: 'helper' },
  ]);

describe('state node', () => {
  it('counts the records of each key when nothing is set', async () => {
    const loaded = await loadReal(around({}));
    const received = messages('h', 1);
    node('r').receive({ topic: 'a', payload: 'x' });
    const [message] = await received;
    expect(message?.payload).to.deep.equal([{ key: 'a', state: 1 }]);
    await unload(loaded);
  });

  it('makes what goes wrong in its function catchable', async () => {
    const loaded = await loadReal(around({ mode: 'record', func: 'return state.get();' }));
    const caught = messages('caught', 1);
    node('r').receive({ topic: 'a', payload: 'x' });
    const [message] = await caught;
    expect((message?.error as { message: string }).message).to.match(/state\.get\(\) was called for a key without state.*function-failed/);
    await unload(loaded);
  });

  it('gives its function the environment variables that it names', async () => {
    const [first, ...rest] = around({ func: 'return ctx.env("SITE");' });
    const loaded = await load([{ ...(first ?? expect.fail()), env: [{ name: 'SITE', value: 'north', type: 'str' }] }, ...rest]);
    expect(loaded.engine.only.options.environment).to.deep.equal({ s: { SITE: 'north' } });
    await unload(loaded);
  });
});
