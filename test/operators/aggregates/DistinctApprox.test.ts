import { expect } from 'chai';
import fc from 'fast-check';
import { DistinctApprox } from '../../../src/operators/aggregates/DistinctApprox';
import { fold, resultOf } from './fold';
import { expectCopiesAndJson, expectSameForAllMergeTrees } from './mergeTrees';

describe('DistinctApprox', () => {
  it('is exact for a few', () => {
    expect(resultOf(DistinctApprox, [])).to.equal(0);
    expect(resultOf(DistinctApprox, [1, '1', 1, -0, 0, null, undefined, new Map()])).to.equal(3);
  });

  it('is as accurate as its standard error says, for whole numbers, texts and likes of addresses', () => {
    const standardError = 1.04 / Math.sqrt(4096);
    const kinds: ((index: number) => unknown)[] = [
      (index) => index,
      (index) => `sensor-${String(index)}`,
      (index) => `10.0.${String(index >> 8)}.${String(index & 255)}`,
      (index) => index / 7,
    ];
    const errors: number[] = [];
    for (const kind of kinds) {
      const partial = DistinctApprox.zero();
      const checkpoints = [100, 1000, 4000, 10_000, 20_000, 40_000];
      for (let index = 0; index < 40_000; index++) {
        DistinctApprox.add(partial, kind(index), 0);
        if (checkpoints.includes(index + 1)) errors.push((DistinctApprox.finish(partial) as number) / (index + 1) - 1);
      }
    }
    for (const error of errors) expect(Math.abs(error)).to.be.below(4 * standardError);
    const meanSquare = errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
    expect(Math.sqrt(meanSquare)).to.be.below(1.5 * standardError);
  });

  it('keeps 4,096 ranks at most', () => {
    const values = Array.from({ length: 60_000 }, (_, index) => index);
    const registers = Object.entries(fold(DistinctApprox, values).ranks);
    expect(registers.length).to.equal(4096);
    for (const [register, rank] of registers) {
      expect(Number(register)).to.be.within(0, 4095);
      expect(rank).to.be.within(1, 53);
    }
  });

  it('gives the same in every run and on every platform', () => {
    expect(Object.entries(fold(DistinctApprox, ['a', 1, { x: 1 }]).ranks)).to.deep.equal(PINNED);
  });

  it('is the same for all merge trees', () => {
    expectSameForAllMergeTrees(DistinctApprox, fc.oneof(fc.integer(), fc.string()));
    // Enough values for all registers to be kept, and few enough for some.
    const some = (start: number, count: number): number[] => Array.from({ length: count }, (_, index) => start + index);
    for (const [one, other] of [[150, 150], [1000, 3], [3, 1000], [1000, 1000]] as const) {
      const expected = resultOf(DistinctApprox, [...some(0, one), ...some(5000, other)]);
      const merged = DistinctApprox.merge(fold(DistinctApprox, some(0, one)), fold(DistinctApprox, some(5000, other)));
      expect(DistinctApprox.finish(merged)).to.equal(expected);
      expect(DistinctApprox.finish(DistinctApprox.copy?.(merged) ?? DistinctApprox.zero())).to.equal(expected);
    }
  });

  it('can be copied and stored', () => {
    expectCopiesAndJson(DistinctApprox, ['a', 1, true], 'b');
  });
});

/** Registers and ranks of three values. */
const PINNED: [string, number][] = [['543', 1], ['832', 1], ['2120', 1]];
