import { expect } from 'chai';
import fc from 'fast-check';
import { aggregateNamed } from '../../../src/operators/aggregates';
import { KeyedAggregator } from '../../../src/operators/window/KeyedGroups';
import type { Groups } from '../../../src/operators/window/KeyedGroups';
import { MergedPanes } from '../../../src/operators/window/MergedPanes';
import type { PaneSnapshot } from '../../../src/operators/window/PaneSnapshot';
import { exactSumOf } from '../aggregates/exactOracle';

interface Reading {
  readonly key: string | number;
  readonly value: number;
}

const aggregator = aggregatorOf('count', 'sum', 'mean', 'min', 'max', 'first', 'last');

function aggregatorOf(...names: string[]): KeyedAggregator {
  return new KeyedAggregator(names.map((name) => aggregateNamed(name)));
}

function groupsOf(readings: readonly Reading[], firstOrder = 0, by = aggregator): Groups {
  const groups = by.empty();
  readings.forEach(({ key, value }, index) => {
    by.add(groups, key, by.aggregates.map(() => value), firstOrder + index);
  });
  return groups;
}

function rowsOf(groups: Groups, by = aggregator): Map<unknown, unknown[]> {
  return new Map([...groups.values()].map(({ key, records, partials }) =>
    [key, [records, ...partials.map((partial, index) => by.aggregates[index]?.finish(partial))]]));
}

/** The oracle: everything recomputed from the readings of the window, in order. */
function naiveRows(readings: readonly Reading[]): Map<unknown, unknown[]> {
  const keys = new Set(readings.map(({ key }) => key));
  return new Map([...keys].map((key) => {
    const values = readings.filter((reading) => reading.key === key).map(({ value }) => value);
    const sum = exactSumOf(values);
    return [key, [
      values.length, values.length, sum, sum / values.length, Math.min(...values), Math.max(...values), values[0], values.at(-1),
    ]];
  }));
}

const reading = fc.record({
  key: fc.constantFrom<string | number>('a', 'b', 'c', '1', 1),
  value: fc.oneof(fc.integer({ min: -1000, max: 1000 }).map((cents) => cents / 100), fc.constantFrom(1e300, -1e300, 1e-300)),
});
const batches = fc.array(fc.array(reading, { maxLength: 6 }), { minLength: 1, maxLength: 12 });

function inWindow(all: readonly (readonly Reading[])[], from: number, to: number): Reading[] {
  return all.filter((_, index) => from < (index + 1) * 1000 && (index + 1) * 1000 <= to).flat();
}

function windowOf(all: readonly (readonly Reading[])[]): MergedPanes {
  const panes = new MergedPanes(aggregator);
  all.forEach((batch, index) => { panes.addPane((index + 1) * 1000, groupsOf(batch, index * 100)); });
  return panes;
}

describe('MergedPanes', () => {
  it('evaluates every window as a recomputation would', () => {
    fc.assert(fc.property(batches, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 7 }), (all, length, slide) => {
      const panes = new MergedPanes(aggregator);
      all.forEach((batch, index) => {
        const time = (index + 1) * 1000;
        panes.addPane(time, groupsOf(batch, index * 100));
        if ((index + 1) % slide !== 0) return;
        const from = time - length * 1000;
        expect(rowsOf(panes.evaluate(from, time))).to.deep.equal(naiveRows(inWindow(all, from, time)));
        panes.forget(time + (slide - length) * 1000);
      });
    }), { numRuns: 200 });
  });

  it('knows the keys of the panes that entered or left', () => {
    const bound = fc.integer({ min: -1, max: 13 }).map((index) => index * 1000);
    fc.assert(fc.property(batches, bound, bound, bound, bound, (all, from, to, previousFrom, previousTo) => {
      const expected = new Set<unknown>();
      all.forEach((batch, index) => {
        const time = (index + 1) * 1000;
        const now = from < time && time <= to;
        const before = previousFrom < time && time <= previousTo;
        if (now !== before) batch.forEach(({ key }) => expected.add(key));
      });
      expect(windowOf(all).changedKeys(from, to, previousFrom, previousTo)).to.deep.equal(expected);
    }), { numRuns: 200 });
  });

  it('leaves the ends as Spark does: from is out, to is in', () => {
    const panes = windowOf([[{ key: 'a', value: 1 }], [{ key: 'a', value: 2 }], [{ key: 'a', value: 4 }]]);
    expect(rowsOf(panes.evaluate(1000, 2000)).get('a')?.[2]).to.equal(2);
    expect(rowsOf(panes.evaluate(0, 3000)).get('a')?.[2]).to.equal(7);
    expect(panes.evaluate(3000, 9000).size).to.equal(0);
  });

  it('gives results that the caller may change', () => {
    const panes = windowOf([[{ key: 'a', value: 1 }], [{ key: 'a', value: 2 }, { key: 'b', value: 3 }]]);
    const before = rowsOf(panes.evaluate(0, 2000));
    const result = panes.evaluate(0, 2000);
    for (const key of ['a', 'b']) aggregator.add(result, key, aggregator.aggregates.map(() => 1000), 1e9);
    aggregator.merge(result, panes.evaluate(0, 2000));
    expect(rowsOf(panes.evaluate(0, 2000))).to.deep.equal(before);
  });

  it('forgets panes and the keys that were only there', () => {
    const panes = windowOf([[{ key: 'a', value: 1 }, { key: 'b', value: 1 }], [{ key: 'b', value: 2 }], []]);
    expect(panes.paneTimes).to.deep.equal([1000, 2000, 3000]);
    expect(panes.keyCount).to.equal(2);
    panes.forget(999);
    expect(panes.keyCount).to.equal(2);
    panes.forget(1000);
    expect(panes.paneTimes).to.deep.equal([2000, 3000]);
    expect(panes.keyCount).to.equal(1);
    panes.forget(5000);
    expect(panes.paneTimes).to.deep.equal([]);
    expect(panes.keyCount).to.equal(0);
    panes.forget(9000);
    expect(panes.evaluate(-Infinity, Infinity).size).to.equal(0);
  });

  it('knows the keys of the panes after a time, also when a batch is run again and when panes are forgotten', () => {
    fc.assert(fc.property(batches, fc.array(reading, { maxLength: 6 }), fc.nat(12), fc.nat(12), (all, again, forgotten, after) => {
      const panes = windowOf(all);
      const last = all.length * 1000;
      panes.addPane(last, groupsOf(again));
      panes.forget(Math.min(forgotten * 1000, last));
      const from = Math.max(forgotten, after) * 1000;
      const expected = new Set(inWindow([...all.slice(0, -1), again], from, last).map(({ key }) => key));
      expect(panes.keysAfter(from)).to.equal(expected.size);
      for (const key of ['a', 'b', 'c', '1', 1]) expect(panes.hasKeyAfter(key, from), String(key)).to.equal(expected.has(key));
    }));
  });

  it('replaces the newest pane when its batch is run again, and refuses an earlier one', () => {
    const panes = windowOf([[{ key: 'a', value: 1 }], [{ key: 'b', value: 2 }]]);
    panes.addPane(2000, groupsOf([{ key: 'c', value: 5 }]));
    expect([...rowsOf(panes.evaluate(0, 2000)).keys()]).to.deep.equal(['a', 'c']);
    expect(panes.keyCount).to.equal(2);
    expect(panes.paneTimes).to.deep.equal([1000, 2000]);
    expect(() => { panes.addPane(1000, groupsOf([])); }).to.throw(RangeError, 'pane of 1000');
    expect(() => { panes.addPane(NaN, groupsOf([])); }).to.throw(RangeError, 'NaN');
  });

  describe('snapshot and restore', () => {
    it('brings every window back, also through JSON', () => {
      fc.assert(fc.property(batches, (all) => {
        const panes = windowOf(all);
        const snapshot = JSON.parse(JSON.stringify(panes.snapshot())) as PaneSnapshot;
        const restored = MergedPanes.restore(snapshot, aggregator);
        expect(restored.paneTimes).to.deep.equal(panes.paneTimes);
        expect(restored.keyCount).to.equal(panes.keyCount);
        for (const from of [0, 3000]) {
          expect(rowsOf(restored.evaluate(from, 9000))).to.deep.equal(rowsOf(panes.evaluate(from, 9000)));
        }
        expect(restored.snapshot()).to.deep.equal(panes.snapshot());
      }), { numRuns: 50 });
    });

    it('keeps the aggregates that stay when others are added, removed and moved', () => {
      const old = aggregatorOf('sum', 'count', 'max');
      const panes = new MergedPanes(old);
      panes.addPane(1000, groupsOf([{ key: 'a', value: 2 }, { key: 'a', value: 3 }], 0, old));
      const changed = aggregatorOf('max', 'mean', 'sum');
      const restored = MergedPanes.restore(panes.snapshot(), changed, [2, -1, 0]);
      expect(rowsOf(restored.evaluate(0, 1000), changed).get('a')).to.deep.equal([2, 3, null, 5]);
      restored.addPane(2000, groupsOf([{ key: 'a', value: 10 }], 2, changed));
      expect(rowsOf(restored.evaluate(0, 2000), changed).get('a')).to.deep.equal([3, 10, 10, 15]);
      expect(rowsOf(panes.evaluate(0, 1000), old).get('a')).to.deep.equal([2, 5, 2, 3]);
    });

    it('keeps the type of every key', () => {
      const panes = new MergedPanes(aggregator);
      const groups = aggregator.empty();
      const keys = [1, '1', null, true, { a: [1] }, undefined, new Date(3)];
      for (const key of keys) aggregator.add(groups, key, aggregator.aggregates.map(() => 1), 0);
      panes.addPane(1, groups);
      const restored = MergedPanes.restore(panes.snapshot(), aggregator);
      expect([...restored.evaluate(0, 1).values()].map(({ key }) => key)).to.deep.equal(keys);
      expect([...restored.evaluate(0, 1).keys()]).to.deep.equal([...panes.evaluate(0, 1).keys()]);
    });

    it('refuses what does not fit together', () => {
      const snapshot = windowOf([[{ key: 'a', value: 1 }]]).snapshot();
      const one = aggregatorOf('sum');
      expect(() => MergedPanes.restore(snapshot, one)).to.throw(RangeError, '1 aggregates, but columns for 7');
      expect(() => MergedPanes.restore(snapshot, one, [7])).to.throw(RangeError, '7 columns, so 7');
      expect(() => MergedPanes.restore(snapshot, one, [-2])).to.throw(RangeError, 'so -2');
      expect(() => MergedPanes.restore(snapshot, one, [0.5])).to.throw(RangeError, 'so 0.5');
      const future = { ...snapshot, version: 2 } as unknown as PaneSnapshot;
      expect(() => MergedPanes.restore(future, aggregator)).to.throw(RangeError, 'version 2');
      const damaged: PaneSnapshot = { ...snapshot, panes: snapshot.panes.map((pane) => ({ ...pane, records: [] })) };
      expect(() => MergedPanes.restore(damaged, aggregator)).to.throw(RangeError, 'damaged');
    });
  });
});
