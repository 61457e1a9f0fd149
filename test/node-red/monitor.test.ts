import { expect } from 'chai';
import type { BatchDetails, GraphMonitor, MonitorSnapshot } from '../../src/flow/monitor/snapshot';
import { batcher, map, node, receiver, sink, sums, tab } from '../support/flows';
import { type FlowNode, NodeRed } from '../support/NodeRed';
import { until } from '../support/until';

/** Ten operators with what a real graph has: ids of 16 digits, a function, keys, a sink. */
function graphOf(prefix: string, interval: string): FlowNode[] {
  const id = (name: string): string => `${prefix}${name}`.padEnd(16, '0');
  const maps = Array.from({ length: 6 }, (_, index) => id(`map${String(index)}`));
  return [
    receiver(id('in'), [id('batcher')], { source: 'simulated', sensors: '20', rate: '50', seed: '1' }),
    batcher(id('batcher'), [maps[0] ?? ''], { interval, intervalUnits: 'ms', name: `${prefix} readings` }),
    ...maps.map((own, index) => map(own, [maps[index + 1] ?? id('sums')], 'return msg;')),
    sums(id('sums'), [id('sink')]),
    sink(id('sink'), []),
    node(id('figures'), 'dstream-statistics', [[`${prefix}Collector`]], { graph: id('sink'), every: 'batch' }),
    node(`${prefix}Collector`, 'test-collector', []),
  ];
}

const SLOW = 'slowbatcher'.padEnd(16, '0');
const FAST = 'fastbatcher'.padEnd(16, '0');

describe('monitoring of a real Node-RED', () => {
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await NodeRed.start({ flows: [tab(), ...graphOf('slow', '1000'), ...graphOf('fast', '100')] });
  });

  after(async () => {
    await nodeRed.stop();
  });

  async function look(id: string, more = ''): Promise<GraphMonitor> {
    const { graph } = await nodeRed.request('GET', `/dstream/monitor?graph=${id}${more}`) as MonitorSnapshot;
    return graph ?? expect.fail(`no graph ${id}`);
  }

  async function completed(id: string, least: number): Promise<GraphMonitor> {
    let graph: GraphMonitor | undefined;
    await until(`${String(least)} batches of ${id}`, async () => {
      graph = await look(id);
      return graph.completedBatches >= least;
    }, 20_000);
    return graph ?? expect.fail();
  }

  it('tells of batches, operators and the plan, and of nothing twice', async () => {
    const first = await completed(FAST, 20);
    expect(first.state).to.equal('running');
    expect(first.plan?.operators).to.have.length(10);
    expect(first.plan?.operators.map(({ type }) => type)).to.deep.equal(['receiver', 'batcher', ...Array.from({ length: 6 }, () => 'map'), 'reduceByKey', 'sink']);
    expect(first.operators['sums'.padStart(8, 'fast').padEnd(16, '0')]?.keys).to.equal(20);
    const next = await look(FAST, `&since=${String(first.sequence)}&plan=${String(first.revision)}`);
    expect(next).to.not.have.property('plan');
    expect(next.batches.times).to.have.length(next.sequence - first.sequence);
    for (const time of next.batches.times) expect(first.batches.times).to.not.include(time);
  });

  it('tells a batch as a whole', async () => {
    const { batches } = await completed(SLOW, 2);
    const details = await nodeRed.request('GET', `/dstream/graphs/${SLOW}/batches/${String(batches.times.at(-1))}`) as BatchDetails;
    expect(details.records).to.equal(batches.records.at(-1));
    expect(details.inputs).to.deep.equal({ ['slowin'.padEnd(16, '0')]: details.records });
    expect(details.outputs.map(({ operator, records }) => [operator, records])).to.deep.equal([['slowsink'.padEnd(16, '0'), 20]]);
  });

  it('needs few bytes a second', async () => {
    for (const [id, perSecond] of [[SLOW, 1], [FAST, 10]] as const) {
      const { sequence, revision } = await completed(id, perSecond + 3);
      const text = JSON.stringify(await nodeRed.request('GET', `/dstream/monitor?graph=${id}&since=${String(sequence - perSecond)}&plan=${String(revision)}`));
      expect(text.length, id).to.be.within(1000, 5000);
    }
  });

  it('holds a graph, also through a deploy, and lets it go on', async () => {
    await completed(SLOW, 2);
    await nodeRed.request('POST', `/dstream/graphs/${SLOW}/pause`, {});
    const held = await look(SLOW);
    expect([held.paused, held.state]).to.deep.equal([true, 'paused']);
    const flows = (await nodeRed.flows()).map((each) => (each.id.startsWith('slowmap0') ? { ...each, func: 'return { ...msg };' } : each));
    await nodeRed.deploy(flows, 'nodes');
    const before = (await look(SLOW)).sequence;
    await nodeRed.status(SLOW, /^paused$/);
    // Another graph goes on meanwhile, for as long as this one would have run three batches.
    const { sequence } = await look(FAST);
    await until('thirty batches of the other graph', async () => (await look(FAST)).sequence >= sequence + 30, 20_000);
    const after = await look(SLOW);
    expect([after.sequence, after.state]).to.deep.equal([before, 'paused']);
    await nodeRed.request('POST', `/dstream/graphs/${SLOW}/resume`, {});
    await until('the batches that waited have run', async () => (await look(SLOW)).sequence >= before + 3, 20_000);
    expect((await look(SLOW)).state).to.equal('running');
    expect(nodeRed.errors).to.deep.equal([]);
  });

  it('sends the figures of each batch as a message, also after deploys', async () => {
    const readings = async (): Promise<Record<string, unknown>[]> => (await nodeRed.collected('slowCollector', 2, 20_000)).map(({ message }) => message);
    const [message] = await readings();
    expect(message?.['topic']).to.equal('slow readings');
    expect(message?.['payload']).to.include({ batchInterval: 1000, batches: 1, failed: 0, failedBatches: 0 });
    expect(message?.['dstream']).to.include({ graphId: SLOW, batchInterval: 1000 });
    await nodeRed.setState('stop');
    await nodeRed.setState('start');
    await nodeRed.forgetCollected('slowCollector');
    expect((await readings()).at(-1)?.['payload']).to.include({ batches: 1 });
  });

  it('shows a drawing that does not run, and what is wrong with it', async () => {
    const flows = await nodeRed.flows();
    await nodeRed.deploy([...flows, receiver('lost', ['window']), node('window', 'dstream-window', [['lostSink']], { length: '1500', lengthUnits: 'ms' }), sink('lostSink', [])]);
    const { graphs } = await nodeRed.request('GET', '/dstream/monitor') as MonitorSnapshot;
    const broken = graphs.filter(({ state }) => state === 'broken');
    expect(broken).to.have.length(1);
    const { problems } = await look(broken[0]?.id ?? '');
    expect(problems.map(({ node: at, code }) => [at, code])).to.deep.include(['window', 'window-not-multiple']);
  });
});
