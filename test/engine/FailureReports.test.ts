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
});
