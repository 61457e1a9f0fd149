import { expect } from 'chai';
import { FailureReports } from '../../src/engine/FailureReports';

const problem = (what: string) => () => ({ nodeId: 'n', code: 'c', what, why: '', fix: '' });

describe('FailureReports', () => {
  it('tells each kind of each operator once, with the first problem and how many more there were', () => {
    const reports = new FailureReports();
    reports.add('a', 'x', problem('It broke.'));
    reports.add('a', 'x', problem('again'), 4);
    reports.add('a', 'y', problem('something else'));
    reports.add('b', 'x', problem('no full stop'));
    reports.add('b', 'x', problem('again'));
    expect(reports.take().map(({ what }) => what)).to.deep.equal([
      'It broke (and 4 more in this batch).',
      'something else',
      'no full stop (and 1 more in this batch)',
    ]);
    expect(reports.take()).to.deep.equal([]);
  });

  it('keeps the beginning of texts of any length, and puts the count where nobody cuts it off', () => {
    const reports = new FailureReports();
    reports.add('a', 'x', () => ({ ...problem('w'.repeat(5e6))(), why: 'y'.repeat(5e6) }));
    const [only] = reports.take();
    expect(only?.what).to.equal(`${'w'.repeat(2500)}… (cut off; 5000000 characters)`);
    expect(only?.why).to.equal(`${'y'.repeat(2500)}… (cut off; 5000000 characters)`);
    reports.add('a', 'x', problem('w'.repeat(5e6)), 60);
    expect(reports.take()[0]?.what).to.match(/^60 in this batch, of which the first: w{2500}… \(cut off; 5000000 characters\)$/);
    reports.add('a', 'x', problem(`${'w'.repeat(399)}.`), 2);
    expect(reports.take()[0]?.what, 'a short one').to.match(/^w{399} \(and 1 more in this batch\)\.$/);
  });
});
