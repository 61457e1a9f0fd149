import { expect } from 'chai';
import { columnPlaces, lineWidth } from '../../../../nodes/sidebar/editor/plan/Rail';

describe('Rail', () => {
  it('leaves room for words however many columns there are', () => {
    for (const columns of [1, 2, 6, 7, 100]) {
      const { width, place } = columnPlaces(columns);
      expect(width).to.be.at.most(90);
      expect(place(0)).to.be.greaterThan(0);
      expect(place(columns - 1)).to.be.lessThan(width);
    }
  });

  it('draws wider lines where more records pass, within bounds', () => {
    const widths = [0, 1, 10, 1000, 100_000, 1e12].map(lineWidth);
    expect(widths).to.deep.equal([...widths].sort((one, other) => one - other));
    expect([widths[0], widths.at(-1), lineWidth(-1)]).to.deep.equal([1.5, 5.5, 1.5]);
  });
});
