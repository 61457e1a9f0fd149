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

  it('has hooks only while it is open', () => {
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

  /** Hands a message to a node as `Node.receive` does; true where the node's own function would be called. */
  function receive(id: string, msg: FlowMessage, taking: unknown = null): boolean {
    let result: unknown = 'never called';
    const node = { _inputCallback: taking, _inputCallbacks: null };
    hooks.trigger('onReceive', { msg, destination: { id, node } }, (given) => {
      result = given;
    });
    expect(result).to.be.oneOf([undefined, false]);
    return result !== false;
  }

  it('parks what came from a sink and reaches a node that has been closed meanwhile, in order', () => {
    const output = (payload: number): FlowMessage => ({ payload, dstream: { graphId: 'g', nodeId: 's' } });
    expect(receive('f', output(0))).to.equal(true);
    window.open();
    expect([receive('f', output(1)), receive('f', output(2), () => undefined), receive('f', { payload: 3 }), receive('f', output(4))])
      .to.deep.equal([false, true, true, false]);
    // Nobody asks for a node that takes records: an ordinary one it is.
    window.close(() => false);
    expect(runtime.delivered.map(({ id, message }) => [id, message.payload])).to.deep.equal([['f', 1], ['f', 4]]);
    expect(runtime.warnings).to.deep.equal([]);
    expect(hooks.has('onReceive')).to.equal(false);
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
