import { expect } from 'chai';
import type { BatchState } from '../../../src/streaming/BatchState';
import { StatefulDStream } from '../../../src/streaming/dstream/StatefulDStream';
import { program, recorded } from '../program';

/** Adds up all records, and writes down every batch that it took in. */
class Total implements BatchState<number, number> {
  readonly taken: [number, number[]][] = [];
  failures = 0;
  #total = 0;

  take(time: number, records: (emit: (record: number) => void) => void): void {
    if (this.failures-- > 0) throw new Error('not taken');
    const batch: number[] = [];
    records((record) => {
      batch.push(record);
      this.#total += record;
    });
    this.taken.push([time, batch]);
  }

  emit(): readonly number[] {
    return [this.#total];
  }

  closingTimes(): readonly number[] {
    return [];
  }
}

describe('StatefulDStream', () => {
  it('takes in every batch once and in order, also without RDD, and gives records at each slide', async () => {
    const { ssc, clock } = program();
    const state = new Total();
    const stream = new StatefulDStream(ssc.queueStream([[1], null, [3, 4], [5]]), state, 2000);
    const [first, second] = [recorded(stream), recorded(stream)];
    await ssc.start();
    await clock.advance(4000);
    await ssc.stop();
    expect(state.taken).to.deep.equal([[1000, [1]], [2000, []], [3000, [3, 4]], [4000, [5]]]);
    expect(first).to.deep.equal([[2000, [1]], [4000, [13]]]);
    expect(second).to.deep.equal(first);
  });

  it('takes a batch in once though its output fails and is tried again', async () => {
    const { ssc, clock, errors } = program({ retries: 2 });
    const state = new Total();
    const seen: number[] = [];
    new StatefulDStream(ssc.queueStream([[1], [2]]), state, 1000).foreachRDD(async (rdd) => {
      seen.push(...(await rdd.collect()));
      if (seen.length === 1) throw new Error('sink');
    });
    await ssc.start();
    await clock.advance(2000);
    await ssc.stop();
    expect(seen).to.deep.equal([1, 1, 3]);
    expect(state.taken).to.deep.equal([[1000, [1]], [2000, [2]]]);
    expect(errors).to.deep.equal([]);
  });

  it('lets records go with their batch, however long its slide is', async () => {
    const { ssc, clock } = program();
    const numbers = ssc.queueStream(Array.from({ length: 100 }, (_, n) => [n]));
    recorded(new StatefulDStream(numbers, new Total(), 10_000, 30_000));
    await ssc.start();
    await clock.advance(9000);
    // An RDD computed again for an older time has no records any more.
    const [older, newer] = [numbers.slice(8000, 8000), numbers.slice(9000, 9000)];
    expect(await older[0]?.collect()).to.deep.equal([]);
    expect(await newer[0]?.collect()).to.deep.equal([8]);
    await ssc.stop();
  });

  it('says how long records stay in it, also to a window put on it', () => {
    const { ssc } = program();
    const stream = new StatefulDStream(ssc.queueStream([[1]]), new Total(), 2000, 6000);
    expect(stream.reach).to.equal(6000);
    expect(stream.window(4000).reach).to.equal(10_000);
  });

  it('tries again what the state did not take', async () => {
    const { ssc, clock, errors } = program({ retries: 2 });
    const state = new Total();
    state.failures = 2;
    const outputs = recorded(new StatefulDStream(ssc.queueStream([[1], [2]]), state, 2000));
    await ssc.start();
    await clock.advance(2000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[2000, [3]]]);
    expect(errors).to.deep.equal([]);
  });
});
