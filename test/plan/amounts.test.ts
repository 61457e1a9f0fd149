import { expect } from 'chai';
import { ageText, bytesText } from '../../src/plan/amounts';

describe('amounts', () => {
  it('show bytes in at most four digits', () => {
    expect([0, 7, 999, 1000, 9_949, 9_950, 340_000, 999_499, 999_500, 1_234_567, 64e6, 2.5e9, 3e15].map(bytesText)).to.deep.equal([
      '0 B', '7 B', '999 B', '1.0 kB', '9.9 kB', '10 kB', '340 kB', '999 kB', '1.0 MB', '1.2 MB', '64 MB', '2.5 GB', '3000 TB',
    ]);
  });

  it('show ages in whole units, and no age before zero', () => {
    expect([-5000, 0, 8_999, 59_999, 60_000, 3_599_999, 3_600_000, 86_400_000, 200_000_000].map(ageText)).to.deep.equal([
      '0 s', '0 s', '8 s', '59 s', '1 min', '59 min', '1 h', '1 d', '2 d',
    ]);
  });
});
