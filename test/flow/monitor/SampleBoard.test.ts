import { expect } from 'chai';
import type { SampleEvent, SampleWish } from '../../../src/engine/Engine';
import { MOST_SAMPLED, SampleBoard } from '../../../src/flow/monitor/SampleBoard';
import { MOST_SAMPLES, SAMPLE_BYTES, SAMPLING_TIME } from '../../../src/flow/monitor/snapshot';
import { ManualClock } from '../../../src/ports/ManualClock';

function event(operator: string, ...payloads: number[]): SampleEvent {
  return { operator, batchTime: 1000, batchRecords: 70, records: payloads.map((payload) => ({ payload, topic: 't', key: 'k', time: 1 })) };
}

describe('SampleBoard', () => {
  let clock: ManualClock;
  let wishes: SampleWish[];
  let board: SampleBoard;

  beforeEach(() => {
    clock = new ManualClock(0);
    wishes = [];
    board = new SampleBoard(clock, (wish) => wishes.push(wish));
  });

  const wished = (): (readonly string[])[] => wishes.map(({ operators }) => operators);

  it('begins with the first question, and then tells the newest that came', () => {
    expect(board.ask('m')).to.deep.equal({ sampling: false, records: [] });
    expect(wishes).to.deep.equal([{ operators: ['m'], records: MOST_SAMPLES, bytes: SAMPLE_BYTES }]);
    expect(board.ask('m')).to.deep.equal({ sampling: true, records: [] });
    board.take(event('m', 1));
    board.take(event('m', 1, 2));
    const { records } = event('m', 1, 2);
    expect(board.ask('m')).to.deep.equal({ sampling: true, records, batchTime: 1000, batchRecords: 70 });
    expect(wishes, 'it is told once').to.have.length(1);
  });

  it('ends when nobody has asked for long enough, forgets, and leaves no timer', async () => {
    board.ask('m');
    board.take(event('m', 1));
    await clock.advance(SAMPLING_TIME - 1);
    expect(board.ask('m').records).to.have.length(1);
    await clock.advance(SAMPLING_TIME - 1);
    expect(wished()).to.deep.equal([['m']]);
    await clock.advance(1);
    expect(wished()).to.deep.equal([['m'], []]);
    // It was on its way.
    board.take(event('m', 2));
    expect(board.ask('m')).to.deep.equal({ sampling: false, records: [] });
    await clock.advance(SAMPLING_TIME);
    expect(wished()).to.deep.equal([['m'], [], ['m'], []]);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('lets each operator end by itself', async () => {
    board.ask('a');
    await clock.advance(10_000);
    board.ask('b');
    await clock.advance(SAMPLING_TIME - 10_000);
    await clock.advance(10_000);
    expect(wished()).to.deep.equal([['a'], ['a', 'b'], ['b'], []]);
  });

  it('looks at a few operators at most: whoever has not been asked for the longest time makes way', () => {
    const ids = Array.from({ length: MOST_SAMPLED }, (_, n) => `n${String(n)}`);
    for (const id of [...ids, 'n0']) board.ask(id);
    board.ask('more');
    expect(wished().at(-1)).to.deep.equal([...ids.slice(2), 'n0', 'more']);
    expect(board.ask('n1').sampling).to.equal(false);
  });

  it('tells a query that has just been started what is wished, if anything is', () => {
    board.begin();
    expect(wishes).to.deep.equal([]);
    board.ask('m');
    board.begin();
    expect(wished()).to.deep.equal([['m'], ['m']]);
  });

  it('has no timer and nothing left once it is closed', () => {
    board.ask('m');
    board.close();
    expect(clock.pendingTimers).to.equal(0);
    board.begin();
    expect(wishes).to.have.length(1);
  });
});
