import { expect } from 'chai';
import { load, messages, tab, unload } from '../helper';

const around = (mode: string): Parameters<typeof load>[0] =>
  tab('t', [
    { id: 'r', type: 'dstream-receiver', wires: [['b']] },
    { id: 'b', type: 'dstream-batcher', wires: [['s']] },
    { id: 's', type: 'dstream-sink', mode, wires: [['h']] },
    { id: 'h', type: 'helper' },
  ]);

const records = (from: number, count: number, keys = count): { payload: number; topic: string; key: string }[] =>
  Array.from({ length: count }, (_, index) => ({ payload: from + index, topic: 't', key: `k${String(index % keys)}` }));

describe('sink node', () => {
  it('sends one message per batch, put together from its chunks', async () => {
    const loaded = await load(around('batch'));
    const received = messages('h', 1);
    const { only } = loaded.engine;
    only.output('s', [], { count: 1500, offset: 0, last: false, records: records(0, 1000) });
    only.output('s', [], { count: 1500, offset: 1000, last: true, records: records(1000, 500) });
    const [message] = await received;
    expect(message?.payload).to.deep.equal(Array.from({ length: 1500 }, (_, index) => index));
    expect(message).not.to.have.property('topic');
    expect(message?.dstream).to.deep.include({ nodeId: 's', count: 1500, truncated: false });
    await unload(loaded);
  });

  it('sends one message per record, numbered through all chunks', async () => {
    const loaded = await load(around('record'));
    const received = messages('h', 3);
    const { only } = loaded.engine;
    only.output('s', [], { count: 3, offset: 0, last: false, records: records(10, 2) });
    only.output('s', [], { count: 3, offset: 2, last: true, records: records(12, 1) });
    const sent = (await received).map(
      ({ payload, topic, dstream }) => ({ payload, topic, ...(dstream as { index: number; last: boolean; count: number }) }),
    );
    expect(sent.map(({ payload, topic, index, last, count }) => [payload, topic, index, last, count])).to.deep.equal([
      [10, 't', 0, false, 3],
      [11, 't', 1, false, 3],
      [12, 't', 2, true, 3],
    ]);
    await unload(loaded);
  });

  it('sends one message for each record that is handed over as the last of its key', async () => {
    const loaded = await load(around('key'));
    const received = messages('h', 3);
    const { only } = loaded.engine;
    only.output('s', [], { count: 3, offset: 0, last: false, records: records(0, 2, 3) });
    only.output('s', [], { count: 3, offset: 2, last: true, records: records(2, 1, 3) });
    const sent = await received;
    expect(sent.map(({ payload }) => payload)).to.deep.equal([0, 1, 2]);
    expect(sent.map(({ dstream }) => (dstream as { last: boolean }).last)).to.deep.equal([false, false, true]);
    await unload(loaded);
  });
});
