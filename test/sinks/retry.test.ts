import { expect } from 'chai';
import { retryText } from '../../src/sinks/retry';

describe('retryText', () => {
  it('is the time of the next attempt, to the second that begins then or soon after', () => {
    expect(retryText(new Date(2026, 10, 22, 9, 3, 4).getTime())).to.equal('retrying at 09:03:04');
    expect(retryText(new Date(2026, 10, 22, 23, 59, 59, 1).getTime())).to.equal('retrying at 00:00:00');
  });
});
