import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { batcher, map, node, receiver, sink, tab } from '../support/flows';
import { type FlowNode, NodeRed } from '../support/NodeRed';
import { until } from '../support/until';

/** ms from the signal to the end of the process; containers kill after 10 s. */
const LIMIT = 8000;

describe('SIGTERM to a real Node-RED', () => {
  let server: Server;
  let requests: number;

  beforeEach(async () => {
    requests = 0;
    // Takes requests and never answers.
    server = createServer(() => {
      requests++;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function drawing(isolation: string, steps: readonly FlowNode[], target: Record<string, unknown>): FlowNode[] {
    const first = steps[0]?.id ?? 'sink';
    return [
      tab(),
      { id: 'engine', type: 'dstream-engine', name: '', isolation, shared: false, heapLimit: '', hangLimit: '60' },
      node('source', 'test-source', [['receiver']]),
      receiver('receiver', ['batcher']),
      batcher('batcher', [first], { engine: 'engine' }),
      ...steps,
      sink('sink', ['collector'], { mode: 'record', ...target }),
      node('collector', 'test-collector', []),
    ];
  }

  /** Resolves with how long it took, in ms. */
  async function terminate(nodeRed: NodeRed): Promise<number> {
    const begun = performance.now();
    const { code } = await nodeRed.kill('SIGTERM');
    expect(code, 'it ends by itself').to.equal(0);
    return performance.now() - begun;
  }

  for (const isolation of ['thread', 'process', 'inline']) {
    it(`ends within 8 s while a sink's server hangs (${isolation}), and the log says what was lost`, async function () {
      this.timeout(60_000);
      const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hangs`;
      const nodeRed = await NodeRed.start({ flows: drawing(isolation, [], { target: 'http', url, timeout: '60' }) });
      await nodeRed.send('source', [{ payload: { t: 1 }, topic: 'a' }, { payload: { t: 2 }, topic: 'b' }]);
      await until('the server has them', () => requests === 2);
      expect(await terminate(nodeRed)).to.be.below(LIMIT);
      expect(nodeRed.log.some((line) => line.includes('2 records'))).to.equal(true);
    });
  }

  it('ends within 8 s while a function does not return', async function () {
    this.timeout(60_000);
    const loop = map('loop', ['sink'], 'while (true) { /* for ever */ } return msg;');
    const nodeRed = await NodeRed.start({ flows: drawing('thread', [loop], { target: 'flow' }) });
    await nodeRed.send('source', [{ payload: 1 }]);
    // By now the function runs.
    await pause(500);
    expect(await terminate(nodeRed)).to.be.below(LIMIT);
  });
});
