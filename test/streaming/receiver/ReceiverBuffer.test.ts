import { expect } from 'chai';
import * as fc from 'fast-check';
import { NO_LIMITS, ReceiverBuffer } from '../../../src/streaming/receiver/ReceiverBuffer';

const recordsOf = (buffer: ReceiverBuffer<number>, time: number): number[] => buffer.blocksOf(time).flat();

describe('ReceiverBuffer', () => {
  it('takes a block whole or not at all, apart from what comes before and after it', () => {
    const buffer = new ReceiverBuffer<number>({ ...NO_LIMITS, bufferLimit: 5 });
    expect(buffer.store([1], 0)).to.equal(1);
    expect(buffer.storeBlock([2, 3], 0)).to.equal(true);
    expect(buffer.storeBlock([4, 5, 6], 0)).to.equal(false);
    expect(buffer.storeBlock([], 0)).to.equal(true);
    expect(buffer.store([7], 0)).to.equal(1);
    expect(buffer.storeBlock([8], 0)).to.equal(true);
    expect([buffer.waiting, buffer.stored, buffer.refused, buffer.room]).to.deep.equal([5, 5, 3, 0]);
    buffer.allocate(1000, 1000);
    expect(buffer.blocksOf(1000)).to.deep.equal([[1], [2, 3], [7], [8]]);
    buffer.takeBack(1000);
    buffer.allocate(1000, 1000);
    expect(buffer.blocksOf(1000)).to.deep.equal([[1], [2, 3], [7], [8]]);
  });

  it('begins a block every 200 ms', () => {
    const buffer = new ReceiverBuffer<number>();
    buffer.store([1], 0);
    buffer.store([2], 199);
    buffer.store([3], 200);
    buffer.store([4], 1000);
    expect(buffer.allocate(1000, 1000)).to.equal(4);
    expect(buffer.blocksOf(1000)).to.deep.equal([[1, 2], [3], [4]]);
  });

  it('gives a batch what was assigned to it and nothing that waits, and forgets that when the batch is taken back', () => {
    const buffer = new ReceiverBuffer<number>({ ...NO_LIMITS, bufferLimit: 10, maxRate: 1 });
    buffer.store([7, 8], 0);
    buffer.assign(1000, [[1, 2], [], [3]]);
    buffer.assign(2000, [[9]]);
    buffer.assign(2000, []);
    expect([buffer.waiting, buffer.room, buffer.stored]).to.deep.equal([2, 5, 2]);
    expect(buffer.allocate(1000, 1000)).to.equal(3);
    expect(buffer.blocksOf(1000)).to.deep.equal([[1, 2], [3]]);
    expect(buffer.isHeldBack).to.equal(false);
    expect(buffer.allocate(2000, 1000)).to.equal(0);
    expect(recordsOf(buffer, 2000)).to.deep.equal([]);
    expect([1000, 2000, 3000].map((time) => buffer.allocatedCount(time))).to.deep.equal([3, 0, 0]);
    buffer.takeBack(2000);
    buffer.release(1000, 0);
    expect([buffer.waiting, buffer.room, buffer.allocatedCount(1000)]).to.deep.equal([2, 8, 3]);
    buffer.release(1000, 1000);
    expect(buffer.allocatedCount(1000)).to.equal(0);
    // The rate counts from here on: batches that run again have used nothing of it.
    expect(buffer.allocate(3000, 1000)).to.equal(1);
    buffer.takeBack(3000);
    expect(buffer.waiting).to.equal(2);
  });

  it('does not give back what was assigned to a batch, since whoever assigned it has it', () => {
    const buffer = new ReceiverBuffer<number>();
    buffer.assign(1000, [[1]]);
    buffer.allocate(1000, 1000);
    buffer.takeBack(1000);
    expect([buffer.waiting, buffer.allocatedCount(1000)]).to.deep.equal([0, 0]);
    buffer.store([2], 0);
    buffer.assign(1000, [[1]]);
    expect(buffer.allocate(1000, 1000)).to.equal(1);
    expect(recordsOf(buffer, 1000)).to.deep.equal([1]);
  });

  it('does not add to a block that a batch was given', () => {
    const buffer = new ReceiverBuffer<number>();
    buffer.store([1], 999);
    buffer.allocate(1000, 1000);
    buffer.store([2], 1001);
    expect(recordsOf(buffer, 1000)).to.deep.equal([1]);
    buffer.allocate(2000, 1000);
    expect(recordsOf(buffer, 2000)).to.deep.equal([2]);
  });

  it('refuses what does not fit, and counts batches that have not ended as still here', () => {
    const buffer = new ReceiverBuffer<number>({ ...NO_LIMITS, bufferLimit: 3 });
    expect(buffer.store([1, 2], 0)).to.equal(2);
    expect(buffer.store([3, 4], 0)).to.equal(1);
    expect([buffer.waiting, buffer.refused, buffer.stored, buffer.room]).to.deep.equal([3, 1, 3, 0]);
    buffer.allocate(1000, 1000);
    expect([buffer.waiting, buffer.room]).to.deep.equal([0, 0]);
    expect(buffer.store([5], 1)).to.equal(0);
    buffer.release(1000, 0);
    expect([buffer.room, buffer.refused]).to.deep.equal([3, 2]);
    expect(recordsOf(buffer, 1000)).to.deep.equal([1, 2, 3]);
    buffer.release(1000, 1000);
    expect(recordsOf(buffer, 1000)).to.deep.equal([]);
    expect(buffer.room).to.equal(3);
  });

  it('gives a batch no more than the rate allows, and keeps the order', () => {
    const buffer = new ReceiverBuffer<number>({ ...NO_LIMITS, maxRate: 5 });
    buffer.store([1, 2, 3, 4], 0);
    buffer.store([5, 6, 7], 300);
    expect(buffer.allocate(1000, 1000)).to.equal(5);
    expect(buffer.blocksOf(1000)).to.deep.equal([[1, 2, 3, 4], [5]]);
    // Half a record is allowed in 100 ms.
    expect(buffer.allocate(1100, 100)).to.equal(0);
    expect(buffer.allocate(1200, 100)).to.equal(1);
    expect(buffer.allocate(2000, 1000)).to.equal(1);
    expect([recordsOf(buffer, 1200), recordsOf(buffer, 2000)]).to.deep.equal([[6], [7]]);
    expect(buffer.allocate(3000, 1000)).to.equal(0);
  });

  it('keeps to the smaller of its two rates, and tells when that makes records wait', () => {
    const buffer = new ReceiverBuffer<number>({ ...NO_LIMITS, maxRate: 5 });
    buffer.store(Array.from({ length: 20 }, (_, index) => index), 0);
    const counts: unknown[] = [];
    let time = 0;
    for (const rate of [Infinity, 3, 10, 7.5, Infinity, 1]) {
      buffer.rate = rate;
      counts.push([buffer.rate, buffer.allocate((time += 1000), 1000), buffer.isHeldBack]);
    }
    expect(counts).to.deep.equal([[5, 5, true], [3, 3, true], [5, 5, true], [5, 5, true], [5, 2, false], [1, 0, false]]);
  });

  it('gives what was stored as a block whole, past records that the rate makes wait, and takes it back in order', () => {
    const buffer = new ReceiverBuffer<number>({ ...NO_LIMITS, maxRate: 1 });
    buffer.store([1, 2], 0);
    buffer.storeBlock([3, 4, 5], 0);
    buffer.store([6], 0);
    expect(buffer.allocate(1000, 1000)).to.equal(4);
    expect(buffer.blocksOf(1000)).to.deep.equal([[1], [3, 4, 5]]);
    expect(buffer.waiting).to.equal(2);
    buffer.takeBack(1000);
    expect(buffer.waiting).to.equal(6);
    expect([buffer.allocate(1000, 1000), buffer.allocate(2000, 1000), buffer.allocate(3000, 1000)]).to.deep.equal([4, 1, 1]);
    expect([1000, 2000, 3000].map((time) => recordsOf(buffer, time))).to.deep.equal([[1, 3, 4, 5], [2], [6]]);
  });

  for (const [maxRate, interval, batches, expected] of [
    [0.1, 1000, 100, 10], [5, 100, 100, 50], [2.5, 1000, 10, 25], [7, 300, 100, 210], [1, 60_000, 3, 180],
  ] as const) {
    it(`keeps to ${String(maxRate)} a second with batches of ${String(interval)} ms`, () => {
      const buffer = new ReceiverBuffer<number>({ ...NO_LIMITS, maxRate });
      buffer.store(Array.from({ length: 1000 }, (_, index) => index), 0);
      let given = 0;
      for (let batch = 1; batch <= batches; batch++) given += buffer.allocate(batch * interval, interval);
      expect(given).to.equal(expected);
    });
  }

  describe('taking back', () => {
    it('puts blocks in front of what waits, in order, and into no earlier batch than before', () => {
      const buffer = new ReceiverBuffer<number>({ ...NO_LIMITS, bufferLimit: 7 });
      for (const record of [1, 2, 3]) {
        buffer.store([record], record * 1000 - 500);
        buffer.allocate(record * 1000, 1000);
      }
      buffer.store([4, 5], 3500);
      expect([buffer.waiting, buffer.room]).to.deep.equal([2, 2]);
      buffer.takeBack(2000);
      expect([buffer.waiting, buffer.room]).to.deep.equal([4, 2]);
      expect([recordsOf(buffer, 1000), recordsOf(buffer, 2000)]).to.deep.equal([[1], []]);
      buffer.release(1000, 1000);
      expect(buffer.room).to.equal(3);
      for (const time of [2000, 3000, 4000]) buffer.allocate(time, 1000);
      expect([2000, 3000, 4000].map((time) => buffer.blocksOf(time))).to.deep.equal([[[2]], [[3]], [[4, 5]]]);
      buffer.release(4000, 4000);
      expect([buffer.waiting, buffer.room]).to.deep.equal([0, 7]);
    });

    it('lets nothing that came afterwards overtake what waits for its batch', () => {
      const buffer = new ReceiverBuffer<number>();
      for (const record of [1, 2, 3]) {
        buffer.store([record], record * 1000 - 500);
        buffer.allocate(record * 1000, 1000);
      }
      buffer.takeBack(1000);
      buffer.store([4], 3500);
      buffer.storeBlock([5], 3600);
      for (const time of [1000, 2000, 3000, 4000]) {
        buffer.allocate(time, 1000);
        expect(buffer.isHeldBack, 'it is not the rate that makes them wait').to.equal(false);
      }
      expect([1000, 2000, 3000, 4000].map((time) => recordsOf(buffer, time))).to.deep.equal([[1], [2], [3, 4, 5], []]);
    });

    it('gives several to one batch where batches become fewer', () => {
      const buffer = new ReceiverBuffer<number>();
      for (const record of [1, 2, 3, 4]) {
        buffer.store([record], record * 1000 - 500);
        buffer.allocate(record * 1000, 1000);
      }
      buffer.takeBack(2000);
      buffer.allocate(3000, 1000);
      buffer.allocate(6000, 1000);
      expect([recordsOf(buffer, 3000), recordsOf(buffer, 6000)]).to.deep.equal([[2, 3], [4]]);
    });

    it('gives the rate back too', () => {
      const buffer = new ReceiverBuffer<number>({ ...NO_LIMITS, maxRate: 1.5 });
      buffer.store([1, 2, 3, 4, 5, 6, 7, 8], 0);
      expect([1000, 2000, 3000].map((time) => buffer.allocate(time, 1000))).to.deep.equal([1, 2, 1]);
      buffer.takeBack(2000);
      expect([2000, 3000].map((time) => buffer.allocate(time, 1000))).to.deep.equal([2, 1]);
      expect(recordsOf(buffer, 2000)).to.deep.equal([2, 3]);
    });

    it('leaves batches that have ended where they are', () => {
      const buffer = new ReceiverBuffer<number>();
      buffer.store([1], 500);
      buffer.allocate(1000, 1000);
      buffer.release(1000, 0);
      buffer.takeBack(1000);
      expect([buffer.waiting, recordsOf(buffer, 1000)]).to.deep.equal([0, [1]]);
    });
  });

  it('gives nothing for a batch that it does not know', () => {
    expect(new ReceiverBuffer<number>().blocksOf(1000)).to.deep.equal([]);
  });

  it('has every record that was taken in exactly one batch, in order', () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('store' as const), count: fc.nat(6), wait: fc.nat(300) }),
      fc.record({ kind: fc.constant('batch' as const), count: fc.nat(0), wait: fc.nat(300) }),
    );
    const rate = fc.constantFrom(Infinity, 1, 3, 10);
    const limit = fc.constantFrom(Infinity, 4, 10);
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), rate, limit, (actions, maxRate, bufferLimit) => {
        const buffer = new ReceiverBuffer<number>({ maxRate, bufferLimit, blockInterval: 200 });
        const taken: number[] = [];
        const given: number[] = [];
        let offered = 0;
        let now = 0;
        let batch = 0;
        const allocate = (): void => {
          const time = ++batch * 1000;
          const count = buffer.allocate(time, 1000);
          const records = recordsOf(buffer, time);
          expect(records.length).to.equal(count);
          expect(count).to.be.at.most(maxRate);
          given.push(...records);
          buffer.release(time, time);
        };
        for (const { kind, count, wait } of actions) {
          now += wait;
          if (kind === 'batch') {
            allocate();
            continue;
          }
          const records = Array.from({ length: count }, () => offered++);
          taken.push(...records.slice(0, buffer.store(records, now)));
          expect(buffer.waiting).to.be.at.most(bufferLimit);
        }
        expect(buffer.stored + buffer.refused).to.equal(offered);
        while (buffer.waiting > 0) allocate();
        expect(given).to.deep.equal(taken);
        expect(buffer.room).to.equal(bufferLimit);
      }),
    );
  });

  it('gives up what waits to somebody else, in its order, and keeps what batches have', () => {
    const buffer = new ReceiverBuffer<number>();
    buffer.store([1], 0);
    buffer.allocate(1000, 1000);
    buffer.storeBlock([2, 3], 1000);
    buffer.store([4], 1001);
    expect(buffer.takeWaiting()).to.deep.equal([2, 3, 4]);
    expect(buffer.waiting).to.equal(0);
    expect(buffer.allocate(2000, 1000)).to.equal(0);
    expect(buffer.blocksOf(1000)).to.deep.equal([[1]]);
  });
});
