import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  IllegalArgumentError, IllegalStateError, ManualClock, Receiver, type ReceiverInfo, type StreamingListener,
} from '../../../src/streaming';
import { program, recorded, rejectionOf } from '../program';

/** A receiver that stores what the test tells it to, and writes down what becomes of it. */
class Feed extends Receiver<number> {
  readonly log: string[] = [];
  onStart(): void | Promise<void> {
    this.log.push('start');
  }

  onStop(): void | Promise<void> {
    this.log.push('stop');
  }
}

function nothing(): void {
  // Nothing to open or to close.
}

/** Writes down what listeners are told about receivers. */
function receiverEvents(): { listener: StreamingListener; events: [string, ReceiverInfo][] } {
  const events: [string, ReceiverInfo][] = [];
  const note = (name: string) => ({ receiverInfo }: { receiverInfo: ReceiverInfo }): void => {
    events.push([name, receiverInfo]);
  };
  return {
    listener: { onReceiverStarted: note('started'), onReceiverError: note('error'), onReceiverStopped: note('stopped') },
    events,
  };
}

describe('Receiver', () => {
  it('brings one record or many; a batch has what came after the one before, in order', async () => {
    const { ssc, clock } = program();
    const feed = new Feed();
    const outputs = recorded(ssc.receiverStream(feed));
    await ssc.start();
    expect(feed.isStarted).to.equal(true);
    feed.store(1);
    await clock.advance(500);
    feed.storeAll([2, 3]);
    await clock.advance(500);
    feed.store(4);
    await clock.advance(2000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1000, [1, 2, 3]], [2000, [4]], [3000, []]]);
    expect(feed.log).to.deep.equal(['start', 'stop']);
    expect(feed.isStopped).to.equal(true);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('gives a batch one partition for each 200 ms in which something came', async () => {
    const { ssc, clock } = program();
    const feed = new Feed();
    const partitions: number[][][] = [];
    ssc.receiverStream(feed).foreachRDD(async (rdd) => {
      partitions.push(await rdd.runJob((iterate) => {
        const records: number[] = [];
        iterate((record) => records.push(record));
        return records;
      }));
    });
    await ssc.start();
    for (let n = 0; n < 10; n++) {
      feed.store(n);
      await clock.advance(75);
    }
    await clock.advance(250);
    await ssc.stop();
    // Stored at 0, 75, 150, 225, ..., 675 ms.
    expect(partitions).to.deep.equal([[[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]]);
  });

  for (const blockInterval of [50, 400]) {
    it(`cuts blocks after ${String(blockInterval)} ms when told to`, async () => {
      const { ssc, clock } = program({ blockInterval });
      const feed = new Feed();
      const partitions: number[] = [];
      ssc.receiverStream(feed).foreachRDD((rdd) => {
        partitions.push(rdd.partitionCount);
      });
      await ssc.start();
      for (let n = 0; n < 10; n++) {
        feed.store(n);
        await clock.advance(100);
      }
      await ssc.stop();
      // 0, 100, ..., 900 ms: each by itself, or those of 0 to 300, of 400 to 700, and the last two.
      expect(partitions).to.deep.equal([blockInterval === 50 ? 10 : 3]);
    });
  }

  for (const blockInterval of [0, -1, 1.5, NaN]) {
    it(`refuses a block interval of ${String(blockInterval)} ms`, () => {
      expect(() => program({ blockInterval })).to.throw(IllegalArgumentError, `blockInterval is ${String(blockInterval)}`);
    });
  }

  it('stores what belongs together as a block of its own, in order with all else, and says when it is stored', async () => {
    const { ssc, clock } = program();
    class Pairs extends Receiver<readonly number[]> {
      onStart = nothing;
      onStop = nothing;
    }
    const pairs = new Pairs();
    const partitions: (readonly number[])[][][] = [];
    ssc.receiverStream(pairs).foreachRDD(async (rdd) => {
      partitions.push(await rdd.runJob((iterate) => {
        const records: (readonly number[])[] = [];
        iterate((record) => records.push(record));
        return records;
      }));
    });
    await ssc.start();
    pairs.store([1, 2]);
    pairs.storeAll([[3, 4], [5, 6]]);
    const block = [[7, 8], [9, 10]];
    await pairs.storeBlock(block);
    block.length = 0;
    await pairs.storeBlock([]);
    await pairs.storeBlock(new Set([[11, 12]]));
    pairs.store([13, 14]);
    await clock.advance(1000);
    await ssc.stop();
    expect(partitions).to.deep.equal([
      [[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10]], [[11, 12]], [[13, 14]]],
    ]);
    expect((await rejectionOf(pairs.storeBlock([[1]]))).message).to.contain('had been stopped');
  });

  it('rejects a block at the wrong moment, like a single record', async () => {
    const feed = new Feed();
    expect(await rejectionOf(feed.storeBlock([1]))).to.be.instanceOf(IllegalStateError);
    program().ssc.receiverStream(feed);
    expect((await rejectionOf(feed.storeBlock([1, 2]))).message).to.contain('2 records').and.contain('not started');
  });

  it('gives a batch an empty RDD, and no lack of one, when nothing came', async () => {
    const { ssc, clock } = program();
    const partitions: number[] = [];
    ssc.receiverStream(new Feed()).foreachRDD((rdd) => {
      partitions.push(rdd.partitionCount);
    });
    await ssc.start();
    await clock.advance(2000);
    await ssc.stop();
    expect(partitions).to.deep.equal([0, 0]);
  });

  it('knows the number of its stream', () => {
    const { ssc } = program();
    const first = new Feed();
    const second = new Feed();
    ssc.receiverStream(first);
    ssc.queueStream([]);
    ssc.receiverStream(second);
    expect([first.streamId, second.streamId]).to.deep.equal([0, 2]);
  });

  describe('is refused', () => {
    it('when it is no receiver', () => {
      expect(() => program().ssc.receiverStream({ onStart: nothing } as unknown as Feed)).to.throw(IllegalArgumentError, 'extends Receiver');
    });

    it('when it feeds a stream already', () => {
      const feed = new Feed();
      program().ssc.receiverStream(feed);
      expect(() => program().ssc.receiverStream(feed)).to.throw(IllegalArgumentError, 'Feed feeds a stream already');
    });

    it('when it is to be restarted before it has started, or after no time that there is', async () => {
      const { ssc } = program();
      const feed = new Feed();
      recorded(ssc.receiverStream(feed));
      expect(() => {
        feed.restart('early');
      }).to.throw(IllegalStateError, 'not been started');
      await ssc.start();
      for (const delay of [-1, NaN, Infinity]) {
        expect(() => {
          feed.restart('odd', undefined, delay);
        }).to.throw(IllegalArgumentError, `${String(delay)} ms`);
      }
      await ssc.stop();
      expect(feed.log).to.deep.equal(['start', 'stop']);
    });
  });

  it('is not disturbed by an onStart of before its restart that fails late', async () => {
    const { ssc, clock } = program();
    const { listener, events } = receiverEvents();
    ssc.addStreamingListener(listener);
    const failing: ((error: Error) => void)[] = [];
    class Late extends Feed {
      override onStart(): Promise<void> {
        this.log.push('start');
        return new Promise((_, reject) => failing.push(reject));
      }
    }
    const feed = new Late();
    recorded(ssc.receiverStream(feed));
    await ssc.start();
    feed.restart('first', undefined, 100);
    await clock.advance(200);
    failing[0]?.(new Error('late'));
    await clock.advance(5000);
    expect(feed.log).to.deep.equal(['start', 'stop', 'start']);
    await ssc.stop();
    failing[1]?.(new Error('later still'));
    await clock.advance(5000);
    expect(feed.log).to.deep.equal(['start', 'stop', 'start', 'stop']);
    expect(events.map(([name]) => name)).to.deep.equal(['started', 'error', 'stopped', 'started', 'stopped']);
  });

  it('that hangs in onStop blocks no other program, and its own stop for 10 s at most', async () => {
    const clock = new ManualClock();
    class Hanging extends Feed {
      override onStop(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    const hanging = program({ clock });
    recorded(hanging.ssc.receiverStream(new Hanging()));
    const other = program({ clock });
    const outputs = recorded(other.ssc.queueStream([[1], [2], [3]]));
    await hanging.ssc.start();
    await other.ssc.start();
    await clock.advance(1000);
    let isStopped = false;
    const stopping = hanging.ssc.stop().then(() => {
      isStopped = true;
    });
    await clock.advance(9999);
    expect(isStopped).to.equal(false);
    await clock.advance(1);
    await stopping;
    expect(outputs.slice(0, 3)).to.deep.equal([[1000, [1]], [2000, [2]], [3000, [3]]]);
    await other.ssc.stop();
    expect(clock.pendingTimers).to.equal(0);
  });

  it('is told to listeners with its stream, its name and whether it runs', async () => {
    const { ssc, clock } = program();
    const { listener, events } = receiverEvents();
    ssc.addStreamingListener(listener);
    recorded(ssc.queueStream([[1]]));
    const feed = new Feed();
    recorded(ssc.receiverStream(feed));
    await ssc.start();
    await clock.advance(100);
    feed.reportError('odd message', new Error('no JSON'));
    feed.reportError('only words');
    await ssc.stop();
    const info = { streamId: 1, name: 'Feed', active: true, location: 'localhost', executorId: 'driver' };
    const [error] = [events[1]?.[1].lastError];
    expect(error?.message).to.equal('no JSON');
    expect(events).to.deep.equal([
      ['started', info],
      ['error', { ...info, lastErrorMessage: 'odd message: no JSON', lastError: error, lastErrorTime: 100 }],
      ['error', { ...info, lastErrorMessage: 'only words', lastErrorTime: 100 }],
      ['stopped', { ...info, active: false, lastErrorMessage: 'only words', lastErrorTime: 100 }],
    ]);
    expect(feed.log).to.deep.equal(['start', 'stop']);
  });

  it('restarts after 2,000 ms, or after the time it asks for', async () => {
    const { ssc, clock } = program();
    const feed = new Feed();
    recorded(ssc.receiverStream(feed));
    await ssc.start();
    feed.restart('broken', new Error('reset'));
    await clock.advance(0);
    expect(feed.log).to.deep.equal(['start', 'stop']);
    expect(feed.isStarted).to.equal(false);
    await clock.advance(1999);
    expect(feed.log).to.have.length(2);
    await clock.advance(1);
    expect(feed.log).to.deep.equal(['start', 'stop', 'start']);
    expect(feed.isStarted).to.equal(true);
    feed.restart('again', undefined, 50);
    await clock.advance(49);
    expect(feed.log).to.have.length(4);
    await clock.advance(1);
    expect(feed.log).to.deep.equal(['start', 'stop', 'start', 'stop', 'start']);
    await ssc.stop();
  });

  it('keeps what was stored before a restart, and takes what is stored while it waits for one', async () => {
    const { ssc, clock } = program();
    const feed = new Feed();
    const outputs = recorded(ssc.receiverStream(feed));
    await ssc.start();
    feed.store(1);
    feed.restart('broken', undefined, 1500);
    await clock.advance(1000);
    feed.store(2);
    await clock.advance(2000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1000, [1]], [2000, [2]], [3000, []]]);
  });

  it('does not start again before its onStop has ended; several restarts are one', async () => {
    const { ssc, clock } = program();
    let stopped: () => void = () => undefined;
    class Slow extends Feed {
      override onStop(): Promise<void> {
        this.log.push('stop');
        return new Promise((resolve) => {
          stopped = resolve;
        });
      }
    }
    const feed = new Slow();
    recorded(ssc.receiverStream(feed));
    await ssc.start();
    feed.restart('first', undefined, 100);
    feed.restart('second', undefined, 300);
    await clock.advance(5000);
    expect(feed.log).to.deep.equal(['start', 'stop']);
    stopped();
    await clock.advance(299);
    expect(feed.log).to.deep.equal(['start', 'stop']);
    await clock.advance(1000);
    expect(feed.log).to.deep.equal(['start', 'stop', 'start']);
    const stopping = ssc.stop();
    stopped();
    await stopping;
    expect(clock.pendingTimers).to.equal(0);
  });

  it('is not started again by a stop while it waits for a restart', async () => {
    const { ssc, clock } = program();
    const feed = new Feed();
    recorded(ssc.receiverStream(feed));
    await ssc.start();
    feed.restart('broken');
    await ssc.stop();
    await clock.advance(10_000);
    expect(feed.log).to.deep.equal(['start', 'stop']);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('stops for good when it says so, and the program goes on', async () => {
    const { ssc, clock } = program();
    const { listener, events } = receiverEvents();
    ssc.addStreamingListener(listener);
    const feed = new Feed();
    const outputs = recorded(ssc.receiverStream(feed));
    await ssc.start();
    feed.store(1);
    feed.stop('that was all', new Error('end of file'));
    feed.restart('no effect any more');
    await clock.advance(5000);
    expect(feed.log).to.deep.equal(['start', 'stop']);
    expect(outputs.slice(0, 2)).to.deep.equal([[1000, [1]], [2000, []]]);
    expect(events.map(([name, info]) => [name, info.lastErrorMessage])).to.deep.equal([
      ['started', undefined], ['error', 'that was all: end of file'], ['stopped', 'that was all: end of file'],
    ]);
    await ssc.stop();
  });

  for (const kind of ['throws', 'rejects'] as const) {
    it(`is restarted when onStart ${kind}`, async () => {
      const { ssc, clock } = program();
      const { listener, events } = receiverEvents();
      ssc.addStreamingListener(listener);
      class Stubborn extends Feed {
        override onStart(): void | Promise<void> {
          this.log.push('start');
          if (this.log.filter((entry) => entry === 'start').length > 2) return;
          if (kind === 'rejects') return Promise.reject(new Error('refused'));
          throw new Error('refused');
        }
      }
      const feed = new Stubborn();
      const outputs = recorded(ssc.receiverStream(feed));
      await ssc.start();
      await clock.advance(4500);
      feed.store(7);
      await clock.advance(500);
      await ssc.stop();
      expect(feed.log).to.deep.equal(['start', 'stop', 'start', 'stop', 'start', 'stop']);
      const errors = events.filter(([name]) => name === 'error').map(([, info]) => [info.lastErrorMessage, info.lastErrorTime]);
      expect(errors).to.deep.equal([
        ['The receiver could not start: refused', 0], ['The receiver could not start: refused', 2000],
      ]);
      expect(outputs.at(-1)).to.deep.equal([5000, [7]]);
    });
  }

  it('ends although onStop fails, and tells', async () => {
    const { ssc } = program();
    const { listener, events } = receiverEvents();
    ssc.addStreamingListener(listener);
    class Stuck extends Feed {
      override onStop(): Promise<void> {
        return Promise.reject(new Error('still open'));
      }
    }
    recorded(ssc.receiverStream(new Stuck()));
    await ssc.start();
    await ssc.stop();
    expect(events.map(([name]) => name)).to.deep.equal(['started', 'error', 'stopped']);
    expect(events[2]?.[1].lastErrorMessage).to.equal('The receiver could not stop: still open');
  });

  describe('store at the wrong moment loses nothing silently', () => {
    it('before the receiver belongs to a program', () => {
      expect(() => new Feed().store(1)).to.throw(IllegalStateError, 'receiverStream');
    });

    it('before the start', () => {
      const { ssc } = program();
      const feed = new Feed();
      ssc.receiverStream(feed);
      expect(() => feed.store(1)).to.throw(IllegalStateError, 'not started');
    });

    it('after the stop', async () => {
      const { ssc } = program();
      const feed = new Feed();
      recorded(ssc.receiverStream(feed));
      await ssc.start();
      await ssc.stop();
      expect(() => feed.storeAll([1, 2])).to.throw(IllegalStateError, '2 records');
    });

    it('but from onStop it is taken, and a graceful stop processes it', async () => {
      const { ssc } = program();
      class Flushing extends Feed {
        override async onStop(): Promise<void> {
          await Promise.resolve();
          this.storeAll([8, 9]);
        }
      }
      const outputs = recorded(ssc.receiverStream(new Flushing()));
      await ssc.start();
      await ssc.stop({ gracefully: true });
      expect(outputs.flatMap(([, records]) => records)).to.deep.equal([8, 9]);
    });
  });

  it('brings every record into exactly one batch, in order: the one whose (T-B, T] it was stored in', async () => {
    const step = fc.record({
      wait: fc.integer({ min: 1, max: 1500 }),
      count: fc.integer({ min: 1, max: 3 }),
      restart: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.nat(5000), async (steps, startAt) => {
        const { ssc, clock } = program({ startAt });
        const feed = new Feed();
        const outputs = recorded(ssc.receiverStream(feed));
        await ssc.start();
        const stored: [number, number][] = [];
        for (const { wait, count, restart } of steps) {
          await clock.advance(wait);
          // At a batch time itself the batch has been made already.
          const batch = (Math.floor(clock.now() / 1000) + 1) * 1000;
          const records = Array.from({ length: count }, () => stored.push([batch, stored.length]) - 1);
          feed.storeAll(records);
          if (restart) feed.restart('now and then', undefined, 700);
        }
        await ssc.stop(true, true);
        expect(outputs.flatMap(([time, records]) => records.map((record) => [time, record]))).to.deep.equal(stored);
      }),
    );
  });
});
