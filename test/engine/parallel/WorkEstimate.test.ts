import { expect } from 'chai';
import { type Way, WorkEstimate } from '../../../src/engine/parallel/WorkEstimate';

/** The ways of so many batches of 1,000 records that take so many ms alone, and shared. */
function ways(count: number, alone: number, shared: number, estimate = new WorkEstimate()): Way[] {
  return Array.from({ length: count }, () => {
    const way = estimate.next(1000);
    if (way !== 'plain') estimate.took(way, 1000, way === 'alone' ? alone : shared);
    return way;
  });
}

const share = (all: readonly Way[], way: Way): number => all.filter((other) => other === way).length / all.length;

describe('WorkEstimate', () => {
  it('measures first, then shares what is faster when shared', () => {
    expect(ways(5, 20, 11)).to.deep.equal(['alone', 'shared', 'shared', 'shared', 'shared']);
  });

  it('leaves batches alone that are too small to pay, and never tries to share them', () => {
    const all = ways(200, 4.9, 1);
    expect(share(all, 'shared')).to.equal(0);
    expect(share(all, 'plain')).to.be.above(0.95);
  });

  it('goes back to one thread where sharing is not faster, and hardly ever tries again', () => {
    const all = ways(300, 20, 19);
    expect(all.slice(0, 4)).to.deep.equal(['alone', 'shared', 'plain', 'plain']);
    expect(share(all, 'plain')).to.be.above(0.9);
    expect(share(all, 'shared')).to.be.below(0.05);
  });

  it('finds out when things change', () => {
    const estimate = new WorkEstimate();
    ways(100, 20, 30, estimate);
    expect(share(ways(200, 20, 11, estimate).slice(-50), 'shared')).to.be.above(0.9);
    expect(share(ways(300, 20, 40, estimate).slice(-50), 'plain')).to.be.above(0.9);
  });

  it('learns nothing from batches without records', () => {
    const estimate = new WorkEstimate();
    expect(estimate.next(0)).to.equal('plain');
    estimate.took('alone', 0, 100);
    expect(estimate.next(1)).to.equal('alone');
  });
});
