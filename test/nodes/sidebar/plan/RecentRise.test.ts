import { expect } from 'chai';
import { RecentRise } from '../../../../nodes/sidebar/editor/plan/RecentRise';

/** Whether there was a recent rise, after each of these counts. */
function seen(counts: readonly number[]): boolean[] {
  const rise = new RecentRise();
  return counts.map((count) => {
    rise.add(count);
    return rise.isRecent;
  });
}

describe('RecentRise', () => {
  it('says nothing of what was counted before the first look', () => {
    expect(seen([5, 5, 5])).to.deep.equal([false, false, false]);
  });

  it('speaks of a rise for ten looks', () => {
    expect(seen([0, 1, ...Array<number>(10).fill(1)])).to.deep.equal([false, ...Array<boolean>(10).fill(true), false]);
  });

  it('begins anew with a graph that started again', () => {
    expect(seen([7, 0, 0, 1])).to.deep.equal([false, false, false, true]);
  });
});
