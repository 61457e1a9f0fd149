import { expect } from 'chai';
import { dayAndTime, isSavepointName, savepointNameAt } from '../../../nodes/sidebar/editor/savepointNames';

describe('names of savepoints', () => {
  it('are what the runtime takes', () => {
    expect(['a', 'Before-update_2', '7', 'x'.repeat(64)].map(isSavepointName)).to.deep.equal([true, true, true, true]);
    expect(['', ' ', 'a b', 'a.b', '../x', 'ä', '<img>', 'a\n', 'x'.repeat(65)].filter(isSavepointName)).to.deep.equal([]);
  });

  it('are date and time unless somebody gives another', () => {
    const time = new Date(2026, 0, 2, 3, 4, 5).getTime();
    expect(savepointNameAt(time)).to.equal('2026-01-02_03-04-05');
    expect(isSavepointName(savepointNameAt(time))).to.equal(true);
    expect(dayAndTime(time)).to.equal('2026-01-02 03:04:05');
  });
});
