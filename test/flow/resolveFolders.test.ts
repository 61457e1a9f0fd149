import { resolve } from 'node:path';
import { expect } from 'chai';
import { resolveFolders } from '../../src/flow/resolveFolders';
import type { Plan, SourceParameters } from '../../src/plan/Plan';

function planWith(source: SourceParameters): Plan {
  const parameters = { source, format: 'auto', key: { from: 'topic' }, bufferLimit: 1, maxRate: null, backpressure: null } as const;
  return { version: 1, graph: 'g', batchInterval: 1000, operators: [{ id: 'r', type: 'receiver', inputs: [], parameters }] };
}

describe('resolveFolders', () => {
  const folder = { kind: 'folder', pattern: '*', split: 'lines', existing: false } as const;

  it("starts relative paths in Node-RED's user directory, and leaves absolute ones", () => {
    expect(resolveFolders(planWith({ ...folder, path: 'a/b' }), '/user')).to.deep.equal(planWith({ ...folder, path: resolve('/user/a/b') }));
    expect(resolveFolders(planWith({ ...folder, path: resolve('/a') }), '/user')).to.deep.equal(planWith({ ...folder, path: resolve('/a') }));
  });

  it('does so for the folders of sinks and checkpoints too', () => {
    const target = { kind: 'file', path: 'out', name: 'a', format: 'json', roll: 'day', columns: [] } as const;
    const plan = ((sink: string, checkpoint: string): Plan => ({
      version: 1, graph: 'g', batchInterval: 1000, operators: [
        { id: 's', type: 'sink', inputs: [], parameters: { target: { ...target, path: sink }, mode: 'record', emptyBatches: false } },
        { id: 'h', type: 'sink', inputs: [], parameters: { target: { kind: 'flow' }, mode: 'record', emptyBatches: false } },
        {
          id: 'c', type: 'checkpoint', inputs: [],
          parameters: { path: checkpoint, interval: 1, sync: { kind: 'group' }, logLimit: 1, retention: 0 },
        },
      ],
    }));
    expect(resolveFolders(plan('out', 'log'), '/user')).to.deep.equal(plan(resolve('/user/out'), resolve('/user/log')));
    expect(resolveFolders(plan('../out', '/log'), '/user')).to.deep.equal(plan(resolve('/out'), resolve('/log')));
  });

  it('leaves other sources as they are', () => {
    const plan = planWith({ kind: 'http', path: 'a', bodyLimit: 1 });
    expect(resolveFolders(plan, '/user')).to.deep.equal(plan);
  });
});
