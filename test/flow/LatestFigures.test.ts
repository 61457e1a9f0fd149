import { expect } from 'chai';
import { LatestFigures } from '../../src/flow/LatestFigures';
import type { DurabilityFigures, OperatorProgress } from '../../src/engine/Engine';
import { checkpoint, durablePlan } from '../engine/durable/World';
import { receiver, sink } from '../engine/plans';

const PLAN = durablePlan([receiver(), checkpoint('c', 'in'), sink('out', 'c')]);
const COUNTED: OperatorProgress = {
  recordsIn: 5, recordsOut: 5, failed: 0, skipped: 0, refused: 1, waiting: 2, keys: 0, source: { state: 'running', text: 'connected' },
};
const DURABILITY: DurabilityFigures = { state: 'running', text: '', logBytes: 1, checkpointBytes: 2, deadLetters: 0 };

describe('LatestFigures', () => {
  it('say that nothing runs any more beside a failure, and keep what was counted', () => {
    const figures = new LatestFigures();
    figures.progress({ operators: { in: COUNTED }, durability: DURABILITY });
    expect(figures.of(PLAN, PLAN, undefined, undefined)).to.deep.include({ operators: { in: COUNTED }, durability: DURABILITY });
    const failed = figures.of(PLAN, PLAN, { nodeId: 'c', code: 'x', what: 'It broke.', why: '', fix: '' }, undefined);
    expect(failed.failure).to.equal('It broke.');
    expect(failed.durability?.state).to.equal('ended');
    expect(failed.operators['in']).to.deep.include({ recordsIn: 5, waiting: 2 });
    expect(failed.operators['in']).to.not.have.property('source');
  });

  it('count what was refused on the way to the engine', () => {
    const figures = new LatestFigures();
    figures.refused('in');
    expect(figures.progress({ operators: { in: COUNTED } }).operators['in']?.refused).to.equal(2);
    expect(figures.waitingAt('in')).to.equal(2);
  });
});
