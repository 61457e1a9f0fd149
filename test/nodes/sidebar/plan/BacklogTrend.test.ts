import { expect } from 'chai';
import { BacklogTrend } from '../../../../nodes/sidebar/editor/plan/BacklogTrend';

/** Whether it grows, after each of these looks. */
function seen(batchInterval: number, waiting: readonly number[]): boolean[] {
  const trend = new BacklogTrend(batchInterval);
  return waiting.map((each) => {
    trend.add(each);
    return trend.isGrowing;
  });
}

describe('BacklogTrend', () => {
  it('says nothing of what waits for the next batch, which goes up and down', () => {
    const sawtooth = Array.from({ length: 60 }, (_, second) => (second % 10) * 100);
    expect(seen(10_000, sawtooth)).to.not.include(true);
    expect(seen(10_000, sawtooth.map((waiting) => waiting + 50))).to.not.include(true);
  });

  it('tells of a backlog that grows, in the second stretch of five seconds', () => {
    const growing = Array.from({ length: 10 }, (_, second) => 100 + 10 * second);
    expect(seen(1000, growing).lastIndexOf(false)).to.equal(8);
  });

  it('looks at two batch intervals at a time', () => {
    const growing = Array.from({ length: 40 }, (_, second) => 100 * second + 100);
    expect(seen(10_000, growing).indexOf(true)).to.equal(39);
  });

  it('forgets it as soon as nothing waits', () => {
    const growing = Array.from({ length: 10 }, (_, second) => 100 + 10 * second);
    expect(seen(1000, [...growing, 0]).slice(-2)).to.deep.equal([true, false]);
  });

  it('takes a little more for chance', () => {
    expect(seen(1000, [...Array<number>(5).fill(1000), ...Array<number>(5).fill(1050)]).at(-1)).to.equal(false);
    expect(seen(1000, [...Array<number>(5).fill(1000), ...Array<number>(5).fill(1051)]).at(-1)).to.equal(true);
  });
});
