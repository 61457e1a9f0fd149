import { expect } from 'chai';
import { LastUpdates } from '../../../src/operators/state/LastUpdates';

describe('LastUpdates', () => {
  it('tells which rows were last updated before a time, by time', () => {
    const updates = new LastUpdates();
    for (const row of [3, 1, 2]) updates.update(row, 1000);
    updates.update(1, 2000);
    updates.update(40, 3000);
    updates.remove(2);
    expect(updates.before(1000)).to.deep.equal([]);
    expect(updates.before(3000)).to.deep.equal([[3], [1]]);
    expect([3, 1, 2, 40, 39, 100].map((row) => updates.timeOf(row))).to.deep.equal([1000, 2000, NaN, 3000, NaN, NaN]);
  });

  it('takes updates back', () => {
    const updates = new LastUpdates();
    updates.update(1, 1000);
    updates.update(2, 1000);
    updates.update(1, 2000);
    updates.update(5, 2000);
    updates.remove(5);
    updates.restore(1, 1000);
    updates.forget(1000);
    updates.update(2, 1500);
    expect(updates.before(Infinity)).to.deep.equal([[1], [2]]);
  });

  it('tidies up without losing an update, however long nothing times out', () => {
    const updates = new LastUpdates();
    const expected = new Map<number, number>();
    for (let time = 0; time < 500; time++) {
      for (let touched = 0; touched < 5; touched++) {
        const row = (time * 7 + touched * touched) % 20;
        updates.update(row, time);
        expected.set(row, time);
      }
      updates.tidy(10, 20);
      if (time % 50 === 0) {
        const rows = updates.before(time).flat();
        expect(rows.sort((one, other) => one - other)).to.deep.equal(
          [...expected].filter(([, last]) => last < time).map(([row]) => row).sort((one, other) => one - other),
        );
      }
    }
    // Twenty rows: less than three updates for each are written down, not all 2,500.
    expect(updates.written).to.be.at.most(60);
  });
});
