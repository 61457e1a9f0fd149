import { expect } from 'chai';
import type { NodeAPI } from 'node-red';
import { addGraphRoutes } from '../../../src/flow/admin/graphRoutes';
import { Deployment } from '../../../src/flow/Deployment';
import { ManualClock } from '../../../src/ports/ManualClock';
import { FakeEngine } from '../../support/FakeEngine';
import { type FakeFlow, FakeRuntime } from '../../support/FakeRuntime';

const simple: FakeFlow = {
  r: ['dstream-receiver', {}, 'b'],
  b: ['dstream-batcher', { interval: 1 }, 's'],
  s: ['dstream-sink', {}],
};
const wrong: FakeFlow = { ...simple, b: ['dstream-batcher', { interval: 'often' }, 's'] };

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

type Handler = (request: object, response: object) => void;

/** As much of Node-RED's admin API as these routes use. */
class FakeAdmin {
  readonly notes: string[] = [];
  readonly #handlers = new Map<string, Handler>();
  readonly api = {
    httpAdmin: { post: (route: string, _may: unknown, handler: Handler) => this.#handlers.set(route, handler) },
    auth: { needsPermission: () => undefined },
    log: { audit: () => undefined, info: (text: string) => this.notes.push(text), error: (text: string) => this.notes.push(text) },
  } as unknown as NodeAPI;

  post(graph: string, command: string): Promise<Answer> {
    return new Promise((resolve) => {
      let status = 200;
      const response = {
        status: (code: number) => {
          status = code;
          return response;
        },
        json: (body: unknown) => {
          resolve({ status, body });
        },
      };
      this.#handlers.get(`/dstream/graphs/:graph/${command}`)?.({ params: { graph }, body: {}, is: () => 'application/json' }, response);
    });
  }
}

describe('pausing over the admin API', () => {
  let runtime: FakeRuntime;
  let engine: FakeEngine;
  let admin: FakeAdmin;

  beforeEach(() => {
    runtime = new FakeRuntime();
    engine = new FakeEngine();
    admin = new FakeAdmin();
    const deployment = new Deployment(runtime, () => engine, new ManualClock(0));
    runtime.deployment = deployment;
    addGraphRoutes(admin.api, deployment);
  });

  it('lets a graph go on whose drawing is wrong meanwhile, as soon as it is corrected', async () => {
    await runtime.deploy(simple);
    expect(await admin.post('b', 'pause')).to.deep.equal({ status: 200, body: { paused: true } });
    await runtime.deploy(wrong);
    expect(await admin.post('b', 'resume')).to.deep.equal({ status: 200, body: { paused: false } });
    expect(await admin.post('b', 'resume'), 'once more').to.deep.equal({ status: 200, body: { paused: false } });
    expect(admin.notes.filter((text) => text.includes('lets the graph b go on once it is corrected'))).to.have.length(1);
    await runtime.deploy(simple);
    expect(engine.only.onHold).to.equal(false);
  });

  it('says why what does not run cannot be paused', async () => {
    await runtime.deploy(wrong);
    const { status, body } = await admin.post('b', 'pause');
    expect(status).to.equal(409);
    expect(body).to.have.property('message').that.matches(/^The graph does not run: .+ Correct it and deploy\.$/);
    expect((await admin.post('gone', 'pause')).status).to.equal(404);
    expect((await admin.post('gone', 'resume')).status).to.equal(404);
  });
});
