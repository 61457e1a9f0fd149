import { expect } from 'chai';
import { type DStream, IllegalArgumentError, type Pair, StateSpec, StreamingError } from '../../../src/streaming';
import { program, rejectionOf } from '../program';
import { openRecoveryLog } from '../../../src/streamingRecovery';
import { type Build, Hand, Lives } from './Lives';

const plus = (a: number, b: number): number => a + b;
const minus = (a: number, b: number): number => a - b;

type Counted = Pair<string, number>;

const once = (key: string): Counted => [key, 1];

/** The words that each batch of six has, and those of the seventh, which waits at the crash. */
const WORDS = [['a', 'b'], ['a'], ['b', 'b'], [], ['c'], ['a']];

describe('a recovered program', () => {
  it('runs the batches that no checkpoint has again, with the same records, and gives what waited to the next batch', async () => {
    for (const kind of ['kill', 'power'] as const) {
      const lives = new Lives<number>((input) => input.map((n) => n * 10));
      const first = await lives.start();
      await lives.feed(first, [[1, 2], [], [3]]);
      first.hand.store(4);
      await first.clock.advance(10);
      lives.crash(first, kind);
      const second = await lives.start();
      expect(second.outputs).to.deep.equal([[1000, [10, 20]], [2000, []], [3000, [30]]]);
      second.hand.store(5);
      await second.clock.advance(990);
      expect(second.outputs.slice(3)).to.deep.equal([[4000, [40, 50]]]);
      await lives.stop(second);
      expect([second.warnings, second.errors]).to.deep.equal([[], []]);
    }
  });

  it('runs missed batch times after those of the last run: the first has what waited', async () => {
    const lives = new Lives<number>((input) => input);
    const first = await lives.start();
    await lives.feed(first, [[1]]);
    first.hand.storeAll([2, 3]);
    await first.clock.advance(500);
    lives.crash(first);
    lives.now = 4700;
    const second = await lives.start();
    expect(second.outputs).to.deep.equal([[1000, [1]], [2000, [2, 3]], [3000, []], [4000, []]]);
    await second.clock.advance(300);
    expect(second.outputs.slice(4)).to.deep.equal([[5000, []]]);
    await lives.stop(second);
  });

  it('runs a batch again that was in the middle of its outputs: these get it twice, state has it once', async () => {
    const lives = new Lives<string>((input) => input.map(once).updateStateByKey<string, number, number>((ones, sum = 0) => sum + ones.length));
    const first = await lives.start({ before: (time) => (time === 2000 ? first.clock.sleep(1e6) : undefined) });
    await lives.feed(first, [['a'], ['a', 'b']]);
    expect(first.outputs).to.deep.equal([[1000, [['a', 1]]]]);
    lives.crash(first);
    const second = await lives.start();
    expect(second.outputs).to.deep.equal([[1000, [['a', 1]]], [2000, [['a', 2], ['b', 1]]]]);
    await lives.stop(second);
  });

  it('goes on from the newest checkpoint, and runs only what came after it', async () => {
    const lives = new Lives<number>((input) => input.map((n) => ['sum', n] as const).updateStateByKey<string, number, number>((added, sum = 0) => added.reduce(plus, sum)));
    const first = await lives.start({ checkpointInterval: 2000 });
    // The checkpoint of 2,000 ms is made when the batch of 3,000 ms begins, that of 4,000 ms with the one of 5,000 ms.
    await lives.feed(first, [[1], [2], [3], [4], [5]]);
    lives.crash(first);
    const second = await lives.start({ checkpointInterval: 2000 });
    expect(second.outputs).to.deep.equal([[5000, [['sum', 15]]]]);
    await lives.feed(second, [[6]]);
    expect(second.outputs.slice(1)).to.deep.equal([[6000, [['sum', 21]]]]);
    await lives.stop(second);
    // A stop makes a checkpoint, so that nothing runs again.
    const third = await lives.start();
    expect(third.outputs).to.deep.equal([]);
    await lives.feed(third, [[7]]);
    expect(third.outputs).to.deep.equal([[7000, [['sum', 28]]]]);
    await lives.stop(third);
  });

  const programs: Record<string, Build<string>> = {
    'window': (input) => input.window(3000, 1000),
    'window with a longer slide': (input) => input.window(4000, 2000),
    'window of a window': (input) => input.window(2000, 1000).window(2000, 2000),
    'reduceByKeyAndWindow': (input) => input.map(once).reduceByKeyAndWindow(plus, 3000, 1000),
    'reduceByKeyAndWindow with an inverse': (input) => input.map(once).reduceByKeyAndWindow(plus, minus, 4000, 1000),
    'reduceByKeyAndWindow with an inverse and a longer slide': (input) => input.map(once).reduceByKeyAndWindow(plus, minus, 4000, 2000),
    'countByWindow': (input) => input.countByWindow(3000, 1000),
    'updateStateByKey': (input) => input.map(once).updateStateByKey<string, number, number>((ones, sum = 0) => sum + ones.length),
    'updateStateByKey with an initial state': (input) =>
      input.map(once).updateStateByKey<string, number, number>((ones, sum = 0) => sum + ones.length, { initialState: [['z', 7]] }),
    'window of updateStateByKey': (input) =>
      input.map(once).updateStateByKey<string, number, number>((ones, sum = 0) => sum + ones.length).window(2000, 2000),
    'mapWithState with a time-out': (input) =>
      input.map(once).mapWithState(StateSpec.function<string, number, number, string>((key, one, state) => {
        const sum = (state.getOption() ?? 0) + (one ?? 0);
        if (state.isTimingOut()) return `${key} left with ${String(sum)}`;
        state.update(sum);
        return `${key} ${String(sum)}`;
      }).timeout(2000)),
    'stateSnapshots': (input) =>
      input.map(once).mapWithState(StateSpec.function<string, number, number, string>((_key, one, state) => {
        state.update((state.getOption() ?? 0) + (one ?? 0));
        return undefined;
      }).initialState([['z', 7]])).stateSnapshots(),
    'a join of two windows': (input) => {
      const pairs = input.map(once);
      return pairs.window(2000, 1000).join(pairs.reduceByKeyAndWindow(plus, minus, 3000, 1000));
    },
  };
  for (const [name, build] of Object.entries(programs)) {
    it(`gives the same as one that was never interrupted: ${name}`, async () => {
      const all = [...WORDS, ...WORDS];
      for (const options of [{}, { compatibility: 'spark' }] as const) {
        const whole = new Lives(build);
        const undisturbed = await whole.start(options);
        await whole.feed(undisturbed, all);
        await whole.stop(undisturbed);
        expect(undisturbed.outputs.length).to.be.at.least(6);
        for (const [checkpointInterval, crashAfter] of [[1000, 1], [1000, 4], [1000, 7], [3000, 6], [2000, 9], [1e6, 5]] as const) {
          const lives = new Lives(build, crashAfter);
          const first = await lives.start({ checkpointInterval, ...options });
          await lives.feed(first, all.slice(0, crashAfter));
          lives.crash(first);
          const second = await lives.start({ checkpointInterval, ...options });
          await lives.feed(second, all.slice(crashAfter));
          await lives.stop(second);
          const seen = new Map(first.outputs);
          for (const [time, records] of second.outputs) {
            // Whatever is given twice is the same both times.
            if (seen.has(time)) expect(records, `${String(time)} again`).to.deep.equal(seen.get(time));
            seen.set(time, records);
          }
          const what = `a checkpoint every ${String(checkpointInterval)} ms, a crash after ${String(crashAfter)} batches`;
          expect([...seen], what).to.deep.equal(undisturbed.outputs);
          expect([...first.errors, ...second.errors, ...second.warnings]).to.deep.equal([]);
        }
      }
    });
  }

  it('has the values of windows and states that were computed by hand', async () => {
    // Batches a b | a | b b | none | c | a, a crash after four of them.
    const expected: Record<string, unknown> = {
      'reduceByKeyAndWindow with an inverse': [
        [5000, [['a', 1], ['b', 2], ['c', 1]]],
        [6000, [['a', 1], ['b', 2], ['c', 1]].sort()],
      ],
      'countByWindow': [[5000, [3]], [6000, [2]]],
      'mapWithState with a time-out': [[5000, ['c 1', 'a left with 2']], [6000, ['a 1', 'b left with 3']]],
      'updateStateByKey': [[5000, [['a', 2], ['b', 3], ['c', 1]]], [6000, [['a', 3], ['b', 3], ['c', 1]]]],
    };
    for (const [name, results] of Object.entries(expected)) {
      const lives = new Lives(programs[name]!);
      const first = await lives.start({ checkpointInterval: 1000 });
      await lives.feed(first, WORDS.slice(0, 4));
      lives.crash(first);
      const second = await lives.start({ checkpointInterval: 1000 });
      await lives.feed(second, WORDS.slice(4));
      await lives.stop(second);
      const after = second.outputs.filter(([time]) => time > 4000);
      expect(after.map(([time, records]) => [time, [...records].sort()]), name).to.deep.equal(
        (results as readonly (readonly [number, readonly unknown[]])[]).map(([time, records]) => [time, [...records].sort()]),
      );
    }
  });

  it('runs no batch before the log has what it consists of, and fails it where the log cannot take it', async () => {
    const { ssc, clock, errors } = program();
    const hand = new Hand<number>();
    const outputs: unknown[] = [];
    ssc.receiverStream(hand).foreachRDD((_, time) => void outputs.push(time));
    const log = await openRecoveryLog(new Lives((input) => input).disk.connect(), { clock, epoch: 1 });
    const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
    log.intend = () => new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    await ssc.recoverFrom(log, 'checkpoints');
    await ssc.start();
    const advanced = clock.advance(2000);
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect([waiting.length, outputs]).to.deep.equal([1, []]);
    waiting[0]?.resolve();
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect([waiting.length, outputs]).to.deep.equal([2, [1000]]);
    waiting[1]?.reject(new Error('No room on the disk.'));
    await advanced;
    expect([outputs, errors]).to.deep.equal([[1000], ['No room on the disk.']]);
    await ssc.stop();
  });

  it('keeps the state of a batch only once its outputs have ended, also where several batches run at once', async () => {
    const lives = new Lives<string>((input) => input.map(once).updateStateByKey<string, number, number>((ones, sum = 0) => sum + ones.length));
    const first = await lives.start({
      concurrentJobs: 4,
      checkpointInterval: 1000,
      // The batch of 2,000 ms takes until 4,500 ms; those after it overtake it.
      before: (time) => (time === 2000 ? first.clock.sleep(2500) : undefined),
    });
    await lives.feed(first, [['a'], ['a'], ['a'], ['a']]);
    expect(first.outputs.map(([time]) => time)).to.deep.equal([1000, 3000, 4000]);
    lives.crash(first);
    // The checkpoint of 1,000 ms is there; the one of 2,000 ms could not be.
    const second = await lives.start({ concurrentJobs: 4 });
    expect(second.outputs).to.deep.equal([2000, 3000, 4000].map((time) => [time, [['a', time / 1000]]]));
    await lives.stop(second);
  });

  it('gives blocks back as the partitions that they were, also where they overtook records that the rate held back', async () => {
    const lives = new Lives<number>((input) => input.glom());
    const first = await lives.start({ receiverMaxRate: 2 });
    first.hand.storeAll([1, 2, 3]);
    let durable = false;
    void first.hand.storeBlock([10, 11]).then(() => {
      durable = true;
    });
    await first.clock.advance(0);
    expect(durable).to.equal(true);
    await first.clock.advance(1000);
    expect(first.outputs).to.deep.equal([[1000, [[1, 2], [10, 11]]]]);
    lives.crash(first);
    const second = await lives.start({ receiverMaxRate: 2 });
    await second.clock.advance(1000);
    expect(second.outputs).to.deep.equal([[1000, [[1, 2], [10, 11]]], [2000, [[3]]]]);
    await lives.stop(second);
  });

  it('says which state cannot be kept, goes on without a checkpoint, and makes one as soon as it can', async () => {
    const lives = new Lives<number>((input) =>
      input.map((n) => ['f', n] as const).updateStateByKey<string, number, unknown>(([n]) => (n === 1 ? { call: () => n } : n)),
    );
    const first = await lives.start({ checkpointInterval: 1000 });
    await lives.feed(first, [[1], [1], [2], [3]]);
    expect(first.errors).to.have.length(1);
    expect(first.errors[0]).to.match(/The state of updateStateByKey 1 cannot be kept in a checkpoint: .*call.*plain data/s);
    expect(first.outputs).to.have.length(4);
    lives.crash(first);
    const second = await lives.start();
    expect(second.outputs).to.deep.equal([[4000, [['f', 3]]]]);
    await lives.stop(second);
  });

  it('refuses a record that cannot be kept where it is stored, and keeps the others', async () => {
    const lives = new Lives<unknown>((input) => input);
    const first = await lives.start();
    expect(() => {
      first.hand.store(() => 1);
    }).to.throw(Error, /function/);
    expect((await rejectionOf(first.hand.storeBlock([1, Symbol('s')]))).message).to.match(/symbol/);
    await lives.feed(first, [[2]]);
    lives.crash(first);
    const second = await lives.start();
    expect(second.outputs).to.deep.equal([[1000, [2]]]);
    await lives.stop(second);
  });

  it('recovers of a changed program what fits, and says what does not', async () => {
    const sums = (stream: DStream<Counted>): DStream<Counted> =>
      stream.updateStateByKey<string, number, number>((ones, sum = 0) => sum + ones.length);
    const lives = new Lives<string>((input) => {
      input.window(3000, 3000).foreachRDD(() => undefined);
      return sums(input.map(once));
    });
    const first = await lives.start({ checkpointInterval: 1000 });
    await lives.feed(first, [['a'], ['a', 'b'], ['b']]);
    lives.crash(first);
    // The window is gone; state goes on though its function is another one.
    const second = await lives.start({}, (input) => {
      return input.map((word): Counted => [word, 1]).updateStateByKey<string, number, number>((ones, sum = 0) => sum + 10 * ones.length);
    });
    expect(second.outputs).to.deep.equal([[3000, [['a', 2], ['b', 11]]]]);
    expect(second.warnings).to.have.length(0);
    await lives.feed(second, [['a'], ['a']]);
    lives.crash(second);
    const third = await lives.start({}, (input) => input.filter((word) => word !== 'x').countByWindow(2000, 1000));
    expect(third.warnings).to.have.length(1);
    expect(third.warnings[0]).to.match(/has changed.*the state of updateStateByKey 1/);
    await lives.stop(third);
  });

  it('gives up what waits for a receiver that is gone, and tells how much that was', async () => {
    const lives = new Lives<number>((input, ssc) => {
      const other = new Hand<number>();
      ssc.receiverStream(other).foreachRDD((_, time) => {
        if (time === 1000) other.storeAll([7, 8]);
      });
      return input;
    });
    const first = await lives.start();
    await lives.feed(first, [[1]]);
    lives.crash(first);
    const second = await lives.start({}, (input) => input);
    expect(second.outputs).to.deep.equal([[1000, [1]]]);
    expect(second.warnings.join()).to.match(/2 waiting records of receiver [0-9a-f]{8} 2/);
    await lives.feed(second, [[2]]);
    lives.crash(second);
    const third = await lives.start({}, (input) => input);
    expect(third.warnings).to.deep.equal([]);
    await lives.stop(third);
  });

  it('runs no batch again that could not be made, and loses nothing else', async () => {
    const lives = new Lives<number>((input) =>
      input.transform((rdd, time) => {
        if (time === 2000) throw new Error('No RDD.');
        return rdd;
      }),
    );
    const first = await lives.start();
    await lives.feed(first, [[1], [2], [3]]);
    expect(first.outputs).to.deep.equal([[1000, [1]], [3000, [3]]]);
    lives.crash(first);
    const second = await lives.start();
    expect(second.outputs).to.deep.equal([[1000, [1]], [3000, [3]]]);
    await lives.stop(second);
  });

  it("runs the batch again that ended the program, with onBatchFailure 'stop'", async () => {
    const lives = new Lives<number>((input) => input);
    const failing = (time: number): void => {
      if (time === 2000) throw new Error('The target is gone.');
    };
    const first = await lives.start({ before: failing, onBatchFailure: 'stop', checkpointInterval: 1000 });
    await lives.feed(first, [[1], [2]]);
    expect(first.ssc.getState()).to.equal('STOPPED');
    lives.now = 3000;
    const second = await lives.start({ onBatchFailure: 'stop' });
    // The one of 1,000 ms is in a checkpoint.
    expect(second.outputs).to.deep.equal([[2000, [2]], [3000, []]]);
    await lives.stop(second);
  });

  it('keeps its batches, and refuses another batch interval', async () => {
    const lives = new Lives<number>((input) => input);
    const first = await lives.start();
    await lives.feed(first, [[1]]);
    lives.crash(first);
    const error = await rejectionOf(lives.start({ batchInterval: 500 }));
    expect(error).to.be.instanceOf(IllegalArgumentError);
    expect(error.message).to.match(/batches of 1000 ms, and the program has 500 ms/);
  });

  it('cannot have a queueStream, which is told at the first start already', async () => {
    const lives = new Lives<number>((input, ssc) => input.union(ssc.queueStream([[1]])));
    const first = await lives.start();
    expect(first.warnings.join()).to.match(/queueStream cannot be recovered/);
    await lives.feed(first, [[2]]);
    lives.crash(first);
    const error = await rejectionOf(lives.start());
    expect(error).to.be.instanceOf(StreamingError);
    expect(error.message).to.match(/queueStream.*new checkpoint directory/);
  });

  it('has one checkpoint directory', async () => {
    const lives = new Lives<number>((input) => input);
    const { ssc, clock } = program({ checkpointDirectory: 'other' });
    const log = await openRecoveryLog(lives.disk.connect(), { clock, epoch: 1 });
    const error = await rejectionOf(ssc.recoverFrom(log, 'checkpoints'));
    expect(error.message).to.match(/other, and is to be recovered from checkpoints/);
  });
});
