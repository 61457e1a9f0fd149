import { expect } from 'chai';
import { PlanHistory } from '../../../src/engine/durable/PlanHistory';
import type { Recovery } from '../../../src/durability';

function recovery(plans: readonly string[], batches: readonly (readonly [time: number, plan: string])[]): Recovery {
  return {
    checkpoint: { batch: 0, data: { version: 1, order: 0, fingerprints: new Map(), plans }, sections: new Map() },
    batches: batches.map(([time, plan]) => ({
      time, attempts: 0, upTo: new Map(), external: new Map(), committed: new Set(), pinned: new Map(), data: { plan },
    })),
    sources: new Map(), lastRecords: new Map(), lastBatch: undefined, tornBytes: 0, quarantined: [],
    salvages: [],
    recordsOf: () => Promise.resolve([]), readWaiting: () => Promise.resolve(),
  };
}

describe('PlanHistory', () => {
  it('keeps the plans of batches up to a checkpoint, each once, and those before', () => {
    const history = new PlanHistory(recovery(['a'], [[1, 'a'], [2, 'b']]));
    history.add(3, 'c');
    expect(history.last).to.equal('c');
    expect(history.upTo(2)).to.deep.equal(['a', 'b']);
    history.kept(2, ['a', 'b']);
    expect(history.upTo(3)).to.deep.equal(['a', 'b', 'c']);
    history.kept(3, ['a', 'b', 'c']);
    expect(history.last).to.equal('c');
  });

  it('knows none where nothing was ever kept', () => {
    const { checkpoint: _none, ...nothing } = recovery([], []);
    expect(new PlanHistory({ ...nothing, checkpoint: undefined }).last).to.equal(undefined);
  });
});
