import { expect } from 'chai';
import { SeededRandom } from '../support/simulation/SeededRandom';
import { Held } from '../../src/durability/Held';

describe('Held', () => {
  it('knows where records are, as a search through all of them does', () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = new SeededRandom(seed);
      const held = new Held();
      const all: { source: string; number: number; first: number; end: number }[] = [];
      const next = new Map([['a', 0], ['b', 0]]);
      for (let number = 1; number <= 60; number++) {
        const source = random.pick(['a', 'b']);
        const first = next.get(source)!;
        const end = first + random.below(4);
        next.set(source, end);
        held.addRecords(source, number, first, end);
        if (end > first) all.push({ source, number, first, end });
      }
      const dropped = random.below(40);
      held.dropBefore(dropped);
      const kept = all.filter(({ number }) => number >= dropped);
      for (let attempt = 0; attempt < 30; attempt++) {
        const source = random.pick(['a', 'b']);
        const begin = random.below(next.get(source)! + 2);
        const end = begin + 1 + random.below(20);
        const frames = kept.filter((each) => each.source === source && each.first < end && each.end > begin);
        const isWhole = frames.length > 0 && frames[0]!.first <= begin && frames.at(-1)!.end >= end;
        expect(held.framesOf(source, begin, end)).to.deep.equal(
          isWhole ? { first: frames[0]!.number, last: frames.at(-1)!.number } : undefined,
        );
        const upTo = new Map([['a', random.below(next.get('a')! + 1)], ['b', random.below(next.get('b')! + 1)]]);
        const needed = kept.find((each) => each.end > upTo.get(each.source)!);
        expect(held.firstNeeded(0, upTo)).to.equal(needed?.number);
      }
    }
  });

  it('knows less exactly where very many records are, and never too little', () => {
    const held = new Held();
    const count = 100_000;
    for (let number = 1; number <= count; number++) held.addRecords('a', number, number - 1, number);
    const random = new SeededRandom(1);
    for (let attempt = 0; attempt < 200; attempt++) {
      const begin = random.below(count);
      const end = begin + 1 + random.below(count - begin);
      const { first, last } = held.framesOf('a', begin, end)!;
      // Record n is in frame n + 1.
      expect(first).to.be.within(begin + 1 - 16, begin + 1);
      expect(last).to.be.within(end, end + 16);
      expect(held.firstNeeded(0, new Map([['a', begin]]))).to.be.within(begin + 1 - 16, begin + 1);
    }
    held.dropBefore(50_000);
    expect(held.framesOf('a', 10, 20)).to.equal(undefined);
    expect(held.firstNeeded(0, new Map())).to.be.within(50_000 - 16, 50_000);
  });
});
