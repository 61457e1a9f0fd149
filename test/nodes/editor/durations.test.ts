import { expect } from 'chai';
import * as fc from 'fast-check';
import { durationText, isDuration, toMilliseconds } from '../../../nodes/shared/editor/durations';

describe('editor durations', () => {
  it('converts units', () => {
    expect(toMilliseconds('500', 'ms')).to.equal(500);
    expect(toMilliseconds(1, 's')).to.equal(1000);
    expect(toMilliseconds('2', 'min')).to.equal(120000);
    expect(toMilliseconds('1.5', 'h')).to.equal(5400000);
  });

  it('does not show the noise of binary fractions', () => {
    expect(1.005 * 1000).to.not.equal(1005);
    expect(toMilliseconds('1.005', 's')).to.equal(1005);
    expect(isDuration('1.005', 's')).to.equal(true);
  });

  it('gives undefined for what cannot be read', () => {
    for (const [value, unit] of [['', 's'], ['ten', 's'], ['1', 'days'], ['1', 'toString'], ['1', undefined], [null, 's']]) {
      expect(toMilliseconds(value, unit)).to.equal(undefined);
    }
  });

  it('wants whole milliseconds above zero', () => {
    expect(isDuration('0', 's')).to.equal(false);
    expect(isDuration('-5', 's')).to.equal(false);
    expect(isDuration('0.5', 'ms')).to.equal(false);
    expect(isDuration('0.0005', 's')).to.equal(false);
    expect(isDuration('0.5', 's')).to.equal(true);
    expect(isDuration('1', 'ms')).to.equal(true);
  });

  it('accepts every number of seconds with up to three decimals', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e9 }), (milliseconds) => {
      expect(toMilliseconds((milliseconds / 1000).toFixed(3), 's')).to.equal(milliseconds);
    }));
  });

  it('writes a value with its unit', () => {
    expect(durationText(10, 's')).to.equal('10 s');
    expect(durationText('5', 'min')).to.equal('5 min');
    expect(durationText(undefined, undefined)).to.equal('');
  });
});
