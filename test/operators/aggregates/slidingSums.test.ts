import { expect } from 'chai';
import type { Aggregate } from '../../../src/operators/aggregates/Aggregate';
import { Sum } from '../../../src/operators/aggregates/Sum';
import { Variance } from '../../../src/operators/aggregates/Variance';
import { KeyedAggregator } from '../../../src/operators/window/KeyedGroups';
import { PanedWindow, type WindowRows } from '../../../src/operators/window/PanedWindow';
import { exactSumOf } from './exactOracle';
import { fold } from './fold';

/**
 * Numbers of both signs whose magnitudes are spread evenly, by their logarithm, from 2^-150 to 2^150: far more than a double's
 * 53 bits. The same ones each time.
 */
class Numbers {
  #state = 0x9e3779b9;

  next(): number {
    // Two steps of a generator of 32 bits (xorshift), one for the bits and one for the magnitude.
    const fraction = this.#word() / 2 ** 32 + this.#word() / 2 ** 64;
    const word = this.#word();
    return (word & 1 ? 1 : -1) * (1 + fraction) * 2 ** ((word >>> 1) % 301 - 150);
  }

  #word(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }
}

/** Slides a window over numbers by merging what enters and subtracting what leaves; gives what is left and the last window. */
function slide<Partial>(aggregate: Aggregate<Partial>, slides: number, perSlide: number, panesInWindow: number): { sum: Partial; window: number[] } {
  const numbers = new Numbers();
  const panes: Partial[] = [];
  const window: number[] = [];
  let sum = aggregate.zero();
  for (let slide = 0; slide < slides; slide++) {
    let pane = aggregate.zero();
    for (let index = 0; index < perSlide; index++) {
      const number = numbers.next();
      pane = aggregate.add(pane, number, 0);
      if (slide >= slides - panesInWindow) window.push(number);
    }
    const place = slide % panesInWindow;
    const leaving = panes[place];
    sum = aggregate.merge(sum, pane);
    if (leaving !== undefined) sum = aggregate.subtract?.(sum, leaving) ?? aggregate.zero();
    panes[place] = pane;
  }
  return { sum, window };
}

describe('a window that slides by subtraction', () => {
  it('ends at the sum computed afresh, to the last bit, after ten million numbers and a hundred thousand slides', () => {
    const { sum, window } = slide(Sum, 100_000, 100, 250);
    expect(window).to.have.length(25_000);
    expect(Sum.finish(sum)).to.equal(Sum.finish(fold(Sum, window)));
    expect(Sum.finish(sum)).to.equal(exactSumOf(window));
    // And with all of them out again nothing remains.
    expect(Sum.finish(Sum.subtract?.(sum, fold(Sum, window)) ?? Sum.zero())).to.equal(0);
  }).timeout(60_000);

  it('which the same with ordinary sums does not', () => {
    const naive: Aggregate<number> = {
      name: 'naive',
      zero: () => 0,
      accepts: () => true,
      add: (partial, value) => partial + (value as number),
      merge: (into, from) => into + from,
      subtract: (from, part) => from - part,
      finish: (partial) => partial,
    };
    const { sum, window } = slide(naive, 2_000, 20, 50);
    expect(sum).to.not.equal(exactSumOf(window));
  });

  it('ends at the variance computed afresh', () => {
    const { sum, window } = slide(Variance, 10_000, 10, 100);
    expect(Variance.finish(sum)).to.equal(Variance.finish(fold(Variance, window)));
  });

  it('does so through the panes of a keyed window, for many keys', () => {
    const aggregator = new KeyedAggregator([Sum]);
    const numbers = new Numbers();
    const batches: [string, number][][] = [];
    const length = 60;
    const panes = new PanedWindow(aggregator, { length, slide: 1 });
    let last: WindowRows = new Map();
    for (let time = 1; time <= 3_000; time++) {
      const batch = Array.from({ length: 20 }, (_, index): [string, number] => [`key${String((time * 7 + index * index) % 11)}`, numbers.next()]);
      const groups = aggregator.empty();
      for (const [key, value] of batch) aggregator.add(groups, key, [value], 0);
      batches.push(batch);
      panes.addPane(time, groups);
      last = panes.evaluate(time - length, time);
      panes.forget(time - length);
    }
    const window = batches.slice(-length).flat();
    expect(last.size).to.equal(new Set(window.map(([key]) => key)).size);
    for (const { key, partials } of last.values()) {
      const own = window.filter(([other]) => other === key).map(([, value]) => value);
      expect(partials.map((partial) => aggregator.aggregates[0]?.finish(partial)), String(key)).to.deep.equal([exactSumOf(own)]);
    }
  });
});
