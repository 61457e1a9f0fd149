import { expect } from 'chai';
import * as fc from 'fast-check';
import { RowOrder } from '../../../src/operators/state/RowOrder';

describe('RowOrder', () => {
  it('agrees with an array, and puts back what was removed where it was', () => {
    const step = fc.record({ row: fc.nat(9), undoes: fc.boolean() });
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const order = new RowOrder();
      let oracle: number[] = [];
      const past: { readonly before: number[]; readonly undo: () => void }[] = [];
      for (const { row, undoes } of steps) {
        const last = undoes ? past.pop() : undefined;
        if (last !== undefined) {
          last.undo();
          oracle = last.before;
        } else if (oracle.includes(row)) {
          past.push({ before: oracle, undo: () => { order.putBack(row); } });
          order.remove(row);
          oracle = oracle.filter((other) => other !== row);
        } else {
          // A row that is appended is another one than before: what was removed cannot be put back any more.
          past.length = 0;
          past.push({ before: oracle, undo: () => { order.remove(row); } });
          order.append(row);
          oracle = [...oracle, row];
        }
        expect([...order.rows()]).to.deep.equal(oracle);
      }
    }), { numRuns: 200 });
  });
});
