import { expect } from 'chai';
import helper from 'node-red-node-test-helper';
import { deploy, type FlowItem, load, type Loaded, messages, node, tab, turns, unload } from '../helper';

const flow = (statistics: Record<string, unknown>): FlowItem[] =>
  tab('t', [
    { id: 'r', type: 'dstream-receiver', wires: [['b']] },
    { id: 'b', type: 'dstream-batcher', name: 'readings', interval: '2', intervalUnits: 's', wires: [['s']] },
    { id: 's', type: 'dstream-sink', wires: [[]] },
    { id: 'figures', type: 'dstream-statistics', wires: [['h']], ...statistics },
    { id: 'h', type: 'helper' },
  ]);

function batch({ engine }: Loaded, batchTime: number, records: number): void {
  engine.only.emit('batch', { batchTime, records, schedulingDelay: 1, processingDelay: 2 });
}

describe('statistics node', () => {
  it('sends a message for each batch when it is dropped, beside the graph', async () => {
    const loaded = await load(flow({}));
    const next = messages('h', 1);
    batch(loaded, 4000, 10);
    const [message] = await next;
    expect(message?.topic).to.equal('readings');
    expect(message?.payload).to.include({ batchTime: 4000, batchInterval: 2000, records: 10, recordsPerSecond: 5, totalDelay: 3 });
    expect((message as unknown as { dstream: object }).dstream).to.deep.equal({ graphId: 'b', batchTime: 4000, batchInterval: 2000 });
    expect(loaded.engine.only.plan.operators.map(({ id }) => id)).to.deep.equal(['r', 'b', 's']);
    await unload(loaded);
  });

  it('goes on when only it is deployed again, and when only its graph is', async () => {
    const loaded = await load(flow({ graph: 's' }));
    await deploy(loaded, flow({ graph: 'b' }), 'nodes');
    const first = messages('h', 1);
    batch(loaded, 2000, 1);
    expect((await first)[0]?.payload).to.include({ records: 1 });
    const changed = flow({ graph: 'b' }).map((item) => (item.id === 'b' ? { ...item, interval: '1' } : item));
    await deploy(loaded, changed, 'nodes');
    const second = messages('h', 1);
    batch(loaded, 3000, 2);
    expect((await second)[0]?.payload).to.include({ records: 2, batchInterval: 1000 });
    await unload(loaded);
  });

  it('sends nothing of a graph that is not there, and nothing once it is closed', async () => {
    const loaded = await load(flow({ graph: 'gone' }));
    let sent = 0;
    node('h').on('input', () => {
      sent++;
    });
    batch(loaded, 2000, 1);
    await turns();
    expect(sent).to.equal(0);
    await deploy(loaded, flow({}).filter(({ id }) => id !== 'figures'), 'nodes');
    batch(loaded, 4000, 1);
    await turns();
    expect(sent).to.equal(0);
    await unload(loaded);
  });

  it('names its graph inside a subflow by the ids of the definition', async () => {
    const inner = (id: string, type: string, more: Record<string, unknown>): FlowItem => ({ id, type, z: 'sub', x: 0, y: 0, ...more });
    const loaded = await load([
      { id: 'sub', type: 'subflow', name: 'sub', in: [], out: [] },
      inner('ir', 'dstream-receiver', { wires: [['ib']] }),
      inner('ib', 'dstream-batcher', { wires: [['is']] }),
      inner('is', 'dstream-sink', { wires: [[]] }),
      ...tab('t', [
        { id: 'one', type: 'subflow:sub', wires: [] },
        { id: 'figures', type: 'dstream-statistics', graph: 'ib', wires: [['h']] },
        { id: 'h', type: 'helper' },
      ]),
    ]);
    const next = messages('h', 1);
    batch(loaded, 2000, 7);
    const [message] = await next;
    expect(message?.payload).to.include({ records: 7 });
    expect(message?.topic).to.equal('one-ib');
    await unload(loaded);
  });

  it('explains what is wrong with it', async () => {
    const wrong: readonly (readonly [properties: Record<string, unknown>, text: string])[] = [
      [{ every: 'interval', interval: 'often' }, 'interval is "often"'],
      [{ every: 'never' }, 'every is "never"'],
      [{ version: 99 }, '99'],
    ];
    for (const [properties, text] of wrong) {
      const loaded = await load(flow(properties));
      const statuses = helper.log().args.map(([entry]) => entry as { readonly id?: string; readonly msg?: unknown; readonly level?: number });
      const errors = statuses.filter(({ id, level }) => id === 'figures' && level === 20).map(({ msg }) => String(msg));
      expect(errors).to.have.length(1);
      expect(errors[0]).to.include(text);
      await unload(loaded);
    }
  });
});
