import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  AGGREGATES, RESERVED_NAMES, checkRows, followsAggregate, needsValue, parameterRule, readRows, suggestName, tidyRow,
} from '../../../nodes/shared/editor/aggregates';
import { AGGREGATE_NAMES, AGGREGATE_PARAMETERS, RESERVED_OUTPUT_NAMES } from '../../../src/plan/names';

const mean = { aggregate: 'mean', of: 'payload.value', ofType: 'msg', as: 'mean' };

describe('editor list of aggregates', () => {
  it('offers the aggregates, and keeps free the names, that the plan knows', () => {
    expect([...AGGREGATES].sort()).to.deep.equal([...AGGREGATE_NAMES].sort());
    expect([...RESERVED_NAMES].sort()).to.deep.equal([...RESERVED_OUTPUT_NAMES].sort());
    for (const name of AGGREGATES) expect(parameterRule(name), name).to.deep.equal(AGGREGATE_PARAMETERS.get(name));
    expect(parameterRule('constructor')).to.equal(undefined);
  });

  it('checks the number of an aggregate that takes one; empty is the usual one', () => {
    const kindsOf = (aggregate: string, parameter: string): string[] => checkRows([{ ...mean, aggregate, parameter }]).map(({ kind }) => kind);
    for (const parameter of ['', '0', '99.9', ' 100 ']) expect(kindsOf('percentile', parameter), parameter).to.deep.equal([]);
    for (const parameter of ['-1', '100.1', 'p95']) expect(kindsOf('percentile', parameter), parameter).to.deep.equal(['parameter']);
    expect(kindsOf('topK', '1.5')).to.deep.equal(['parameter']);
    expect(kindsOf('list', '100001')).to.deep.equal(['parameter']);
    expect(kindsOf('mean', 'left over')).to.deep.equal([]);
  });

  it('wants a function for reduce that returns, and an inverse that does, if there is one', () => {
    const kindsOf = (reduce: string, inverse?: string): string[] =>
      checkRows([{ ...mean, aggregate: 'reduce', reduce, ...(inverse === undefined ? {} : { inverse }) }]).map(({ kind }) => kind);
    expect(kindsOf('return a + b;')).to.deep.equal([]);
    expect(kindsOf('return a + b;', ' ')).to.deep.equal([]);
    expect(kindsOf('return a + b;', 'return a - b;')).to.deep.equal([]);
    expect(kindsOf(' ')).to.deep.equal(['no-reduce']);
    expect(kindsOf('a + b', 'a - b')).to.deep.equal(['no-return', 'no-inverse-return']);
  });

  it('stores only what the aggregate uses', () => {
    const all = { ...mean, parameter: '5', reduce: 'return a;', inverse: '' };
    expect(tidyRow(all)).to.deep.equal(mean);
    expect(tidyRow({ ...all, aggregate: 'list' })).to.deep.equal({ ...mean, aggregate: 'list', parameter: '5' });
    expect(tidyRow({ ...all, aggregate: 'reduce' })).to.deep.equal({ ...mean, aggregate: 'reduce', reduce: 'return a;', inverse: '' });
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
    expect(readRows([{ ...mean, parameter: 95, reduce: 7, inverse: null }])).to.deep.equal([{ ...mean, parameter: '95', reduce: '7' }]);
  });
});
