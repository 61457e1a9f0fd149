import { expect } from 'chai';
import fc from 'fast-check';
import type { Aggregate } from '../../../src/operators/aggregates/Aggregate';
import { aggregateNamed, aggregateNames } from '../../../src/operators/aggregates';
import { type Groups, KeyedAggregator } from '../../../src/operators/window/KeyedGroups';
import { MergedPanes } from '../../../src/operators/window/MergedPanes';
import { RunningPanes } from '../../../src/operators/window/RunningPanes';

type Reading = readonly [key: string | number, value: number | string];

const subtracting = new KeyedAggregator(
  aggregateNames.map((name) => aggregateNamed(name)).filter(({ subtract }) => subtract !== undefined),
);

function groupsOf(readings: readonly Reading[], firstOrder: number, by: KeyedAggregator): Groups {
  const groups = by.empty();
  readings.forEach(([key, value], index) => {
    by.add(groups, key, by.aggregates.map(() => value), firstOrder + index);
  });
  return groups;
}

/** Everything that can be seen of groups, in their order. */
function rowsOf(groups: Groups, by: KeyedAggregator): unknown[] {
  return [...groups].map(([identity, { key, records, partials }]) =>
    [identity, key, records, ...partials.map((partial, index) => by.aggregates[index]?.finish(partial))]);
}

const reading: fc.Arbitrary<Reading> = fc.tuple(
  fc.constantFrom<string | number>('a', 'b', 'c', 'd', 1),
  fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(NaN, Infinity, 1e300, -1e300, 1e-300, 0.1, 'text')),
);
const batches = fc.array(fc.array(reading, { maxLength: 6 }), { minLength: 1, maxLength: 16 });

/** An aggregate that sums, and refuses to subtract what it does not like: it must then be merged again. */
const moody: Aggregate<number> = {
  name: 'moody',
  zero: () => 0,
  accepts: (value) => Number.isSafeInteger(value),
  add: (partial, value) => partial + (value as number),
  merge: (into, from) => into + from,
  subtract: (from, part) => (part % 2 === 0 ? from - part : undefined),
  finish: (partial) => partial,
};

describe('RunningPanes', () => {
  it('can be had for the exact aggregates', () => {
    expect(subtracting.aggregates.map(({ name }) => name)).to.deep.equal([
      'count', 'sum', 'mean', 'variance', 'stddev', 'sampleVariance', 'sampleStddev', 'distinct', 'countByValue', 'percentile',
    ]);
    expect(subtracting.subtracts).to.equal(true);
    expect(new KeyedAggregator([aggregateNamed('sum'), aggregateNamed('max')]).subtracts).to.equal(false);
  });

  for (const [title, aggregator] of [
    ['gives what merging all panes gives, in the same order', subtracting],
    ['merges again what cannot be subtracted', new KeyedAggregator([moody, aggregateNamed('count')])],
  ] as const) {
    it(title, () => {
      const sizes = fc.integer({ min: 1, max: 6 });
      fc.assert(fc.property(batches, sizes, sizes, fc.nat(15), fc.boolean(), (all, length, slide, again, forgets) => {
        const running = new RunningPanes(aggregator);
        const merged = new MergedPanes(aggregator);
        all.forEach((batch, index) => {
          const time = index + 1;
          const add = (readings: readonly Reading[], order: number): void => {
            running.addPane(time, groupsOf(readings, order, aggregator));
            merged.addPane(time, groupsOf(readings, order, aggregator));
          };
          const evaluate = (): void => {
            const from = time - length;
            const result = running.evaluate(from, time);
            expect(rowsOf(result, aggregator)).to.deep.equal(rowsOf(merged.evaluate(from, time), aggregator));
            // The result belongs to the caller.
            for (const { key } of result.values()) aggregator.add(result, key, aggregator.aggregates.map(() => 1000), 1e9);
          };
          add(batch, index * 100);
          if (time % slide === 0) evaluate();
          if (index === again) {
            add(all[0] ?? [], index * 100 + 50);
            if (time % slide === 0) evaluate();
          }
          if (time % slide === 0 && forgets) {
            running.forget(time - length);
            merged.forget(time - length);
          }
        });
        expect(running.paneTimes).to.deep.equal(merged.paneTimes);
        expect(running.keyCount).to.equal(merged.keyCount);
      }), { numRuns: 200 });
    });
  }

  it('evaluates any windows in any order', () => {
    const bound = fc.integer({ min: 0, max: 8 });
    fc.assert(fc.property(batches, fc.array(fc.tuple(bound, bound), { maxLength: 8 }), fc.nat(8), (all, windows, forgotten) => {
      const running = new RunningPanes(subtracting);
      const merged = new MergedPanes(subtracting);
      all.forEach((batch, index) => {
        running.addPane(index + 1, groupsOf(batch, index * 100, subtracting));
        merged.addPane(index + 1, groupsOf(batch, index * 100, subtracting));
      });
      windows.forEach(([from, length], index) => {
        if (index === 4) for (const panes of [running, merged]) panes.forget(forgotten);
        expect(rowsOf(running.evaluate(from, from + length), subtracting)).to.deep.equal(rowsOf(merged.evaluate(from, from + length), subtracting));
      });
    }), { numRuns: 100 });
  });

  it('merges and subtracts each pane once, however long the window is', () => {
    const calls = { merge: 0, subtract: 0 };
    const counting: Aggregate<number> = {
      ...moody,
      merge: (into, from) => {
        calls.merge++;
        return into + from;
      },
      subtract: (from, part) => {
        calls.subtract++;
        return from - part;
      },
    };
    const aggregator = new KeyedAggregator([counting]);
    const panes = new RunningPanes(aggregator);
    const length = 500;
    for (let time = 1; time <= 2000; time++) {
      panes.addPane(time, groupsOf([['a', time]], time, aggregator));
      const result = panes.evaluate(time - length, time).get('a')?.partials[0];
      const oldest = Math.max(1, time - length + 1);
      expect(result).to.equal(((oldest + time) * (time - oldest + 1)) / 2);
      panes.forget(time - length);
    }
    expect(calls).to.deep.equal({ merge: 1999, subtract: 1500 });
  });

  it('keeps its snapshot as panes, so that either form can go on from it', () => {
    const panes = new RunningPanes(subtracting);
    panes.addPane(1, groupsOf([['a', 1]], 0, subtracting));
    panes.evaluate(0, 1);
    panes.addPane(2, groupsOf([['a', 2], ['b', 3]], 1, subtracting));
    const restored = new RunningPanes(subtracting, MergedPanes.restore(panes.snapshot(), subtracting));
    expect(rowsOf(restored.evaluate(0, 2), subtracting)).to.deep.equal(rowsOf(panes.evaluate(0, 2), subtracting));
  });
});
