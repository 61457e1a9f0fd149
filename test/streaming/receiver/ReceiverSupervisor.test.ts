import { expect } from 'chai';
import { ManualClock, Receiver, StreamingError } from '../../../src/streaming';
import { NO_LIMITS, ReceiverBuffer } from '../../../src/streaming/receiver/ReceiverBuffer';
import { ReceiverSupervisor } from '../../../src/streaming/receiver/ReceiverSupervisor';
import { StreamingListenerBus } from '../../../src/streaming/scheduler/StreamingListenerBus';

class Silent extends Receiver<number> {
  onStart(): void {
    // The test stores.
  }

  onStop(): void {
    // Nothing is open.
  }
}

describe('ReceiverSupervisor', () => {
  it('tells the receiver how many records a full buffer refused; the others are kept', () => {
    const buffer = new ReceiverBuffer<number>({ ...NO_LIMITS, bufferLimit: 3 });
    const receiver = new Silent();
    const log = { warn: (): void => undefined, error: (): void => undefined };
    const supervisor = new ReceiverSupervisor(0, receiver, buffer, new ManualClock(), new StreamingListenerBus(log));
    supervisor.begin();
    receiver.storeAll([1, 2]);
    expect(() => receiver.storeAll([3, 4, 5])).to.throw(StreamingError, /2 of 3 records were refused.*3 may wait/u);
    buffer.allocate(1000, 1000);
    expect(buffer.blocksOf(1000)).to.deep.equal([[1, 2, 3]]);
  });
});
