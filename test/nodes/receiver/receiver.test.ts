import { expect } from 'chai';
import { type FlowItem, load, type Loaded, messages, node, tab, turns, unload } from '../helper';

const flow: FlowItem[] = tab('t', [
  { id: 'r', type: 'dstream-receiver', wires: [['b']] },
  { id: 'b', type: 'dstream-batcher', wires: [['h']] },
  { id: 'h', type: 'helper', wires: [] },
  { id: 'complete', type: 'complete', scope: ['r'], wires: [['completed']] },
  { id: 'completed', type: 'helper' },
  { id: 'catch', type: 'catch', scope: ['r'], wires: [['caught']] },
  { id: 'caught', type: 'helper' },
]);

describe('receiver node', () => {
  let loaded: Loaded;
  beforeEach(async () => {
    loaded = await load(flow);
  });
  afterEach(() => unload(loaded));

  it('works when dropped and wired', () => {
    expect(loaded.deployment.problems).to.deep.equal([]);
    expect(loaded.engine.only.plan.operators[0]?.parameters).to.deep.equal({
      source: { kind: 'wire' },
      format: 'auto',
      key: { from: 'topic' },
      bufferLimit: 100_000,
      maxRate: null,
      backpressure: null,
    });
  });

  it('takes messages and tells complete nodes', async () => {
    const completed = messages('completed', 2);
    node('r').receive({ payload: 1, topic: 'a' });
    node('r').receive({ payload: { b: 2 }, topic: 'a' });
    await completed;
    expect(loaded.engine.only.payloads('r')).to.deep.equal([1, { b: 2 }]);
  });

  it('tells catch nodes what was not taken, with the message', async () => {
    loaded.engine.only.offerError = new Error('the buffer of 100000 records is full');
    const caught = messages('caught', 1);
    node('r').receive({ payload: 7 });
    const [message] = await caught;
    expect(message?.payload).to.equal(7);
    expect((message?.error as { message: string }).message).to.contain('the buffer of 100000 records is full');
  });

  it('never hands on req, res or functions, and gives Buffers memory of their own', async () => {
    const bytes = Buffer.from('abc');
    node('r').receive({ payload: { bytes, call: () => 1 }, req: { on: () => 1 } });
    await turns();
    const [offered] = loaded.engine.only.offers[0]?.messages ?? [];
    expect(Object.keys(offered ?? {})).to.deep.equal(['payload', 'topic']);
    const { bytes: copy, ...rest } = offered?.payload as { bytes: Buffer };
    expect(rest).to.deep.equal({});
    expect(copy.toString()).to.equal('abc');
    expect(copy.buffer.byteLength).to.equal(3);
  });
});
