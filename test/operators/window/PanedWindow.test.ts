import { expect } from 'chai';
import fc from 'fast-check';
import type { Aggregate } from '../../../src/operators/aggregates/Aggregate';
import { aggregateNamed, aggregateNames } from '../../../src/operators/aggregates';
import { type Groups, KeyedAggregator } from '../../../src/operators/window/KeyedGroups';
import { PanedWindow, type WindowShape } from '../../../src/operators/window/PanedWindow';
import type { PaneSnapshot } from '../../../src/operators/window/PaneSnapshot';
import { MergedPanes, seen } from '../../support/windows/MergedPanes';

type Reading = readonly [key: unknown, value: unknown];

/** Shows in which order, and two by two how, values were merged. Takes each value once. */
const bracketed: Aggregate<string> = {
  name: 'bracketed',
  zero: () => '',
  accepts: () => true,
  add: (partial, value) => partial + String(value),
  merge: (into, from) => `(${into} ${from})`,
  copy: (partial) => partial,
  finish: (partial) => partial,
};

/** Sums, and refuses to subtract what it does not like: it must then be merged again. */
const moody: Aggregate<number> = {
  name: 'moody',
  zero: () => 0,
  accepts: (value) => Number.isSafeInteger(value),
  add: (partial, value) => partial + (value as number),
  merge: (into, from) => into + from,
  subtract: (from, part) => (part % 2 === 0 ? from - part : undefined),
  finish: (partial) => partial,
};

const named = aggregateNames.map((name) => aggregateNamed(name));
const all = new KeyedAggregator([...named, moody]);
const few = new KeyedAggregator(['count', 'sum', 'max', 'first'].map((name) => aggregateNamed(name)));

const reading: fc.Arbitrary<Reading> = fc.tuple(
  fc.constantFrom<unknown>('a', 'b', 'c', 'd', '1', 1, 0, -0, NaN, null, '__proto__', { a: [1] }),
  fc.oneof(
    fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, min: -1, max: 1 }),
    fc.constantFrom<unknown>(NaN, Infinity, -Infinity, -0, 1e300, -1e300, 1e-300, 0.1, 'text', null),
  ),
);
const batches = fc.array(fc.array(reading, { maxLength: 5 }), { minLength: 1, maxLength: 40 });
/** In batches. Lengths that are no multiple of the slide, tumbling windows and slides beyond the length among them. */
const shapes = fc.constantFrom<WindowShape>(
  { length: 1, slide: 1 }, { length: 5, slide: 1 }, { length: 24, slide: 1 }, { length: 6, slide: 4 }, { length: 12, slide: 2 },
  { length: 4, slide: 4 }, { length: 2, slide: 5 }, { length: 30, slide: 3 }, { length: 7, slide: 5 },
);

function groupsOf(readings: readonly Reading[], order = 0, by = all): Groups {
  const groups = by.empty();
  readings.forEach(([key, value], index) => {
    by.add(groups, key, by.aggregates.map(() => value), order + index);
  });
  return groups;
}

/** A window with one pane of each batch, at the times 1, 2, 3, ... */
function windowOf(of: readonly (readonly Reading[])[], by = few, shape: WindowShape = { length: 100, slide: 1 }): PanedWindow {
  const window = new PanedWindow(by, shape);
  of.forEach((batch, index) => {
    window.addPane(index + 1, groupsOf(batch, index * 100, by));
  });
  return window;
}

/** What is stored of a window, as `restore` takes it. */
function snapshotOf(window: PanedWindow, by: KeyedAggregator): PaneSnapshot {
  const running = window.storedRunning();
  const panes = window.storedPanes().map((pane) => pane.data());
  return { version: 1, columnCount: by.aggregates.length, panes, ...(running === undefined ? {} : { running }) };
}

describe('PanedWindow', () => {
  it('gives what merging all batches gives, in the same order, also after a restart and when batches run again', () => {
    fc.assert(fc.property(batches, shapes, fc.nat(40), fc.nat(40), (input, shape, restart, again) => {
      let window = new PanedWindow(all, shape);
      const oracle = new MergedPanes(all);
      let last = { from: 0, to: 0 };
      input.forEach((batch, index) => {
        const time = index + 1;
        const from = time - shape.length;
        const isSlide = time % shape.slide === 0;
        const take = (readings: readonly Reading[], order: number): void => {
          for (const panes of [window, oracle]) panes.addPane(time, groupsOf(readings, order));
          const nextFrom = Math.ceil(time / shape.slide) * shape.slide - shape.length;
          expect(window.keysAfter(nextFrom)).to.equal(oracle.keysAfter(nextFrom));
          for (const key of ['a', 1, null]) expect(window.hasKeyAfter(key, nextFrom)).to.equal(oracle.hasKeyAfter(key, nextFrom));
          if (isSlide) expect(seen(window.evaluate(from, time), all)).to.deep.equal(seen(oracle.evaluate(from, time), all));
        };
        take(batch, index * 100);
        if (index === again) take(input[0] ?? [], index * 100 + 50);
        if (isSlide) {
          const changed = window.changedKeys(from, time, last.from, last.to);
          expect(changed).to.deep.equal(oracle.changedKeys(from, time, last.from, last.to));
          const expected = new Map([...oracle.evaluate(from, time)].filter(([identity]) => changed.has(identity)));
          expect(seen(window.evaluate(from, time, changed), all)).to.deep.equal(seen(expected, all));
          last = { from, to: time };
          for (const panes of [window, oracle]) panes.forget(from);
        }
        expect(window.keyCount).to.equal(oracle.keyCount);
        if (index === restart) window = PanedWindow.restore(snapshotOf(window, all), all, shape);
      });
    }), { numRuns: 150 });
  });

  it('merges in the same way after a restart, so that not even a function that is not quite associative can tell', () => {
    const by = new KeyedAggregator([bracketed]);
    fc.assert(fc.property(
      // Times without a batch, as after a pause, among them.
      fc.array(fc.tuple(fc.constantFrom(1, 1, 1, 2, 5), fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 })), { minLength: 20, maxLength: 60 }),
      fc.constantFrom<WindowShape>({ length: 17, slide: 1 }, { length: 40, slide: 1 }, { length: 36, slide: 3 }, { length: 8, slide: 8 }),
      fc.nat(59),
      (input, shape, restart) => {
        const uninterrupted = new PanedWindow(by, shape);
        let restarted = new PanedWindow(by, shape);
        let time = 0;
        input.forEach(([step, keys], index) => {
          time += step;
          const groups = (): Groups => groupsOf(keys.map((key) => [key, index]), 0, by);
          for (const window of [uninterrupted, restarted]) window.addPane(time, groups());
          if (time % shape.slide === 0) {
            const [one, other] = [uninterrupted, restarted].map((window) => seen(window.evaluate(time - shape.length, time), by));
            expect(one).to.deep.equal(other);
            for (const window of [uninterrupted, restarted]) window.forget(time - shape.length);
          }
          if (index === restart) restarted = PanedWindow.restore(snapshotOf(restarted, by), by, shape);
        });
      },
    ), { numRuns: 60 });
  });

  it('evaluates any windows in any order', () => {
    const bound = fc.integer({ min: 0, max: 20 });
    fc.assert(fc.property(batches, fc.array(fc.tuple(bound, bound), { maxLength: 8 }), fc.nat(8), (input, windows, forgotten) => {
      const window = windowOf(input, all);
      const oracle = new MergedPanes(all);
      input.forEach((batch, index) => {
        oracle.addPane(index + 1, groupsOf(batch, index * 100));
      });
      windows.forEach(([from, length], index) => {
        if (index === 4) for (const panes of [window, oracle]) panes.forget(forgotten);
        expect(seen(window.evaluate(from, from + length), all)).to.deep.equal(seen(oracle.evaluate(from, from + length), all));
      });
    }), { numRuns: 100 });
  });

  it('leaves the ends as Spark does: from is out, to is in', () => {
    const window = windowOf([[['a', 1]], [['a', 2]], [['a', 4]]]);
    expect(seen(window.evaluate(1, 2), few)).to.deep.equal([['a', 'a', 1, 2, 2, 2]]);
    expect(seen(window.evaluate(0, 3), few)).to.deep.equal([['a', 'a', 3, 7, 4, 1]]);
    expect(window.evaluate(3, 9).size).to.equal(0);
    expect(window.evaluate(-Infinity, Infinity).size).to.equal(1);
  });

  it('takes what left out once and merges what came once, however long the window is', () => {
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
    const by = new KeyedAggregator([counting]);
    const length = 500;
    const window = new PanedWindow(by, { length, slide: 1 });
    for (let time = 1; time <= 2000; time++) {
      window.addPane(time, groupsOf([['a', time]], time, by));
      const oldest = Math.max(1, time - length + 1);
      expect(seen(window.evaluate(time - length, time), by)).to.deep.equal([['a', 'a', ((oldest + time) * (time - oldest + 1)) / 2]]);
      window.forget(time - length);
    }
    expect(calls).to.deep.equal({ merge: 1999, subtract: 1500 });
  });

  it('merges few blocks for each key where nothing can be subtracted, and never many at once', () => {
    let calls = 0;
    const { merge } = aggregateNamed('max');
    const by = new KeyedAggregator([{
      ...aggregateNamed('max'),
      merge: (into: unknown, from: unknown): unknown => {
        calls++;
        return merge(into, from);
      },
    }]);
    /** Merges of the dearest slide, and of all. */
    const slid = (length: number): { worst: number; mean: number } => {
      const window = new PanedWindow(by, { length, slide: 1 });
      let [worst, sum] = [0, 0];
      for (let time = 1; time <= 2 * length; time++) {
        calls = 0;
        window.addPane(time, groupsOf([['a', time % 97], ['b', time % 89]], 0, by));
        window.evaluate(time - length, time);
        window.forget(time - length);
        if (time <= length) continue;
        worst = Math.max(worst, calls);
        sum += calls;
      }
      return { worst, mean: sum / length };
    };
    const short = slid(64);
    const long = slid(4096);
    // Of 4,096 panes at most 6 * log4(4096) = 36 blocks, half of them on average; and at most 3 merges more for each of 5 new blocks.
    expect(long.mean / 2).to.be.below(21);
    expect(long.worst / 2).to.be.below(51);
    expect(long.mean).to.be.below(2.3 * short.mean);
  });

  it('holds one pane for all batches that no window tells apart, but keeps the last one apart until the next comes', () => {
    const window = windowOf([[['a', 1]], [['b', 2]], [['a', 3]], [['c', 4]], [['a', 5]]], few, { length: 9, slide: 3 });
    expect(window.paneTimes).to.deep.equal([3, 4, 5]);
    window.addPane(5, groupsOf([['d', 6]], 0, few));
    expect(seen(window.evaluate(-3, 6), few)).to.deep.equal([
      ['a', 'a', 2, 4, 3, 1], ['b', 'b', 1, 2, 2, 2], ['c', 'c', 1, 4, 4, 4], ['d', 'd', 1, 6, 6, 6],
    ]);
    window.addPane(7, groupsOf([], 0, few));
    expect(window.paneTimes).to.deep.equal([3, 5, 7]);
  });

  it('lets the keys go that no pane has any more, and their numbers with them', () => {
    const window = windowOf([], few, { length: 2, slide: 1 });
    for (let time = 1; time <= 300; time++) {
      window.addPane(time, groupsOf(Array.from({ length: 100 }, (_, index) => [`${String(time)}/${String(index)}`, 1]), 0, few));
      expect(window.evaluate(time - 2, time).size).to.equal(time === 1 ? 100 : 200);
      window.forget(time - 2);
      expect(window.keyCount).to.equal(time === 1 ? 100 : 200);
    }
    window.forget(1000);
    expect(window.keyCount).to.equal(0);
    expect(window.paneTimes).to.deep.equal([]);
    expect(window.newestTime).to.equal(undefined);
  });

  it('refuses a batch of an earlier time', () => {
    const window = windowOf([[], []]);
    expect(() => { window.addPane(1, groupsOf([])); }).to.throw(RangeError, 'pane of 1 comes too late');
    expect(() => { window.addPane(NaN, groupsOf([])); }).to.throw(RangeError, 'NaN');
  });

  describe('stored', () => {
    it('comes back through JSON, with its running partials or without', () => {
      const readings = fc.tuple(fc.constantFrom<unknown>('a', 'b', 1), fc.oneof(fc.integer(), fc.constantFrom(0.1, 1e300, 1e-300)));
      fc.assert(fc.property(fc.array(fc.array(readings, { maxLength: 5 }), { maxLength: 20 }), fc.boolean(), (input, runs) => {
        const window = windowOf(input);
        window.evaluate(2, 9);
        const { running, ...panes } = JSON.parse(JSON.stringify(snapshotOf(window, few))) as PaneSnapshot;
        expect(running).not.to.equal(undefined);
        const snapshot = runs && running !== undefined ? { ...panes, running } : panes;
        const restored = PanedWindow.restore(snapshot, few, { length: 100, slide: 1 });
        expect(restored.paneTimes).to.deep.equal(window.paneTimes);
        expect(restored.keyCount).to.equal(window.keyCount);
        expect(JSON.parse(JSON.stringify(snapshotOf(restored, few)))).to.deep.equal(snapshot);
        for (const from of [3, 9]) {
          expect(seen(restored.evaluate(from, 12), few)).to.deep.equal(seen(window.evaluate(from, 12), few));
        }
      }), { numRuns: 50 });
    });

    it('stays as it was, whatever happens to the window', () => {
      const window = windowOf([[['a', 1]], [['b', 2]]], few, { length: 2, slide: 1 });
      window.evaluate(0, 2);
      const [panes, running] = [window.storedPanes(), window.storedRunning()];
      window.addPane(3, groupsOf([['c', 3]], 0, few));
      window.evaluate(1, 3);
      window.forget(2);
      window.addPane(4, groupsOf([['d', 3]], 0, few));
      expect(panes.map((pane) => pane.data().keys)).to.deep.equal([['a'], ['b']]);
      expect(running?.keys).to.deep.equal(['a', 'b']);
    });

    it('keeps the aggregates that stay when others are added, removed and moved, with a restart and without', () => {
      const old = new KeyedAggregator(['sum', 'count', 'max'].map((name) => aggregateNamed(name)));
      const changed = new KeyedAggregator(['max', 'mean', 'sum'].map((name) => aggregateNamed(name)));
      const shape = { length: 2, slide: 1 };
      const made = (): PanedWindow => {
        const window = new PanedWindow(old, shape);
        window.addPane(1, groupsOf([['a', 2], ['a', 3]], 0, old));
        window.evaluate(-1, 1);
        return window;
      };
      for (const window of [
        made().withColumns(changed, [2, -1, 0]),
        PanedWindow.restore(snapshotOf(made(), old), changed, shape, [2, -1, 0]),
      ]) {
        expect(seen(window.evaluate(-1, 1), changed)).to.deep.equal([['a', 'a', 3, null, 5]]);
        window.addPane(2, groupsOf([['a', 10]], 2, changed));
        expect(seen(window.evaluate(0, 2), changed)).to.deep.equal([['a', 'a', 10, 10, 15]]);
      }
    });

    it('is refused where it does not fit together', () => {
      const snapshot = snapshotOf(windowOf([[['a', 1]]]), few);
      const shape = { length: 2, slide: 1 };
      const one = new KeyedAggregator([aggregateNamed('sum')]);
      const restore = (from: PaneSnapshot, by = few, columns?: readonly number[]) => () => PanedWindow.restore(from, by, shape, columns);
      expect(restore(snapshot, one)).to.throw(RangeError, '1 aggregates, but columns for 4');
      expect(restore(snapshot, one, [4])).to.throw(RangeError, '4 columns, so 4');
      expect(restore(snapshot, one, [-2])).to.throw(RangeError, 'so -2');
      expect(restore(snapshot, one, [0.5])).to.throw(RangeError, 'so 0.5');
      expect(restore({ ...snapshot, version: 2 } as unknown as PaneSnapshot)).to.throw(RangeError, 'version 2');
      expect(restore({ ...snapshot, panes: snapshot.panes.map((pane) => ({ ...pane, records: [] })) })).to.throw(RangeError, 'damaged');
      const running = { from: 0, to: 1, keys: ['a'], records: [1], columns: [[1], null, null] };
      expect(restore({ ...snapshot, running })).to.throw(RangeError, 'has not 4 columns');
      expect(restore({ ...snapshot, running: { ...running, columns: [[1, 2], null, null, null] } })).to.throw(RangeError, 'damaged');
    });
  });
});
