import { expect } from 'chai';
import { completeReport, updateText } from '../../src/flow/updateText';

describe('updateText', () => {
  const label = (id: string): string => `node ${id}`;

  it('counts what was kept and names the rest', () => {
    const report = { kept: ['a', 'b'], restarted: ['w', 'k'], dropped: ['m'] };
    const text = updateText(report, ['n'], label);
    expect(text).to.equal('kept 2 operators; restarted: node w, node k; dropped: node m; new: node n');
    expect(updateText({ kept: ['a'], restarted: [], dropped: [] }, [], label)).to.equal('kept 1 operator');
  });

  it('counts what begins again as restarted', () => {
    expect(completeReport({ kept: ['a', 'k'], restarted: ['w'], dropped: ['m'] }, ['w', 'k'])).to.deep.equal({
      kept: ['a'], restarted: ['w', 'k'], dropped: ['m'],
    });
  });
});
