import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Deployment } from '../../../src/flow/Deployment';
import { ManualClock } from '../../../src/ports/ManualClock';
import { FakeEngine } from '../../support/FakeEngine';
import { type FakeFlow, FakeRuntime } from '../../support/FakeRuntime';
import { until } from '../../support/until';

/** A graph with an endpoint at `x`; its map may lack its function, and then it does not run. */
const graph = (name: string, func = 'return msg;'): FakeFlow => ({
  [`${name}-r`]: ['dstream-receiver', { source: 'http', httpPath: 'x' }, `${name}-m`],
  [`${name}-m`]: ['dstream-map', { func }, `${name}-s`],
  [`${name}-s`]: ['dstream-sink', {}, `${name}-d`],
  [`${name}-d`]: ['debug', {}],
});

describe('the endpoints of a deployment', () => {
  let runtime: FakeRuntime;
  let engine: FakeEngine;
  let server: Server;

  beforeEach(async () => {
    runtime = new FakeRuntime();
    engine = new FakeEngine();
    runtime.deployment = new Deployment(runtime, () => engine, new ManualClock(0));
    server = createServer((request, response) => {
      if (runtime.webHandler?.isFor(request) === true) void runtime.webHandler.handle(request, response);
      else response.writeHead(404).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const post = (): Promise<Response> =>
    fetch(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/x`, { method: 'POST', body: '1' });

  it('are those of graphs that run, where one that does not run has the same path', async () => {
    for (const flow of [{ ...graph('a'), ...graph('b', '') }, { ...graph('b', ''), ...graph('a') }]) {
      await runtime.deploy(flow);
      expect((await post()).status).to.equal(202);
    }
    expect(engine.only.offers.map(({ receiver }) => receiver)).to.deep.equal(['a-r', 'a-r']);
  });

  it('refuse at once what waits for the end of a deploy, when flows are stopped for good', async () => {
    await runtime.deploy(graph('a'));
    let update = (): void => undefined;
    engine.only.updateGate = new Promise((resolve) => {
      update = resolve;
    });
    void runtime.deploy(graph('a', 'return 1;'));
    await until('the graph is being changed', () => engine.only.updates.length === 1);
    const answer = post();
    await until('the request waits', () => openRequests(runtime) === 1);
    await runtime.stop();
    runtime.events.emit('runtime-event', { id: 'runtime-state', payload: { state: 'stop' } });
    expect((await answer).status).to.equal(503);
    expect(engine.queries.flatMap(({ offers }) => offers)).to.deep.equal([]);
    update();
  });

  it("have no path that is the editor's", async () => {
    const flow = graph('a');
    await runtime.deploy({ ...flow, 'a-r': ['dstream-receiver', { source: 'http', httpPath: 'flows' }, 'a-m'] });
    expect(runtime.deployment?.problems.map(({ nodeId, code }) => [nodeId, code])).to.deep.equal([['a-r', 'http-path-twice']]);
    expect(runtime.webHandler?.isFor({ method: 'POST', url: '/flows' }) ?? false).to.equal(false);
  });
});

/** Requests that were begun and not answered. */
function openRequests(runtime: FakeRuntime): number {
  return (runtime.webHandler as unknown as { readonly open: number } | undefined)?.open ?? 0;
}
