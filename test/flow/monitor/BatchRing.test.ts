import { expect } from 'chai';
import type { BatchEvent } from '../../../src/engine/Engine';
import { BatchRing } from '../../../src/flow/monitor/BatchRing';
import { MOST_BATCHES } from '../../../src/flow/monitor/snapshot';

const batch = (number: number, more: Partial<BatchEvent> = {}): BatchEvent =>
  ({ batchTime: number * 1000, records: number, schedulingDelay: 1, processingDelay: 2, ...more });

function filled(count: number): BatchRing {
  const ring = new BatchRing();
  for (let number = 1; number <= count; number++) ring.add(batch(number), 1000);
  return ring;
}

describe('BatchRing', () => {
  it('gives what came after a number, oldest first', () => {
    const ring = filled(5);
    expect(ring.sequence).to.equal(5);
    expect(ring.since(0).records).to.deep.equal([1, 2, 3, 4, 5]);
    expect(ring.since(3).times).to.deep.equal([4000, 5000]);
    expect(ring.since(5).times).to.deep.equal([]);
  });

  it('gives everything to somebody who knows batches of an earlier run', () => {
    expect(filled(5).since(6).records).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('is empty at first', () => {
    expect(new BatchRing().since(0)).to.deep.equal({ times: [], records: [], schedulingDelays: [], processingDelays: [], intervals: [], failed: [] });
  });

  // Around each size to which its room grows, and far beyond the last one.
  for (const count of [15, 16, 17, 31, 32, 33, 512, 513, MOST_BATCHES - 1, MOST_BATCHES, MOST_BATCHES + 1, 2 * MOST_BATCHES, 2345]) {
    it(`remembers the newest of ${String(count)} batches`, () => {
      const expected = Array.from({ length: Math.min(count, MOST_BATCHES) }, (_, index) => Math.max(0, count - MOST_BATCHES) + index + 1);
      const ring = filled(count);
      expect(ring.since(0).records).to.deep.equal(expected);
      expect(ring.since(count - 2).records).to.deep.equal([count - 1, count]);
    });
  }

  it('tells the batch intervals, as one number where they are equal', () => {
    const ring = filled(20);
    expect(ring.since(0).intervals).to.equal(1000);
    ring.add(batch(21), 2000);
    expect(ring.since(18).intervals).to.deep.equal([1000, 1000, 2000]);
    expect(ring.since(20).intervals).to.equal(2000);
  });

  it('keeps tenths of a millisecond, and which batches failed', () => {
    const ring = new BatchRing();
    ring.add(batch(1, { schedulingDelay: 0.123456, processingDelay: 7.96 }), 1000);
    ring.add(batch(2, { failure: 'It broke.' }), 1000);
    expect(ring.since(0)).to.deep.include({ schedulingDelays: [0.1, 1], processingDelays: [8, 2], failed: [0, 1] });
  });
});
