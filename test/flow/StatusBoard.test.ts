import { expect } from 'chai';
import { StatusBoard } from '../../src/flow/StatusBoard';
import { ManualClock } from '../../src/ports/ManualClock';

describe('StatusBoard', () => {
  let clock: ManualClock;
  let shown: string[];
  let board: StatusBoard;
  beforeEach(() => {
    clock = new ManualClock(5000);
    shown = [];
    board = new StatusBoard((id, { text }) => shown.push(`${String(clock.now())} ${id} ${text ?? ''}`), clock);
  });

  it('shows the first status at once and the newest of the others a second later', async () => {
    for (const text of ['1', '2', '3']) board.set('a', { text });
    await clock.advance(300);
    board.set('b', { text: 'x' });
    board.set('b', { text: 'y' });
    await clock.advance(2000);
    expect(shown).to.deep.equal(['5000 a 1', '5300 b x', '6000 a 3', '6300 b y']);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('does not repeat itself, unless the node was made anew', async () => {
    board.set('a', { text: '1' });
    await clock.advance(5000);
    board.set('a', { text: '1' });
    board.forget('a');
    board.set('a', { text: '1' });
    expect(shown).to.deep.equal(['5000 a 1', '10000 a 1']);
  });

  it('drops what waits when the status goes back to what is shown', async () => {
    for (const text of ['1', '2', '1']) board.set('a', { text });
    await clock.advance(2000);
    expect(shown).to.deep.equal(['5000 a 1']);
  });

  it('shows nothing after it was closed, and leaves no timer', async () => {
    for (const text of ['1', '2']) board.set('a', { text });
    board.close();
    expect(clock.pendingTimers).to.equal(0);
    await clock.advance(2000);
    expect(shown).to.deep.equal(['5000 a 1']);
  });
});
