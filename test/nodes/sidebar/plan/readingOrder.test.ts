import { expect } from 'chai';
import fc from 'fast-check';
import { readingOrder } from '../../../../nodes/sidebar/editor/plan/readingOrder';
import type { PlannedOperator } from '../../../../src/flow/monitor/snapshot';
import { planned } from '../snapshots';
import { anyPlan } from './anyPlan';

/** Groups in order, as text: `a | b c | d`. */
const read = (...operators: PlannedOperator[]): string =>
  readingOrder(operators)
    .map((group) => group.map(({ id }) => id).join(' '))
    .join(' | ');

describe('the reading order of a plan', () => {
  it('is that of a chain, however the plan lists it', () => {
    expect(read(planned('a'), planned('b', ['a']), planned('c', ['b']))).to.equal('a | b | c');
    expect(read(planned('c', ['b']), planned('b', ['a']), planned('a'))).to.equal('a | b | c');
  });

  it('is empty for an empty plan', () => {
    expect(readingOrder([])).to.deep.equal([]);
  });

  it('has both inputs of a join right above it, the longer one first', () => {
    expect(read(planned('s'), planned('a'), planned('b', ['a']), planned('j', ['s', 'b']), planned('k', ['j']))).to.equal(
      'a | b | s | j | k',
    );
  });

  it('has a tap right below what it taps, not at the end', () => {
    expect(read(planned('a'), planned('b', ['a']), planned('c', ['b']), planned('tap', ['a']))).to.equal('a | tap | b | c');
  });

  it('keeps the branches of a diamond together', () => {
    const branches = [planned('b', ['a']), planned('c', ['a']), planned('d', ['b']), planned('e', ['c'])];
    const plan = [planned('a'), ...branches, planned('j', ['d', 'e'])];
    expect(read(...plan)).to.equal('a | b | d | c | e | j');
  });

  it('keeps the operators of a pass together', () => {
    const plan = [
      planned('a', [], { pass: 1 }),
      planned('b', ['a'], { pass: 1 }),
      planned('x', ['b']),
      planned('c', ['b'], { pass: 1 }),
      planned('y', ['c']),
    ];
    expect(read(...plan)).to.equal('a b c | x | y');
  });

  it('puts what a later operator of a pass reads above the whole pass', () => {
    expect(read(planned('a', [], { pass: 1 }), planned('b', ['a', 'x'], { pass: 1 }), planned('x'))).to.equal('x | a b');
  });

  it('gives up a frame rather than a line that runs upwards', () => {
    expect(read(planned('a', [], { pass: 1 }), planned('x', ['a']), planned('b', ['a', 'x'], { pass: 1 }))).to.equal('a | x | b');
  });

  it('is complete even for what no plan has: a circle, an input that is not there, an operator that reads itself', () => {
    const ids = (operators: PlannedOperator[]): string[] => readingOrder(operators).flat().map(({ id }) => id).sort();
    expect(ids([planned('a', ['c']), planned('b', ['a']), planned('c', ['b'])])).to.deep.equal(['a', 'b', 'c']);
    expect(ids([planned('a', ['gone']), planned('b', ['b'])])).to.deep.equal(['a', 'b']);
  });

  it('has every operator once, below all that it reads from, and passes in one piece', () => {
    fc.assert(
      fc.property(anyPlan(100), (operators) => {
        const groups = readingOrder(operators);
        const ids = groups.flat().map(({ id }) => id);
        expect([...ids].sort()).to.deep.equal(operators.map(({ id }) => id).sort());
        for (const { id, inputs } of operators) {
          for (const input of inputs) expect(ids.indexOf(input)).to.be.lessThan(ids.indexOf(id));
        }
        for (const group of groups.filter(({ length }) => length > 1)) {
          expect(new Set(group.map(({ pass }) => pass)).size).to.equal(1);
        }
      }),
    );
  });
});
