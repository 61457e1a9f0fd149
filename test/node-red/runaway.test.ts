import { expect } from 'chai';
import { batcher, map, node, receiver, sink, sums, tab } from '../support/flows';
import { NodeRed, type FlowNode } from '../support/NodeRed';
import { until } from '../support/until';

/** A graph whose map function can hang, beside one that is well. */
function flow(func: string, engine: FlowNode[] = [], engineId = ''): FlowNode[] {
  return [
    tab(),
    ...engine,
    node('source1', 'test-source', [['receiver1']]),
    receiver('receiver1', ['batcher1']),
    batcher('batcher1', ['guilty'], { engine: engineId }),
    map('guilty', ['sink1'], func),
    sink('sink1', ['collector1']),
    node('collector1', 'test-collector', []),
    node('source2', 'test-source', [['receiver2']]),
    receiver('receiver2', ['batcher2']),
    batcher('batcher2', ['sums2']),
    sums('sums2', ['sink2']),
    sink('sink2', ['collector2']),
    node('collector2', 'test-collector', []),
  ];
}

const LOOP = 'while (true) { /* for ever */ } return msg;';

for (const isolation of ['thread', 'process'] as const) {
  describe(`a function that never returns, in a ${isolation}`, () => {
    let nodeRed: NodeRed;

    before(async () => {
      nodeRed = await NodeRed.start();
    });

    after(async () => {
      await nodeRed.stop();
    });

    it('is named in red within 6 s, while Node-RED answers and other graphs run; a corrected deploy recovers', async () => {
      const engine: FlowNode[] = isolation === 'thread' ? [] : [{ id: 'engine', type: 'dstream-engine', name: '', isolation, shared: false, heapLimit: '', hangLimit: '5' }];
      const engineId = isolation === 'thread' ? '' : 'engine';
      await nodeRed.deploy(flow(LOOP, engine, engineId));
      await nodeRed.send('source1', [{ topic: 'a', payload: 1 }]);
      const begun = performance.now();

      let slowest = 0;
      let asked = 0;
      let named: number | undefined;
      while (named === undefined && performance.now() - begun < 8000) {
        const asking = performance.now();
        await nodeRed.request('GET', '/settings');
        slowest = Math.max(slowest, performance.now() - asking);
        if (asked++ % 10 === 0) await nodeRed.send('source2', [{ topic: 'b', payload: 1 }]);
        const status = await nodeRed.status('guilty', /(?:)/, 100).catch(() => undefined);
        if (status?.fill === 'red' && (status.text ?? '').includes('did not return')) named = performance.now() - begun;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      console.log(`      named after ${((named ?? NaN) / 1000).toFixed(1)} s; the slowest of ${String(asked)} answers took ${slowest.toFixed(0)} ms`);
      expect(named).to.be.below(6000);
      expect(slowest).to.be.below(100);
      expect(await nodeRed.collectedCount('collector2')).to.be.above(10);
      expect(nodeRed.log.join('\n')).to.match(/did not return for 5 s/);

      await nodeRed.deploy(flow('return msg.payload * 2;', engine, engineId), 'nodes');
      await nodeRed.send('source1', [{ topic: 'a', payload: 21 }]);
      const [first] = await nodeRed.collected('collector1', 1);
      expect(first?.message['payload']).to.deep.equal([42]);
      await until('the red is gone', async () => (await nodeRed.status('guilty'))?.fill === 'blue');
      await nodeRed.deploy([]);
      await until('all workers have ended', async () => (await nodeRed.figures()).workers === 0);
    });

    it('does not hold up a deploy that corrects it before the watchdog does', async () => {
      await nodeRed.forgetCollected('collector1');
      await nodeRed.deploy(flow(LOOP));
      await nodeRed.send('source1', [{ topic: 'a', payload: 1 }]);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await nodeRed.deploy(flow('return msg.payload * 3;'), 'nodes');
      await nodeRed.send('source1', [{ topic: 'a', payload: 2 }]);
      const [first] = await nodeRed.collected('collector1', 1, 10_000);
      expect(first?.message['payload']).to.deep.equal([6]);
    });
  });
}
