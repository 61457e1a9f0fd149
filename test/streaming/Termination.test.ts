import { expect } from 'chai';
import { ManualClock } from '../../src/streaming';
import { Termination } from '../../src/streaming/Termination';
import { rejectionOf } from './program';

describe('Termination', () => {
  it('tells all that wait, and whoever asks afterwards', async () => {
    const termination = new Termination(new ManualClock());
    const waiting = [termination.awaited(), termination.awaited(), termination.awaitedFor(1000)];
    termination.end();
    expect(await Promise.all(waiting)).to.deep.equal([undefined, undefined, true]);
    await termination.awaited();
    expect(await termination.awaitedFor(1000)).to.equal(true);
  });

  it('says false when the time is over first, and leaves no timer when the end comes first', async () => {
    const clock = new ManualClock();
    const termination = new Termination(clock);
    const short = termination.awaitedFor(500);
    const long = termination.awaitedFor(2000);
    await clock.advance(500);
    expect(await short).to.equal(false);
    expect(clock.pendingTimers).to.equal(1);
    termination.end();
    expect(await long).to.equal(true);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('rejects with the first error, also after the end', async () => {
    const termination = new Termination(new ManualClock());
    const waiting = [termination.awaited(), termination.awaitedFor(1000)];
    termination.end(new Error('first'));
    termination.end(new Error('second'));
    for (const wait of [...waiting, termination.awaited(), termination.awaitedFor(0)]) {
      expect((await rejectionOf(wait)).message).to.equal('first');
    }
    const ended = new Termination(new ManualClock());
    ended.end();
    ended.end(new Error('late'));
    expect((await rejectionOf(ended.awaited())).message).to.equal('late');
  });

  it('keeps nothing of waits that are over', async () => {
    const clock = new ManualClock();
    const termination = new Termination(clock);
    for (let asked = 0; asked < 3; asked++) {
      const wait = termination.awaitedFor(1000);
      expect(termination.waiting).to.equal(1);
      await clock.advance(1000);
      expect(await wait).to.equal(false);
    }
    expect(termination.waiting).to.equal(0);
    expect(clock.pendingTimers).to.equal(0);
  });
});
