import { createRequire } from 'node:module';
import { expect } from 'chai';
import { DeployWindow, MOST_PARKED } from '../../src/flow/DeployWindow';
import type { FlowMessage, RuntimeHooks } from '../../src/flow/Runtime';
import { FakeRuntime } from '../support/FakeRuntime';

interface RealHooks extends RuntimeHooks {
  has(name: string): boolean;
  trigger(name: string, event: object, done: (result: unknown) => void): void;
}

/** Node-RED's own hooks, so that what they pass and expect is what is tested. */
const { hooks } = createRequire(__filename)('@node-red/util') as { readonly hooks: RealHooks };

describe('DeployWindow', () => {
  let runtime: FakeRuntime;
  let window: DeployWindow;
  beforeEach(() => {
    runtime = new FakeRuntime();
    window = new DeployWindow(Object.assign(Object.create(runtime) as FakeRuntime, { hooks }));
  });
  afterEach(() => {
    window.close(() => false);
  });

  /** Routes a message as `Flow.send` does; true where it would go on to its node. */
  function route(id: string, msg: FlowMessage, cloneMessage = false): boolean {
    let result: unknown = 'never called';
    hooks.trigger('preRoute', {
      msg,
      source: { id: 'x', port: 0 },
      destination: { id, node: undefined },
      cloneMessage,
    }, (given) => {
      result = given;
    });
    expect(result).to.be.oneOf([undefined, false]);
    return result !== false;
  }

  it('has a hook only while it is open', () => {
    expect(hooks.has('preRoute.dstream')).to.equal(false);
    window.open();
    window.open();
    expect(hooks.has('preRoute.dstream')).to.equal(true);
    window.close(() => true);
    expect(hooks.has('preRoute')).to.equal(false);
  });

  it('parks messages for closed receivers alone, and clones those that are still shared', () => {
    window.open();
    window.park('r');
    const shared = { payload: { n: 1 } };
    const own = { payload: { n: 2 } };
    expect([route('r', shared, true), route('other', { payload: 0 }), route('r', own)]).to.deep.equal([false, true, false]);
    shared.payload.n = 9;
    own.payload.n = 9;
    window.close((id) => id === 'r');
    expect(runtime.delivered.map(({ id, message }) => [id, message.payload])).to.deep.equal([['r', { n: 1 }], ['r', { n: 9 }]]);
    expect(runtime.delivered[1]?.message).to.equal(own);
  });

  it('parks nothing outside a deploy', () => {
    window.park('r');
    window.open();
    expect(route('r', { payload: 1 })).to.equal(true);
  });

  it('parks 100,000 messages at most, and says how many were lost', () => {
    window.open();
    window.park('r');
    const message = { payload: 1 };
    for (let count = 0; count < MOST_PARKED + 3; count++) route('r', message);
    window.close(() => true);
    expect(runtime.delivered).to.have.length(MOST_PARKED);
    expect(runtime.warnings).to.have.length(1);
    expect(runtime.warnings[0]).to.match(/^3 messages .* more than 100000 had to wait/);
  });
});
