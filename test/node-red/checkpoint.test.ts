import { expect } from 'chai';
import type { GraphFigures } from '../../src/flow/graphFigures';
import { batcher, node, receiver, sink, tab, total } from '../support/flows';
import { NodeRed, type FlowNode } from '../support/NodeRed';
import { until } from '../support/until';

describe('a graph with a checkpoint in a real Node-RED', () => {
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await NodeRed.start();
  });

  after(async () => {
    await nodeRed.stop();
  });

  const drawing = (state: Record<string, unknown>): FlowNode[] => [
    tab(),
    node('source', 'test-source', [['receiver']]),
    receiver('receiver', ['batcher']),
    batcher('batcher', ['checkpoint']),
    node('checkpoint', 'dstream-checkpoint', [['total']], { path: 'kept', interval: '1', intervalUnits: 'h', sync: 'group', logLimit: '16', retention: '1' }),
    total('total', ['sink'], state),
    sink('sink', ['collector']),
    node('collector', 'test-collector', []),
  ];
  const perBatch = { func: 'return (state ?? 0) + 1000;' };

  /** Sends one record, and waits until the newest result is this. */
  async function gives(payload: number, state: number): Promise<void> {
    await nodeRed.send('source', [{ topic: 'a', payload }]);
    await until(`the state is ${String(state)}`, async () => {
      const all = (await nodeRed.collected('collector', 1)).flatMap(({ message }) => message['payload'] as { state: number }[]);
      return all.at(-1)?.state === state;
    });
  }

  async function figures(): Promise<GraphFigures> {
    const graphs = (await nodeRed.request('GET', '/dstream/graphs')) as GraphFigures[];
    return graphs.find(({ graph }) => graph === 'checkpoint') ?? expect.fail('the graph does not run');
  }

  it('refuses a change that would drop state, goes on as before, and takes it after a reset of that node', async () => {
    await nodeRed.deploy(drawing({}));
    await gives(5, 5);
    await nodeRed.deploy(drawing(perBatch), 'nodes');
    await nodeRed.logged(/\[dstream-state:total\] .*The drawing deployed is not running; the one before is\. .*\(state-would-be-lost\)/);
    await gives(2, 7);
    expect(await figures()).to.include.keys('refusal', 'durability').and.to.deep.include({ states: ['total'] });
    const answer = (await nodeRed.request('POST', '/dstream/graphs/checkpoint/reset', { scope: ['total'] })) as { reset: string };
    expect(answer.reset).to.match(/^[\da-z-]+$/);
    await nodeRed.logged(/\[dstream\] Somebody \(no one logs in here\) resets the state of "total" in the graph checkpoint\./);
    await gives(2, 1000);
    expect(await figures()).to.not.have.any.keys('refusal', 'failure');
  });

  it('undoing the change ends it too, also where the graph was stopped meanwhile', async () => {
    await nodeRed.deploy([]);
    const from = nodeRed.log.length;
    await nodeRed.deploy(drawing({}));
    await nodeRed.logged(/\(state-would-be-lost\)/, 10_000, from);
    expect(await figures()).to.have.property('failure');
    await nodeRed.deploy(drawing(perBatch));
    await gives(1, 2000);
    expect(await figures()).to.not.have.any.keys('refusal', 'failure');
  });
});
