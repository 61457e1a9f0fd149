import { expect } from 'chai';
import { LATE, Patience } from '../../src/flow/Patience';
import { ManualClock } from '../../src/ports/ManualClock';

describe('Patience', () => {
  const never = new Promise<string>(() => undefined);

  it('gives what work gives, and holds no timer then', async () => {
    const clock = new ManualClock(0);
    expect(await new Patience(clock, 1000).waitFor(Promise.resolve('done'))).to.equal('done');
    expect(clock.pendingTimers).to.equal(0);
  });

  it('ends at its limit, or when it is given up', async () => {
    const clock = new ManualClock(0);
    const patience = new Patience(clock, 1000);
    const late = patience.waitFor(never);
    await clock.advance(1000);
    expect(await late).to.equal(LATE);
    const givenUp = patience.waitFor(never);
    patience.giveUp();
    expect(await givenUp).to.equal(LATE);
    expect(clock.pendingTimers).to.equal(0);
  });
});
