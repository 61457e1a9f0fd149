import { expect } from 'chai';
import { deploy, type FlowItem, load, node, tab, turns, unload } from './helper';

const line: FlowItem[] = [
  { id: 'r', type: 'dstream-receiver', wires: [['j']] },
  { id: 'j', type: 'junction', wires: [['b']] },
  { id: 'b', type: 'dstream-batcher', wires: [['out']] },
  { id: 'out', type: 'link out', mode: 'link', links: ['in'], wires: [] },
];
const rest: FlowItem[] = [
  { id: 'in', type: 'link in', links: ['out'], wires: [['m']] },
  { id: 'm', type: 'dstream-map', wires: [['s']] },
  { id: 's', type: 'dstream-sink', wires: [['h']] },
  { id: 'h', type: 'helper' },
];
const acrossTabs: FlowItem[] = [...tab('t1', line), ...tab('t2', rest)];

const changed = (flow: readonly FlowItem[], id: string, properties: Record<string, unknown>): FlowItem[] =>
  flow.map((item) => (item.id === id ? { ...item, ...properties } : item));

describe('drawings in a running Node-RED', () => {
  it('are read through junctions and links, across tabs', async () => {
    const loaded = await load(acrossTabs);
    expect(loaded.deployment.problems).to.deep.equal([]);
    expect(
      loaded.engine.only.plan.operators.map(({ id, inputs }) => `${id}<${inputs.map((input) => input.id).join()}`),
    ).to.deep.equal([
      'r<',
      'b<r',
      'm<b',
      's<m',
    ]);
    await unload(loaded);
  });

  it('are read anew after deploys that restart only some of the nodes', async () => {
    const loaded = await load(acrossTabs);
    await deploy(loaded, changed(acrossTabs, 'm', { func: 'return 1;' }), 'nodes');
    expect(loaded.engine.only.updates).to.have.length(1);
    await deploy(loaded, changed(acrossTabs, 'm', { func: 'return 2;' }), 'flows');
    await deploy(loaded, changed(acrossTabs, 'm', { func: 'return 2;' }), 'full');
    expect(loaded.engine.queries).to.have.length(1);
    expect(loaded.engine.only.updates).to.have.length(2);
    await unload(loaded);
  });

  it('notice a junction that was rewired, which no stream node is told', async () => {
    const both: FlowItem[] = [...tab('t1', [...line, { id: 'b2', type: 'dstream-batcher', wires: [['m']] }]), ...tab('t2', rest)];
    const loaded = await load(changed(both, 'j', { wires: [['b', 'b2']] }));
    expect(loaded.engine.only.plan.operators).to.have.length(5);
    await deploy(loaded, changed(both, 'j', { wires: [['b2']] }), 'nodes');
    expect(loaded.deployment.problems.map(({ nodeId, code }) => `${nodeId} ${code}`)).to.deep.equal(['b no-input']);
    await unload(loaded);
  });

  it('leave out disabled nodes', async () => {
    const loaded = await load(acrossTabs);
    await deploy(loaded, changed(acrossTabs, 's', { d: true }), 'nodes');
    expect(loaded.deployment.problems.map(({ nodeId, code }) => `${nodeId} ${code}`)).to.deep.equal(['m no-output']);
    expect(loaded.engine.running).to.deep.equal([]);
    await deploy(loaded, acrossTabs, 'nodes');
    expect(loaded.engine.running).to.have.length(1);
    await unload(loaded);
  });

  it('leave out disabled tabs', async () => {
    const loaded = await load(acrossTabs);
    await deploy(loaded, changed(acrossTabs, 't2', { disabled: true }), 'full');
    expect(loaded.deployment.problems.map(({ code }) => code)).to.deep.equal(['no-output']);
    await unload(loaded);
  });

  it('reach into subflows: nested ones, and two instances of one', async () => {
    const subflow = (id: string, inner: FlowItem[], first: string, last: string): FlowItem[] => [
      {
        id,
        type: 'subflow',
        name: id,
        in: [{ x: 0, y: 0, wires: [{ id: first }] }],
        out: [{ x: 0, y: 0, wires: [{ id: last, port: 0 }] }],
      },
      ...inner.map((item) => ({ z: id, x: 0, y: 0, ...item })),
    ];
    const flow: FlowItem[] = [
      ...subflow('inner', [{ id: 'm', type: 'dstream-map', wires: [[]] }], 'm', 'm'),
      ...subflow(
        'outer',
        [{ id: 'ii', type: 'subflow:inner', wires: [['w']] }, { id: 'w', type: 'dstream-window', wires: [[]] }],
        'ii',
        'w',
      ),
      ...tab('t', [
        { id: 'r', type: 'dstream-receiver', wires: [['b']] },
        { id: 'b', type: 'dstream-batcher', wires: [['o1', 'o2']] },
        { id: 'o1', type: 'subflow:outer', wires: [['s']] },
        { id: 'o2', type: 'subflow:outer', wires: [['s']] },
        { id: 's', type: 'dstream-sink', wires: [['h']] },
        { id: 'h', type: 'helper' },
      ]),
    ];
    const loaded = await load(flow);
    expect(loaded.deployment.problems).to.deep.equal([]);
    const { operators } = loaded.engine.only.plan;
    expect(operators.map(({ type }) => type).sort()).to.deep.equal(
      ['batcher', 'map', 'map', 'receiver', 'sink', 'window', 'window'],
    );
    expect(operators.find(({ id }) => id === 's')?.inputs).to.have.length(2);
    for (const map of operators.filter(({ type }) => type === 'map')) expect(map.inputs.map(({ id }) => id)).to.deep.equal(['b']);
    await unload(loaded);
  });

  it('refuse a function node between two stream nodes', async () => {
    const loaded = await load(
      tab('t', [
        { id: 'r', type: 'dstream-receiver', wires: [['b']] },
        { id: 'b', type: 'dstream-batcher', wires: [['f']] },
        { id: 'f', type: 'function', name: 'to celsius', func: 'return msg;', wires: [['s']] },
        { id: 's', type: 'dstream-sink', wires: [['h']] },
        { id: 'h', type: 'helper' },
      ]),
    );
    expect(loaded.deployment.problems.map(({ nodeId, what }) => `${nodeId} ${what}`)).to.deep.equal([
      's function "to celsius" stands between batcher b and sink s',
    ]);
    await unload(loaded);
  });

  it('make two graphs of two lines on one tab', async () => {
    const loaded = await load(
      tab('t', [
        { id: 'r1', type: 'dstream-receiver', wires: [['b1']] },
        { id: 'b1', type: 'dstream-batcher', wires: [['h']] },
        { id: 'r2', type: 'dstream-receiver', wires: [['b2']] },
        { id: 'b2', type: 'dstream-batcher', interval: '5', wires: [['h']] },
        { id: 'h', type: 'helper' },
      ]),
    );
    expect(loaded.engine.running.map(({ plan }) => `${plan.graph} ${String(plan.batchInterval)}`)).to.deep.equal(
      ['b1 1000', 'b2 5000'],
    );
    await unload(loaded);
  });

  it('lose no message on its way when their receiver is made anew', async () => {
    const flow = tab('t', [
      { id: 'source', type: 'helper', wires: [['r']] },
      { id: 'r', type: 'dstream-receiver', wires: [['h']] },
      { id: 'h', type: 'helper' },
    ]);
    const loaded = await load(flow);
    for (let payload = 0; payload < 100; payload++) node('source').send({ payload });
    await deploy(loaded, changed(flow, 'r', { format: 'json' }), 'nodes');
    await turns();
    expect(loaded.engine.only.payloads('r')).to.have.length(100);
    await unload(loaded);
  });
});
