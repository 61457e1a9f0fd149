import { expect } from 'chai';
import { graphLines } from '../../../nodes/sidebar/editor/graphLines';
import { line, monitor } from './monitored';
import { planned } from './snapshots';

const problem = { time: 0, node: 'm', code: 'c', what: '', why: '', fix: '', count: 1 };

describe('the graphs that can be chosen in the sidebar', () => {
  it('are those of the list', () => {
    const lines = [line('a'), line('g')];
    expect(graphLines(lines, monitor('g', [1]))).to.equal(lines);
    expect(graphLines(lines, undefined)).to.equal(lines);
  });

  it('have the one that is shown among them where the list is too long for it', () => {
    const problems = [{ ...problem, stands: true }, { ...problem, stands: false }];
    const plan = { operators: [planned('r'), planned('g', ['r'], { node: 'drawn' })] };
    expect(graphLines([line('a')], monitor('g', [1], { state: 'paused', problems, plan }))).to.deep.equal([
      line('a'), line('g', { state: 'paused', problems: 1, node: 'drawn' }),
    ]);
  });

  it('name it by the first node that is drawn, where nobody drew its batcher', () => {
    const { node: _, ...undrawn } = planned('g', ['r']);
    const shown = monitor('g', [1], { plan: { operators: [undrawn, planned('r')] } });
    expect(graphLines([], shown)[0]?.node).to.equal('r');
    expect(graphLines([], monitor('g', [1]))[0]?.node).to.equal('g');
  });
});
