import { expect } from 'chai';
import fc from 'fast-check';
import { aggregateNamed, aggregateNames } from '../../../src/operators/aggregates';
import { copyOf } from '../../../src/operators/window/copyPartial';
import { columnFrom, columnOf } from '../../../src/operators/window/PartialColumn';

const values = fc.array(fc.oneof(
  fc.double(), fc.integer({ min: -3, max: 3 }),
  fc.constantFrom<unknown>(-0, NaN, Infinity, 1e300, 2 ** 1000, 1e-320, 0.1, 'text', '7', null),
), { maxLength: 12 });

describe('PartialColumn', () => {
  for (const name of aggregateNames) {
    it(`gives partials back to the last bit, in another thread too, and copies that nobody else sees: ${name}`, () => {
      const aggregate = aggregateNamed(name);
      fc.assert(fc.property(fc.array(values, { maxLength: 5 }), fc.boolean(), (rows, travels) => {
        const partials = rows.map((row) => row.filter((value) => aggregate.accepts(value))
          .reduce((partial: unknown, value, order) => aggregate.add(partial, value, order), aggregate.zero()));
        const expected = partials.map((partial) => copyOf(aggregate, partial));
        const made = columnOf(aggregate, partials);
        const column = travels ? columnFrom(aggregate, structuredClone(made.portable())) : made;
        expected.forEach((partial, row) => {
          aggregate.add(column.copyAt(row), 5, 1e9);
          expect(column.at(row)).to.deep.equal(partial);
          expect(aggregate.finish(column.copyAt(row))).to.deep.equal(aggregate.finish(partial));
        });
        expect(column.size).to.be.at.least(rows.length);
      }), { numRuns: 50 });
    });
  }

  it('tells about how many bytes it takes: 8 for each number, 64 for each value that is kept as an object', () => {
    const bytesOf = (name: string, ...rows: readonly unknown[][]): number => {
      const aggregate = aggregateNamed(name);
      const partials = rows.map((row) => row.reduce((partial: unknown, value, order) => aggregate.add(partial, value, order), aggregate.zero()));
      return columnOf(aggregate, partials).bytes;
    };
    expect(bytesOf('count', [1], [2], [3])).to.equal(3 * 8);
    expect(bytesOf('mean', [1], [2])).to.equal(2 * 3 * 8);
    expect(bytesOf('list', [1, 2, 3], [4])).to.equal(4 * 64);
    // The sum of these is more than its two numbers.
    expect(bytesOf('sum', [1], [1e300, 1, 1e-300])).to.equal(2 * 2 * 8 + 64);
  });

  it('takes 8 bytes for each number of ordinary partials', () => {
    const widths = aggregateNames.flatMap((name) => {
      const { packed } = aggregateNamed(name);
      return packed === undefined ? [] : [[name, packed.width]];
    });
    expect(Object.fromEntries(widths)).to.deep.equal({
      count: 1, sum: 2, mean: 3, min: 1, max: 1, first: 2, last: 2, variance: 7, stddev: 7, sampleVariance: 7, sampleStddev: 7,
    });
  });

  it('counts what lists and sketches hold, which do not get smaller by merging', () => {
    const list = aggregateNamed('list');
    const partial = [1, 2, 3].reduce((into: unknown, value) => list.add(into, value, value), list.zero());
    expect(columnOf(list, [partial, list.zero()]).size).to.equal(4);
    expect(columnOf(aggregateNamed('max'), [{ some: true, value: 1 }]).size).to.equal(1);
  });
});
