import { expect } from 'chai';
import type { OutputEvent, OutputRecord } from '../../src/engine/Engine';
import { comesFromStream, OutputSender } from '../../src/flow/OutputSender';
import type { SentMessage } from '../../src/flow/StreamNode';
import type { Plan, SinkOperator } from '../../src/plan/Plan';

const planWith = (parameters: SinkOperator['parameters']): Plan => ({
  version: 1, graph: 'g', batchInterval: 1000, operators: [{ id: 's', type: 'sink', inputs: [], parameters }],
});
const records = (from: number, count: number, keys?: number): OutputRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    payload: from + index, topic: `t${String(from + index)}`, key: keys === undefined ? undefined : (from + index) % keys,
  }));
const event = (more: Partial<OutputEvent>): OutputEvent => ({
  operator: 's', tap: false, batchTime: 1000, count: 0, truncated: false, offset: 0, last: true, records: [], ...more,
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('OutputSender', () => {
  let sent: SentMessage[];
  let sender: OutputSender;
  beforeEach(() => {
    sent = [];
    sender = new OutputSender((_, message) => sent.push(message));
  });
  const all = async (): Promise<SentMessage[]> => {
    for (let index = 0; index < 20; index++) await turn();
    return sent;
  };

  it('sends an empty batch where the engine hands one over', async () => {
    sender.take(event({}), planWith({ target: { kind: 'flow' }, mode: 'batch', emptyBatches: true }));
    expect((await all()).map(({ payload }) => payload)).to.deep.equal([[]]);
  });

  it('puts the chunks of a batch together, of a tap apart from those of a sink', async () => {
    const plan = planWith({ target: { kind: 'flow' }, mode: 'batch', emptyBatches: false });
    sender.take(event({ count: 4, last: false, records: records(0, 2) }), plan);
    sender.take(event({ count: 1, tap: true, records: records(9, 1) }), plan);
    sender.take(event({ count: 4, offset: 2, records: records(2, 2) }), plan);
    expect((await all()).map(({ payload }) => payload)).to.deep.equal([[9], [0, 1, 2, 3]]);
  });

  it('says that an output was taken when its messages are on their wires, and not before', async () => {
    const plan = planWith({ target: { kind: 'flow' }, mode: 'record', emptyBatches: false });
    const told: string[] = [];
    sender.take(event({ count: 1, records: records(0, 1) }), plan, () => told.push(`first, ${String(sent.length)} sent`));
    sender.take(event({ count: 1, records: records(1, 1) }), plan, () => told.push(`second, ${String(sent.length)} sent`));
    expect(told).to.deep.equal([]);
    await turn();
    expect(told).to.deep.equal(['first, 1 sent']);
    await turn();
    expect(told).to.deep.equal(['first, 1 sent', 'second, 2 sent']);
  });

  it('lets nobody wait while it is paused, or for what it forgets', async () => {
    const plan = planWith({ target: { kind: 'flow' }, mode: 'record', emptyBatches: false });
    const told: string[] = [];
    sender.take(event({ count: 1, records: records(0, 1) }), plan, () => told.push('before the pause'));
    sender.pause();
    sender.take(event({ count: 1, records: records(1, 1) }), plan, () => told.push('while paused'));
    expect(told).to.deep.equal(['before the pause', 'while paused']);
    sender.resume();
    expect((await all()).map(({ payload }) => payload)).to.deep.equal([0, 1]);
    sender.take(event({ count: 1, records: records(2, 1) }), plan, () => told.push('forgotten'));
    sender.clear();
    expect(told.at(-1)).to.equal('forgotten');
    expect(await all()).to.have.length(2);
  });

  it('sends one chunk a turn', async () => {
    const plan = planWith({ target: { kind: 'flow' }, mode: 'record', emptyBatches: false });
    sender.take(event({ count: 1500, last: false, records: records(0, 1000) }), plan);
    sender.take(event({ count: 1500, offset: 1000, records: records(1000, 500) }), plan);
    expect(sent).to.have.length(0);
    await turn();
    expect(sent).to.have.length(1000);
    await turn();
    expect(sent).to.have.length(1500);
    expect(sent.filter(({ dstream }) => (dstream as { last: boolean }).last)).to.have.length(1);
  });

  it('sends what the engine chose as the last record of each key one by one', async () => {
    const plan = planWith({ target: { kind: 'flow' }, mode: 'key', emptyBatches: false });
    sender.take(event({ count: 3, last: false, records: records(0, 2, 1) }), plan);
    sender.take(event({ count: 3, offset: 2, records: records(2, 1, 1) }), plan);
    expect((await all()).map(({ payload, dstream }) => [payload, (dstream as { last: boolean }).last])).to.deep.equal([
      [0, false], [1, false], [2, true],
    ]);
  });

  it('waits while it is paused, also in the middle of a batch', async () => {
    const plan = planWith({ target: { kind: 'flow' }, mode: 'record', emptyBatches: false });
    sender.take(event({ last: false, records: records(0, 3) }), plan);
    sender.take(event({ offset: 3, records: records(3, 3) }), plan);
    await turn();
    sender.pause();
    expect(await all()).to.have.length(3);
    sender.resume();
    expect((await all()).map(({ payload }) => payload)).to.deep.equal([0, 1, 2, 3, 4, 5]);
  });

  it('marks its messages, and no others', async () => {
    sender.take(event({ records: records(0, 1) }), planWith({ target: { kind: 'flow' }, mode: 'batch', emptyBatches: false }));
    const [message] = await all();
    expect(comesFromStream(message ?? {})).to.equal(true);
    for (const dstream of [undefined, null, true, { graphId: 1 }]) expect(comesFromStream({ dstream })).to.equal(false);
  });
});
