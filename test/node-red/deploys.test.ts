import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { DeployType, FlowNode } from '../support/NodeRed';
import { until } from '../support/until';
import { base, edited, Rig, SLOW_CLOSE } from './deploys/rig';

/** Something that is deployed while messages come in. */
interface Row {
  readonly what: string;
  readonly change: (flow: FlowNode[]) => FlowNode[];
  readonly type?: DeployType;
  /** Whether the window begins again, because it was changed itself. */
  readonly resets?: boolean;
  /** Whether collectors are closed too, so that messages on their way to them may be lost by Node-RED. */
  readonly closesCollectors?: boolean;
}

/** Lets the deploy take as long as the neighbour's close. */
const slowly = (flow: FlowNode[]): FlowNode[] => edited(flow, 'neighbour', { name: 'changed' });

const rows: readonly Row[] = [
  { what: 'nothing', change: (flow) => flow },
  { what: 'a node that was only moved', change: (flow) => edited(flow, 'receiver', { x: 300, y: 300 }) },
  {
    what: 'the output wires of a stream node: a tap',
    change: (flow) => edited(flow, 'map', { wires: [['instance', 'extra', 'each', 'tapped']] }),
  },
  { what: 'the output wires of a window: a tap', change: (flow) => edited(flow, 'window', { wires: [['sums', 'tapped']] }) },
  { what: 'the output wires of a source', change: (flow) => edited(flow, 'source', { wires: [['receiver', 'tapped']] }) },
  { what: 'the wires of a junction', change: (flow) => edited(flow, 'junction', { wires: [['batcher', 'tapped']] }) },
  { what: 'the wires of a subflow instance', change: (flow) => edited(flow, 'instance', { wires: [['window', 'tapped']] }) },
  {
    what: 'the links of a link node',
    change: (flow) => [
      ...edited(flow, 'linkOut', { links: ['linkIn', 'linkIn2'] }),
      { id: 'linkIn2', type: 'link in', z: 'tab', x: 9, y: 9, links: ['linkOut'], wires: [['tapped']] },
    ],
  },
  { what: 'a receiver', change: (flow) => edited(flow, 'receiver', { format: 'json' }) },
  { what: 'a batcher', change: (flow) => edited(flow, 'batcher', { bufferLimit: '50000' }) },
  { what: 'a map', change: (flow) => edited(flow, 'map', { func: '/* changed */ return msg;' }) },
  { what: 'a window', change: (flow) => edited(flow, 'window', { length: '2' }), resets: true },
  {
    what: 'a reduceByKey that gets another aggregate',
    change: (flow) => {
      const sums = flow.find(({ id }) => id === 'sums');
      const more = { aggregate: 'max', of: 'payload', ofType: 'msg', as: 'peak' };
      return edited(flow, 'sums', { aggregates: [...(sums?.['aggregates'] as object[]), more] });
    },
  },
  { what: 'a sink', change: (flow) => edited(flow, 'each', { emptyBatches: true }) },
  { what: 'the name of a stream node', change: (flow) => edited(flow, 'window', { name: 'the window' }) },
  { what: 'an ordinary neighbour', change: slowly },
  { what: 'a receiver and a slow neighbour', change: (flow) => slowly(edited(flow, 'receiver', { format: 'json' })) },
  {
    what: 'every stream node but the window, and a slow neighbour',
    change: (flow) => {
      const ids = ['receiver', 'batcher', 'map', 'sums', 'sink', 'each'];
      return slowly(ids.reduce((changed, id) => edited(changed, id, { name: `new ${id}` }), flow));
    },
  },
  { what: 'a subflow definition', change: (flow) => slowly(edited(flow, 'inner', { func: '/* changed */ return msg;' })) },
  {
    what: 'the environment of the tab',
    change: (flow) => edited(flow, 'tab', { env: [{ name: 'A', value: '1', type: 'str' }] }),
  },
  { what: 'another tab that is disabled', change: (flow) => edited(flow, 'beside', { disabled: true }) },
  { what: 'a stream node that is disabled', change: (flow) => slowly(edited(flow, 'sinkExtra', { d: true })) },
  {
    what: 'a receiver, type flows',
    change: (flow) => slowly(edited(flow, 'receiver', { format: 'json' })),
    type: 'flows',
    closesCollectors: true,
  },
  { what: 'nothing, type full', change: (flow) => flow, type: 'full', closesCollectors: true },
  {
    what: 'a map, type full',
    change: (flow) => edited(flow, 'map', { func: 'return { payload: msg.payload };' }),
    type: 'full',
    closesCollectors: true,
  },
  { what: 'the flow file again', change: (flow) => flow, type: 'reload', closesCollectors: true },
];

describe('deploys in a real Node-RED, while messages come in', function () {
  this.timeout(60_000);
  let rig: Rig;
  let timers: number;

  const counted = async (): Promise<{ workers: number; timers: number }> => {
    const { workers, resources } = await rig.nodeRed.figures();
    return { workers, timers: resources['Timeout'] ?? 0 };
  };

  before(async () => {
    rig = await Rig.start();
    timers = (await counted()).timers;
  });

  after(async () => {
    await rig.stop();
  });

  afterEach(async () => {
    await rig.endTraffic();
    await rig.nodeRed.deploy([]);
    await until('no worker and no timer is left', async () => {
      const now = await counted();
      return now.workers === 0 && now.timers <= timers;
    });
    expect(rig.nodeRed.log.filter((line) => line.includes('MaxListeners'))).to.deep.equal([]);
  });

  for (const { what, change, type = 'nodes', resets = false, closesCollectors = false } of rows) {
    it(`${what}: every message arrives once${resets ? '' : ', and the window survives'}`, async () => {
      await rig.begin();
      const errors = rig.nodeRed.errors.length;
      await rig.deploy(change(base()), type);
      await rig.arrived(100);
      const sent = await rig.endTraffic();
      if (!resets) await rig.windowHolds(sent);
      if (closesCollectors) {
        await rig.noneTwice();
      } else {
        await rig.exactlyOnce(sent);
      }
      expect((await counted()).workers).to.equal(1);
      expect(rig.nodeRed.errors.slice(errors)).to.deep.equal([]);
    });
  }

  it('messages for a receiver that is away arrive, and take as long as the slowest neighbour', async () => {
    await rig.begin();
    const begun = Date.now();
    await rig.deploy(slowly(edited(base(), 'receiver', { format: 'json' })));
    expect(Date.now() - begun).to.be.at.least(SLOW_CLOSE - 20);
    await rig.arrived(300);
    await rig.exactlyOnce(await rig.endTraffic());
    const updates = (await rig.nodeRed.request('GET', '/dstream/graphs')) as { lastUpdate?: object }[];
    expect(updates[0]?.lastUpdate).to.deep.include({ restarted: ['receiver'], dropped: [] });
    expect(rig.nodeRed.log.filter((line) => line.includes('operators; restarted: receiver receiver'))).to.have.length.above(0);
  });

  it('a tab that is disabled ends its graph; enabled again it runs anew', async () => {
    await rig.begin();
    await rig.deploy(edited(base(), 'tab', { disabled: true }));
    await until('the worker has ended', async () => (await counted()).workers === 0);
    expect((await counted()).timers, 'only the traffic').to.be.at.most(timers + 1);
    await rig.deploy(base());
    await rig.arrived(100);
    await rig.endTraffic();
    await rig.noneTwice();
    expect((await counted()).workers).to.equal(1);
  });

  it('flows that are stopped end their graphs; started again they run anew', async () => {
    await rig.begin();
    await rig.nodeRed.setState('stop');
    await until('the worker has ended', async () => (await counted()).workers === 0);
    const before = await rig.nodeRed.collectedCount('records');
    await pause(300);
    expect(await rig.nodeRed.collectedCount('records')).to.equal(before);
    await rig.nodeRed.setState('start');
    await rig.arrived(100);
    const sent = await rig.endTraffic();
    await until('the last message has arrived', async () => (await rig.payloads()).at(-1) === sent - 1);
    await rig.noneTwice();
    expect((await counted()).workers).to.equal(1);
  });

  it('a start that is given up because of a missing type disturbs nothing', async () => {
    await rig.begin();
    const unknown: FlowNode = { id: 'unknown', type: 'test-unknown', z: 'beside', x: 9, y: 9, wires: [] };
    let error = '';
    await rig.deploy([...base(), unknown]).catch((thrown: unknown) => {
      error = String(thrown);
    });
    expect(error).to.include('missing-types');
    await rig.arrived(100);
    await rig.deploy(slowly(edited(base(), 'receiver', { format: 'json' })));
    await rig.arrived(100);
    const sent = await rig.endTraffic();
    await rig.exactlyOnce(sent);
    await rig.windowHolds(sent);
    expect((await counted()).workers).to.equal(1);
  });

  it('60 deploys in a row: every message arrives once, and nothing piles up', async function () {
    this.timeout(120_000);
    await rig.begin();
    const before = await counted();
    let flow = base();
    for (let deploy = 1; deploy <= 60; deploy++) {
      if (deploy % 3 === 0) flow = edited(flow, 'receiver', { format: deploy % 2 === 0 ? 'json' : 'auto' });
      else if (deploy % 3 === 1) flow = edited(flow, 'neighbour', { name: `neighbour ${String(deploy)}` });
      else flow = edited(flow, 'tab', { env: [{ name: 'A', value: String(deploy), type: 'str' }] });
      await rig.deploy(flow);
    }
    const sent = await rig.endTraffic();
    await rig.exactlyOnce(sent);
    await rig.windowHolds(sent);
    const after = await counted();
    expect(after.workers).to.equal(before.workers);
    expect(after.timers).to.be.at.most(before.timers);
  });
});
