import { expect } from 'chai';
import fc from 'fast-check';
import { type Rails, layRails } from '../../../../nodes/sidebar/editor/plan/rails';
import { readingOrder } from '../../../../nodes/sidebar/editor/plan/readingOrder';
import type { PlannedOperator } from '../../../../src/flow/monitor/snapshot';
import { planned } from '../snapshots';
import { anyPlan } from './anyPlan';

/** The operators that one reaches from a dot by following lines downwards with a finger, up to the next dot. */
function followed(operators: readonly PlannedOperator[], { rows }: Rails, start: number): string[] {
  const reached: string[] = [];
  let columns = new Set([rows[start]?.column ?? 0]);
  for (let row = start; row < rows.length && columns.size > 0; row++) {
    const { column, above = [], below = [] } = rows[row] ?? {};
    if (row > start) {
      columns = new Set(above.filter(({ from }) => columns.has(from)).map(({ to }) => to));
      if (column !== undefined && columns.delete(column)) reached.push(operators[row]?.id ?? '');
    }
    columns = new Set(below.filter(({ from }) => columns.has(from)).map(({ to }) => to));
  }
  return reached.sort();
}

/** How many pairs of lines cross. */
function crossings({ rows }: Rails): number {
  let count = 0;
  for (const half of rows.flatMap(({ above, below }) => [above, below])) {
    for (const one of half) for (const other of half) if (one.from < other.from && one.to > other.to) count++;
  }
  return count;
}

/** The columns of the dots. */
const dots = (...operators: PlannedOperator[]): number[] => layRails(operators).rows.map(({ column }) => column);

describe('the lines beside a plan', () => {
  it('run straight down beside a chain', () => {
    const rails = layRails([planned('a'), planned('b', ['a'])]);
    expect(rails).to.deep.equal({
      columns: 1,
      rows: [
        { column: 0, above: [], below: [{ from: 0, to: 0, sources: ['a'] }] },
        { column: 0, above: [{ from: 0, to: 0, sources: ['a'] }], below: [] },
      ],
    });
  });

  it('branch off to a tap and go on straight', () => {
    const rails = layRails([planned('a'), planned('tap', ['a']), planned('b', ['a'])]);
    expect(rails.rows.map(({ column }) => column)).to.deep.equal([0, 1, 0]);
    expect(rails.rows[1]?.above).to.deep.equal([{ from: 0, to: 1, sources: ['a'] }, { from: 0, to: 0, sources: ['a'] }]);
  });

  it('merge on their way to a union, so that thirty inputs need two columns', () => {
    const inputs = Array.from({ length: 30 }, (_, index) => planned(`s${index}`));
    const rails = layRails([...inputs, planned('u', inputs.map(({ id }) => id))]);
    expect(rails.columns).to.equal(2);
    expect(rails.rows[30]?.above).to.deep.equal([{ from: 0, to: 0, sources: inputs.map(({ id }) => id) }]);
  });

  it('need two columns for thirty branches', () => {
    const branches = Array.from({ length: 30 }, (_, index) => planned(`b${index}`, ['a']));
    expect(layRails([planned('a'), ...branches]).columns).to.equal(2);
  });

  it('take a column that has become free', () => {
    const plan = [planned('a'), planned('b'), planned('j', ['a', 'b']), planned('c'), planned('k', ['j', 'c'])];
    expect(dots(...plan)).to.deep.equal([0, 1, 0, 1, 0]);
  });

  it('begin anew where two drawings stand in one plan', () => {
    expect(dots(planned('a'), planned('b', ['a']), planned('c'), planned('d', ['c']))).to.deep.equal([0, 0, 0, 0]);
  });

  it('do not cross in trees, joins of chains and diamonds', () => {
    const plans = [
      [planned('a'), planned('b', ['a']), planned('c', ['a']), planned('d', ['b']), planned('e', ['b']), planned('f', ['c'])],
      [planned('a'), planned('b'), planned('c'), planned('j', ['a', 'b']), planned('k', ['c', 'j']), planned('l', ['k'])],
      [planned('a'), planned('b', ['a']), planned('c', ['a']), planned('j', ['b', 'c'])],
    ];
    expect(plans.map((plan) => crossings(layRails(readingOrder(plan).flat())))).to.deep.equal([0, 0, 0]);
  });

  it('cross no more than they must where two joins share their inputs', () => {
    const plan = [planned('a'), planned('b'), planned('c'), planned('j', ['a', 'b']), planned('k', ['a', 'b', 'c'])];
    expect(crossings(layRails(plan))).to.equal(1);
    expect(crossings(layRails(readingOrder(plan).flat()))).to.equal(0);
  });

  it('leave out an input that is not above its reader', () => {
    const { rows } = layRails([planned('a', ['b', 'gone', 'a']), planned('b')]);
    expect(rows.flatMap(({ above, below }) => [...above, ...below])).to.deep.equal([]);
  });

  it('lead from each operator to its readers, to all of them and to no others', () => {
    fc.assert(
      fc.property(anyPlan(100), (drawn) => {
        const operators = readingOrder(drawn).flat();
        const rails = layRails(operators);
        for (const [index, { id }] of operators.entries()) {
          const readers = operators.filter(({ inputs }) => inputs.includes(id)).map((reader) => reader.id).sort();
          expect(followed(operators, rails, index), id).to.deep.equal(readers);
        }
      }),
    );
  });

  it('carry the records of those that they come from', () => {
    fc.assert(
      fc.property(anyPlan(30), (drawn) => {
        const operators = readingOrder(drawn).flat();
        for (const [index, { column, above }] of layRails(operators).rows.entries()) {
          const arriving = above.filter(({ to }) => to === column).flatMap(({ sources }) => sources);
          expect(arriving.sort()).to.deep.equal([...(operators[index]?.inputs ?? [])].sort());
        }
      }),
    );
  });
});
