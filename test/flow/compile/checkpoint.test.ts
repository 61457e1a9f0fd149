import { expect } from 'chai';
import { compile, type Compiled } from '../../../src/flow/compile';
import { checkpointParameters } from '../../../src/flow/compile/checkpoint';
import { PropertyReader } from '../../../src/flow/compile/PropertyReader';
import { discover } from '../../../src/flow/discover';
import type { NodeProperties } from '../../../src/flow/Runtime';
import { type Drawing, flowView } from '../flowView';

function compiled(drawing: Drawing, dialogs: Readonly<Record<string, NodeProperties>> = {}): Compiled {
  const view = flowView(drawing);
  const [graph, ...others] = discover(view.streams, view);
  if (graph === undefined || others.length > 0) return expect.fail(`${String(others.length + 1)} graphs`);
  return compile(graph, (id) => ({ type: view.streamType(id) ?? expect.fail(id), properties: dialogs[id] ?? {} }));
}

const read = (properties: NodeProperties): [ReturnType<typeof checkpointParameters>, string[]] => {
  const reader = new PropertyReader('c', properties);
  return [checkpointParameters(reader), reader.problems.map(({ what }) => what)];
};

const defaults = { path: 'dstream', interval: 10_000, sync: { kind: 'group' }, logLimit: 1_073_741_824, retention: 604_800_000 };

describe('the parameters of a checkpoint', () => {
  it('have defaults', () => {
    expect(read({})).to.deep.equal([defaults, []]);
    const dropped = {
      path: '', interval: 10, intervalUnits: 's', sync: 'group', syncInterval: 1, syncIntervalUnits: 's', logLimit: 1024, retention: 7,
    };
    expect(read(dropped)).to.deep.equal([defaults, []]);
  });

  it('come as texts too, in their units', () => {
    expect(read({ path: ' logs/a ', interval: '0.5', intervalUnits: 'min', sync: 'each', logLimit: '2', retention: '0.5' })).to.deep.equal([
      { path: 'logs/a', interval: 30_000, sync: { kind: 'each' }, logLimit: 2_097_152, retention: 43_200_000 }, [],
    ]);
    expect(read({ sync: 'timer', syncInterval: '250', syncIntervalUnits: 'ms' })[0].sync).to.deep.equal({ kind: 'timer', interval: 250 });
  });

  it('say what is wrong with them', () => {
    expect(read({ interval: '0' })[1]).to.deep.equal(['interval is "0"']);
    expect(read({ sync: 'never' })[1]).to.deep.equal(['sync is "never"']);
    expect(read({ sync: 'timer', syncInterval: '' })[1]).to.deep.equal(['syncInterval is empty']);
    expect(read({ sync: 'group', syncInterval: '' })[1], 'what is not used is not looked at').to.deep.equal([]);
    expect(read({ logLimit: '0.5' })[1]).to.deep.equal(['logLimit is "0.5"']);
    expect(read({ logLimit: '9007199254740991' })[1], 'more than can be counted in bytes').to.have.length(1);
    for (const retention of ['0', '-1', '1e-12', '1e300']) expect(read({ retention })[1], retention).to.have.length(1);
  });
});

describe('a drawing with a checkpoint', () => {
  const line: Drawing = {
    r: ['dstream-receiver', 'b'],
    b: ['dstream-batcher', 'z'],
    z: ['dstream-checkpoint', 's'],
    s: ['dstream-sink', 'd'],
    d: ['debug'],
  };

  it('is named after it, wherever it stands', () => {
    expect(compiled(line).plan?.graph).to.equal('z');
    const aside = compiled({ ...line, b: ['dstream-batcher', 'z', 's'], z: ['dstream-checkpoint'] });
    expect([aside.plan?.graph, aside.problems]).to.deep.equal(['z', []]);
    const first: Drawing = { ...line, r: ['dstream-receiver', 'z'], z: ['dstream-checkpoint', 'b'], b: ['dstream-batcher', 's'] };
    expect(compiled(first).plan?.graph).to.equal('z');
  });

  it('has no more than one: each further one says so', () => {
    const two = compiled({ ...line, z: ['dstream-checkpoint', 'y'], y: ['dstream-checkpoint', 'a'], a: ['dstream-checkpoint', 's'] });
    expect(two.plan).to.equal(undefined);
    expect(two.problems.map(({ nodeId, code, what }) => `${nodeId} ${code}: ${what}`)).to.deep.equal([
      'y checkpoint-twice: checkpoint y is a second checkpoint in a graph that has checkpoint a already',
      'z checkpoint-twice: checkpoint z is a second checkpoint in a graph that has checkpoint a already',
    ]);
  });

  it('says where records are acknowledged before they are safe', () => {
    expect(compiled(line).hints).to.deep.equal([]);
    const { hints } = compiled(line, { z: { sync: 'timer', syncInterval: '2' } });
    expect(hints).to.have.length(1);
    expect(hints[0]?.nodeId).to.equal('z');
    expect(hints[0]?.text).to.match(/^Records are acknowledged up to 2000 ms before they are safe on the disk\. .*a power cut can/);
  });
});
