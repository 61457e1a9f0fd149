import { expect } from 'chai';
import { type BatchRow, batchRows, MOST_ROWS } from '../../../nodes/sidebar/editor/batchRows';
import { GraphHistory } from '../../../nodes/sidebar/editor/GraphHistory';
import type { ActiveBatch } from '../../../src/flow/monitor/snapshot';
import { batches, monitor } from './monitored';

const active: readonly ActiveBatch[] = [
  { batchTime: 4000, records: 8, state: 'processing', age: 1200 },
  { batchTime: 5000, records: 9, state: 'queued', age: 200 },
];

describe("the sidebar's list of batches", () => {
  it('has the newest first, those that are not finished on top', () => {
    const history = new GraphHistory('g');
    history.take(monitor('g', [1, 2], { batches: { ...batches(1, 2), processingDelays: [1001, 1000], failed: [0, 1] } }));
    expect(batchRows(history, active, 1000)).to.deep.equal([
      { time: 5000, records: 9, state: 'queued', delay: 200, isLong: false },
      { time: 4000, records: 8, state: 'processing', delay: 1200, isLong: true },
      { time: 2000, records: 2, state: 'failed', delay: 2, processing: 1000, isLong: false },
      { time: 1000, records: 1, state: 'completed', delay: 1, processing: 1001, isLong: true },
    ] satisfies BatchRow[]);
  });

  it('compares each batch with the batch interval that it had', () => {
    const history = new GraphHistory('g');
    history.take(monitor('g', [1, 2], { batches: { ...batches(1, 2), processingDelays: [1500, 1500], intervals: [2000, 1000] } }));
    expect(batchRows(history, [], 1000).map(({ isLong }) => isLong)).to.deep.equal([true, false]);
  });

  it('has no more rows than fit', () => {
    const history = new GraphHistory('g');
    history.take(monitor('g', Array.from({ length: 200 }, (_, i) => i + 1)));
    const rows = batchRows(history, active, 1000);
    expect(rows).to.have.length(MOST_ROWS);
    expect(rows.at(-1)?.time).to.equal((200 - (MOST_ROWS - active.length) + 1) * 1000);
    const pile = Array.from({ length: 80 }, (_, i) => ({ ...active[0]!, batchTime: i }));
    expect(batchRows(history, pile, 1000)).to.have.length(MOST_ROWS);
  });
});
