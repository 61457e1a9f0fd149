import { expect } from 'chai';
import { integersOf } from '../../../src/operators/window/integers';

describe('integersOf', () => {
  for (const [largest, bytes] of [[0, 1], [255, 1], [256, 2], [65_535, 2], [65_536, 4], [2 ** 32 - 1, 4], [2 ** 32, 8]] as const) {
    it(`takes ${String(bytes)} bytes for numbers up to ${String(largest)}`, () => {
      const integers = integersOf([3, largest, 0]);
      expect([...integers]).to.deep.equal([3, largest, 0]);
      expect(integers.BYTES_PER_ELEMENT).to.equal(bytes);
    });
  }

  it('takes none for none', () => {
    expect(integersOf([])).to.have.length(0);
  });
});
