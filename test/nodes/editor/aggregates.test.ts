import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  AGGREGATES, RESERVED_NAMES, checkRows, followsAggregate, needsValue, readRows, suggestName,
} from '../../../nodes/shared/editor/aggregates';
import { AGGREGATE_NAMES, RESERVED_OUTPUT_NAMES } from '../../../src/plan/names';

const mean = { aggregate: 'mean', of: 'payload.value', ofType: 'msg', as: 'mean' };

describe('editor list of aggregates', () => {
  it('offers the aggregates, and keeps free the names, that the plan knows', () => {
    expect([...AGGREGATES].sort()).to.deep.equal([...AGGREGATE_NAMES].sort());
    expect([...RESERVED_NAMES].sort()).to.deep.equal([...RESERVED_OUTPUT_NAMES].sort());
  });

  it('finds nothing wrong with good rows', () => {
    const count = { ...mean, aggregate: 'count', of: '', as: 'n' };
    const rows = [mean, count, { ...mean, of: '$abs(payload)', ofType: 'jsonata', as: 'size' }];
    expect(checkRows(rows)).to.deep.equal([]);
  });

  it('finds equal, empty and reserved names, and names the rows', () => {
    expect(checkRows([mean, mean, { ...mean, as: ' mean ' }])).to.deep.equal([
      { row: 2, kind: 'same-name', other: 1 },
      { row: 3, kind: 'same-name', other: 1 },
    ]);
    expect(checkRows([{ ...mean, as: ' ' }])).to.deep.equal([{ row: 1, kind: 'no-name' }]);
    for (const as of RESERVED_NAMES) {
      expect(checkRows([mean, { ...mean, as }])).to.deep.equal([{ row: 2, kind: 'reserved-name' }]);
    }
  });

  it('takes names that JavaScript objects have by themselves', () => {
    expect(checkRows([{ ...mean, as: 'toString' }, { ...mean, as: 'constructor' }])).to.deep.equal([]);
  });

  it('finds missing values and unknown aggregates', () => {
    expect(checkRows([{ ...mean, of: '' }])).to.deep.equal([{ row: 1, kind: 'no-value' }]);
    expect(checkRows([{ ...mean, ofType: 'jsonata', of: ' ' }])).to.deep.equal([{ row: 1, kind: 'no-value' }]);
    expect(checkRows([{ ...mean, aggregate: 'median' }])).to.deep.equal([{ row: 1, kind: 'unknown-aggregate' }]);
  });

  it('lets only count do without a value', () => {
    expect(AGGREGATES.filter((name) => !needsValue(name))).to.deep.equal(['count']);
  });

  it('suggests the aggregate as name, with a number when it is taken', () => {
    expect(suggestName('mean', [])).to.equal('mean');
    expect(suggestName('mean', ['mean'])).to.equal('mean2');
    expect(suggestName('mean', ['mean', 'mean2', 'max'])).to.equal('mean3');
  });

  it('goes on following names that it suggested, and no others', () => {
    fc.assert(fc.property(fc.constantFrom(...AGGREGATES), fc.nat(5), (aggregate, count) => {
      const taken = Array.from({ length: count }, (_, index) => (index === 0 ? aggregate : `${aggregate}${index + 1}`));
      expect(followsAggregate(aggregate, suggestName(aggregate, taken))).to.equal(true);
    }));
    expect(followsAggregate('mean', '')).to.equal(true);
    expect(followsAggregate('mean', 'average')).to.equal(false);
    expect(followsAggregate('mean', 'meanOfDay')).to.equal(false);
  });

  it('reads rows out of anything', () => {
    expect(readRows(undefined)).to.deep.equal([]);
    expect(readRows('rows')).to.deep.equal([]);
    expect(readRows([null, { aggregate: 7, as: 'x' }])).to.deep.equal([
      { aggregate: '', of: '', ofType: 'msg', as: '' },
      { aggregate: '', of: '', ofType: 'msg', as: 'x' },
    ]);
  });
});
