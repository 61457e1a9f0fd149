import { expect } from 'chai';
import { Deployment } from '../../src/flow/Deployment';
import { fileSinkProblems } from '../../src/flow/fileSinkProblems';
import type { Operator, Plan } from '../../src/plan/Plan';
import { ManualClock } from '../../src/ports/ManualClock';
import { FakeEngine } from '../support/FakeEngine';
import { type FakeFlow, FakeRuntime } from '../support/FakeRuntime';

function plan(...sinks: readonly (readonly [id: string, path: string, name: string])[]): Plan {
  const operators = sinks.map(([id, path, name]): Operator => ({
    id, type: 'sink', inputs: [],
    parameters: { target: { kind: 'file', path, name, format: 'json', roll: 'day', columns: [] }, mode: 'record', emptyBatches: false },
  }));
  return { version: 1, graph: 'g', batchInterval: 1000, operators };
}

const found = (...plans: readonly Plan[]): string[] => fileSinkProblems(plans, (id) => `sink ${id}`).map(({ nodeId, code, what }) => `${nodeId} ${code}: ${what}`);

describe('fileSinkProblems', () => {
  it('are at both sinks that would write the same files, in one graph or in two', () => {
    const expected = [
      'a sink-files-twice: sink b writes files named "x" in the folder /out too',
      'b sink-files-twice: sink a writes files named "x" in the folder /out too',
    ];
    expect(found(plan(['a', '/out', 'x'], ['c', '/out', 'y'], ['b', '/out', 'x']))).to.deep.equal(expected);
    expect(found(plan(['a', '/out', 'x']), plan(['b', '/out', 'x']))).to.deep.equal(expected);
  });

  it('see through capitals and other spellings of a path', () => {
    expect(found(plan(['a', '/out', 'X'], ['b', '/out/.', 'x'], ['c', '/OUT', 'x']))).to.have.length(3);
    expect(found(plan(['a', '/out', 'n\u00e9'], ['b', '/out', 'ne\u0301']))).to.have.length(2);
  });

  it('are none where folder or name differ', () => {
    expect(found(plan(['a', '/out', 'x'], ['b', '/out', 'y'], ['c', '/out/x', 'x']), plan())).to.deep.equal([]);
  });

  it('keep both graphs from running, and no others, until one has another name', async () => {
    const runtime = new FakeRuntime();
    const engine = new FakeEngine();
    const deployment = new Deployment(runtime, () => engine, new ManualClock(0));
    runtime.deployment = deployment;
    const graph = (name: string, fileName: string): FakeFlow => ({
      [`${name}-r`]: ['dstream-receiver', {}, `${name}-s`],
      [`${name}-s`]: ['dstream-sink', { target: 'file', fileName }],
    });
    await runtime.deploy({ ...graph('a', 'x'), ...graph('b', 'X'), ...graph('c', 'y') });
    expect(deployment.problems.map(({ nodeId, code }) => [nodeId, code])).to.deep.equal([['a-s', 'sink-files-twice'], ['b-s', 'sink-files-twice']]);
    expect(deployment.graphs.map(({ plan: { graph: id } }) => id)).to.deep.equal(['c-r.batcher']);
    await runtime.deploy({ ...graph('a', 'x'), ...graph('b', 'z'), ...graph('c', 'y') });
    expect([deployment.problems, deployment.graphs.length]).to.deep.equal([[], 3]);
    await runtime.stop();
  });
});
