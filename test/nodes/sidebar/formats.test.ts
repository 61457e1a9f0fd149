import { expect } from 'chai';
import * as formats from '../../../nodes/sidebar/editor/formats';

describe("the sidebar's figures", () => {
  it('writes counts in full below ten thousand, then in thousands', () => {
    const counts = [0, 1, 999, 1000, 9999, 9999.4, 10_000, 12_400, 999_499, 999_500, 1_200_000, 1e12, 1e20];
    const texts = counts.map(formats.formatCount);
    expect(texts).to.deep.equal([
      ...['0', '1', '999', '1000', '9999', '9999', '10k', '12.4k', '999k', '1M', '1.2M', '1T', '100000P'],
    ]);
  });

  it('writes rates with as many digits as count', () => {
    const texts = [0, 0.42, 0.004, 1, 8.34, 99.94, 830.4, 12_400, 1e6].map(formats.formatRate);
    expect(texts).to.deep.equal(['0/s', '0.42/s', '0/s', '1/s', '8.3/s', '99.9/s', '830/s', '12.4k/s', '1M/s']);
  });

  it('writes durations in the unit in which they are read best', () => {
    const durations = [0, 0.424, 83, 83.26, 999.4, 999.5, 1200, 119_900, 119_950, 210_000, 7_200_000];
    expect(durations.map(formats.formatDuration)).to.deep.equal([
      ...['0 ms', '0.42 ms', '83 ms', '83.3 ms', '999 ms', '1 s', '1.2 s', '120 s', '2 min', '3.5 min', '2 h'],
    ]);
  });

  it('writes bytes and ages as the statuses do', () => {
    expect(formats.formatBytes(3_400_000)).to.equal('3.4 MB');
    expect(formats.formatAge(8999)).to.equal('8 s');
  });

  it('shows milliseconds of batch times only where batches come between seconds', () => {
    const time = new Date(2026, 10, 22, 14, 3, 7, 200).getTime();
    expect(formats.formatTime(time)).to.equal('14:03:07');
    expect(formats.formatBatchTime(time, 1000)).to.equal('14:03:07');
    expect(formats.formatBatchTime(time, 200)).to.equal('14:03:07.200');
  });

  it('writes a dash for what is no number, and nothing below zero', () => {
    for (const format of [formats.formatCount, formats.formatRate, formats.formatBytes, formats.formatDuration]) {
      expect(format(Number.NaN)).to.equal('–');
      expect(format(Number.POSITIVE_INFINITY)).to.equal('–');
      expect(format(-5)).to.match(/^0/);
    }
  });
});
