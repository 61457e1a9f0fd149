import { expect } from 'chai';
import { seededRandom } from '../../src/expressions/random';

const draw = (text: string, count: number): number[] => {
  const random = seededRandom(text);
  return Array.from({ length: count }, () => random());
};

describe('seededRandom', () => {
  it('draws the same numbers for the same text, others for another', () => {
    expect(draw('graph/operator/1000', 20)).to.deep.equal(draw('graph/operator/1000', 20));
    const firsts = new Set(Array.from({ length: 1000 }, (_, index) => draw(`graph/operator/${String(index)}`, 1)[0]));
    expect(firsts.size).to.equal(1000);
  });

  it('draws evenly from [0, 1)', () => {
    const numbers = draw('evenly', 20_000);
    const buckets = new Array<number>(10).fill(0);
    for (const number of numbers) {
      expect(number >= 0 && number < 1).to.equal(true);
      buckets[Math.floor(number * 10)]!++;
    }
    // 2,000 each; five standard deviations are about 212.
    for (const bucket of buckets) expect(Math.abs(bucket - 2000)).to.be.lessThan(212);
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    expect(mean).to.be.closeTo(0.5, 0.011);
  });

  it('draws neighbours that do not follow each other', () => {
    const numbers = draw('pairs', 20_000);
    let product = 0;
    for (let index = 1; index < numbers.length; index++) product += (numbers[index]! - 0.5) * (numbers[index - 1]! - 0.5);
    expect(Math.abs(product / numbers.length) * 12).to.be.lessThan(0.04);
  });
});
