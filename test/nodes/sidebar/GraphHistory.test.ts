import { expect } from 'chai';
import { GraphHistory } from '../../../nodes/sidebar/editor/GraphHistory';
import { MOST_BATCHES } from '../../../src/flow/monitor/snapshot';
import { batches, monitor, plan } from './monitored';

const numbersFrom = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe("the sidebar's GraphHistory", () => {
  it('puts what is new after what it has', () => {
    const history = new GraphHistory('g');
    expect(history.take(monitor('g', [1, 2]))).to.equal(true);
    expect(history.take(monitor('g', [3]))).to.equal(true);
    expect(history.batches.times).to.deep.equal([1000, 2000, 3000]);
    expect(history.batches.processingDelays).to.deep.equal([2, 4, 6]);
    expect(history.sequence).to.equal(3);
  });

  it('knows the batch interval of each batch, also where it changed while nobody looked', () => {
    const history = new GraphHistory('g');
    history.take(monitor('g', [1, 2]));
    history.take(monitor('g', [3, 4], { batches: { ...batches(3, 4), intervals: [1000, 2000] } }));
    expect(history.batches.intervals).to.deep.equal([1000, 1000, 1000, 2000]);
  });

  it('takes an answer without news', () => {
    const history = new GraphHistory('g');
    history.take(monitor('g', [1]));
    expect(history.take(monitor('g', [], { sequence: 1 }))).to.equal(true);
    expect(history.length).to.equal(1);
  });

  it('keeps the newest, as many as the runtime does', () => {
    const history = new GraphHistory('g');
    history.take(monitor('g', numbersFrom(1, MOST_BATCHES)));
    history.take(monitor('g', numbersFrom(MOST_BATCHES + 1, MOST_BATCHES + 10)));
    expect(history.length).to.equal(MOST_BATCHES);
    expect(history.batches.records[0]).to.equal(11);
    expect(history.batches.records.at(-1)).to.equal(MOST_BATCHES + 10);
  });

  it('keeps the plan until there is another', () => {
    const history = new GraphHistory('g');
    history.take(monitor('g', [1], { plan, revision: 7 }));
    history.take(monitor('g', [2], { revision: 7 }));
    expect(history.plan).to.equal(plan);
    expect(history.revision).to.equal(7);
  });

  for (const [what, change] of [
    ['the numbers go back, because Node-RED was restarted', { sequence: 2 }],
    ['the graph was started again', { sequence: 9, startedAt: 500 }],
  ] as const) {
    it(`begins anew where ${what}`, () => {
      const history = new GraphHistory('g');
      history.take(monitor('g', [1, 2, 3], { plan }));
      expect(history.take(monitor('g', [], change))).to.equal(false);
      expect([history.length, history.sequence, history.revision, history.plan]).to.deep.equal([0, 0, undefined, undefined]);
      expect(history.take(monitor('g', [1, 2], { ...change, plan }))).to.equal(true);
      expect(history.length).to.equal(2);
    });
  }
});
