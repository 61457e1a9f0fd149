import { expect } from 'chai';
import { ReceiverRuntime } from '../../src/engine/ReceiverRuntime';
import { ManualClock } from '../../src/ports/ManualClock';
import type { SourceMessage } from '../../src/sources/Source';
import { receiver } from './plans';

describe('ReceiverRuntime', () => {
  it('knows how long it is until the next batch, also when the interval changes', async () => {
    const clock = new ManualClock(1_700_000_000_250);
    const runtime = new ReceiverRuntime(clock, { next: 0 });
    expect(runtime.untilBatch).to.equal(0);
    runtime.configure(receiver(), 1000);
    expect(runtime.untilBatch).to.equal(750);
    await clock.advance(700);
    expect(runtime.untilBatch).to.equal(50);
    await clock.advance(50);
    // Batches are at multiples of the interval, and the next one is a whole interval away.
    expect(runtime.untilBatch).to.equal(1000);
    runtime.configure(receiver(), 700);
    // 1,700,000,001,000 is a multiple of 700 as well.
    expect(runtime.untilBatch).to.equal(700);
  });

  it('makes no payload of a message in a block before somebody asks for it', () => {
    const runtime = new ReceiverRuntime(new ManualClock(5), { next: 7 });
    const block = Buffer.from('..21.5..22.5');
    let asked = 0;
    const message = (start: number, end: number): SourceMessage => ({
      topic: 'hall',
      place: { block, start, end },
      get payload() {
        asked++;
        return undefined;
      },
    });
    expect(runtime.storeAll([message(2, 6), { topic: 'wire', payload: 'one' }, message(8, 12), message(12, 12)])).to.equal(undefined);
    const records = runtime.buffer.takeWaiting();
    expect(records.map(({ payload, topic, key, time, order }) => [String(payload), topic, key, time, order])).to.deep.equal([
      ['21.5', 'hall', undefined, 5, 7],
      ['one', 'wire', undefined, 5, 8],
      ['22.5', 'hall', undefined, 5, 9],
      ['', 'hall', undefined, 5, 10],
    ]);
    expect(asked).to.equal(0);
    expect(records[0]?.payload).to.be.instanceOf(Buffer);
    expect((records[0]?.payload as Buffer).buffer).to.equal(block.buffer);
  });
});
