import { expect } from 'chai';
import {
  IllegalArgumentError, IllegalStateError, ManualClock, PIDRateEstimator, type State, StateSpec, StreamingContext,
} from '../../../src/streaming';
import { asSets, collected, context, quietly } from './harness';

describe('a stranger who follows the contract', () => {
  it('the design example, letter by letter', async () => {
    const out: unknown[] = [];
    const clock = new ManualClock(0);
    const ssc = new StreamingContext({ batchInterval: 1000, clock });
    const numbers = ssc.queueStream([[1, 2], [3], null, [4]]);
    numbers.map(n => [n % 2, n]).reduceByKeyAndWindow((a, b) => a + b, (a, b) => a - b, 3000, 1000)
      .foreachRDD(async (rdd, time) => out.push([time, await rdd.collect()]));
    await ssc.start(); await clock.advance(4000); await ssc.stop();
    expect(out).to.deep.equal([
      [1000, [[1, 1], [0, 2]]], [2000, [[1, 4], [0, 2]]], [3000, [[1, 4], [0, 2]]], [4000, [[1, 3], [0, 4]]],
    ]);
  });

  it('word count without a single type', async () => {
    const { ssc, clock } = context();
    const words = ssc.queueStream([['a b', 'a'], ['b']]).flatMap(line => line.split(' '));
    const pairs = words.map(word => [word, 1]);
    const counts = collected(pairs.reduceByKey((a, b) => a + b));
    const windowed = collected(pairs.reduceByKeyAndWindow((a, b) => a + b, 2000, 1000));
    const running = collected(pairs.updateStateByKey((values, state: number | undefined) => values.length + (state ?? 0)));
    const initial = collected(
      pairs.updateStateByKey((values, state, time) => values.length + (state ?? 0) + time * 0, { initialState: [['z', 9]] }),
    );
    const spec = StateSpec.function((key: string, value: number | undefined, state: State<number>) => {
      state.update((state.getOption() ?? 0) + (value ?? 0));
      return [key, state.get()];
    }).initialState([['a', 10]]).timeout(5000);
    const mapped = pairs.mapWithState(spec);
    const running2 = collected(mapped);
    const most = collected(mapped.reduceByKey((a, b) => Math.max(a, b)));
    const snapshots = collected(mapped.stateSnapshots());
    const grouped = collected(pairs.groupByKey());
    const tens = collected(pairs.mapValues(() => 10).reduceByKey((a, b) => a + b));
    const combined = collected(pairs.combineByKey(n => [n], (all, n) => [...all, n], (a, b) => [...a, ...b]));
    await ssc.start();
    await clock.advance(2000);
    await ssc.stop();
    expect(asSets(counts)).to.deep.equal([[['a', 2], ['b', 1]], [['b', 1]]]);
    expect(asSets(windowed)).to.deep.equal([[['a', 2], ['b', 1]], [['a', 2], ['b', 2]]]);
    expect(asSets(running)).to.deep.equal([[['a', 2], ['b', 1]], [['a', 2], ['b', 2]]]);
    expect(asSets(initial)).to.deep.equal([[['a', 2], ['b', 1], ['z', 9]], [['a', 2], ['b', 2], ['z', 9]]]);
    expect(running2).to.deep.equal([[['a', 11], ['b', 1], ['a', 12]], [['b', 2]]]);
    expect(asSets(most)).to.deep.equal([[['a', 12], ['b', 1]], [['b', 2]]]);
    expect(snapshots[1]).to.deep.equal([['a', 12], ['b', 2]]);
    expect(asSets(grouped)).to.deep.equal([[['a', [1, 1]], ['b', [1]]], [['b', [1]]]]);
    expect(asSets(tens)).to.deep.equal([[['a', 20], ['b', 10]], [['b', 10]]]);
    expect(asSets(combined)).to.deep.equal([[['a', [1, 1]], ['b', [1]]], [['b', [1]]]]);
  });

  it('transform of several streams knows the type of each', async () => {
    const { ssc, clock } = context();
    const numbers = ssc.queueStream([[1, 2]]);
    const words = ssc.queueStream([['a']]);
    const factor = { now: 10 };
    const mixed = collected(ssc.transform([numbers, words], ([n, w]) => n.map(one => one * factor.now).map(String).union(w)));
    const list = [numbers, numbers];
    const same = collected(ssc.transform(list, (rdds, time) => rdds.reduce((one, other) => one.union(other)).map(n => n + time)));
    await ssc.start();
    await clock.advance(1000);
    await ssc.stop();
    expect(mixed).to.deep.equal([['10', '20', 'a']]);
    expect(same).to.deep.equal([[1001, 1002, 1001, 1002]]);
  });

  it('states whose type comes from the initial state', async () => {
    const { ssc, clock } = context();
    const pairs = ssc.queueStream([['a'], ['z']]).map(word => [word, 1]);
    const initialState: [string, number][] = [['z', 9]];
    const outputs = collected(pairs.updateStateByKey((values, state) => values.length + (state ?? 0), { initialState }));
    await ssc.start();
    await clock.advance(2000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[['z', 9], ['a', 1]], [['z', 10], ['a', 1]]]);
  });

  it('what JSON.parse gives, objects, lists and single values', async () => {
    const { ssc, clock } = context();
    const lines = ssc.queueStream([['{"id":"a","value":1}', '{"id":"a","value":2}']]);
    const parsed = lines.map(line => JSON.parse(line) as { id: string; value: number });
    const sums = collected(parsed.map(r => [r.id, r.value]).reduceByKey((a, b) => a + b));
    const ones = collected(lines.map(() => 1).reduce((a, b) => a + b));
    const lists = collected(lines.map(line => line.split(',')).map(parts => parts.reverse().length));
    const objects = collected(lines.map(line => ({ size: line.length, text: 'x' })).map(o => { o.size = 1; return o; }));
    const triples = lines.map(line => [line, 1, true]).map(([line, n, flag]) => flag ? line.length * n : 0);
    const none = collected(triples.filter(n => n < 0));
    const flat = collected(lines.flatMap(() => [['k', 1], ['k', 2]]).reduceByKey((a, b) => a + b));
    const united = collected(lines.map(() => ['u', 1]).union(lines.map(() => ['v', 2])).reduceByKey((a, b) => a + b));
    const pairs = lines.map(() => ['u', 1]);
    const again = collected(pairs.union(pairs.reduceByKey((a, b) => a + b)));
    const swapped = collected(lines.map(line => [line.length, 'n']).map(([n, name]) => [name, n]).mapValues(n => n * 0));
    await ssc.start();
    await clock.advance(1000);
    await ssc.stop();
    expect(sums).to.deep.equal([[['a', 3]]]);
    expect(ones).to.deep.equal([[2]]);
    expect(lists).to.deep.equal([[2, 2]]);
    expect(objects).to.deep.equal([[{ size: 1, text: 'x' }, { size: 1, text: 'x' }]]);
    expect(none).to.deep.equal([[]]);
    expect(flat).to.deep.equal([[['k', 6]]]);
    expect(united).to.deep.equal([[['u', 2], ['v', 4]]]);
    expect(again).to.deep.equal([[['u', 1], ['u', 1], ['u', 2]]]);
    expect(swapped).to.deep.equal([[['n', 0], ['n', 0]]]);
  });

  it('stop twice, and start twice', async () => {
    const { ssc, clock } = context();
    collected(ssc.queueStream([[1]]));
    const lines = await quietly(async () => {
      await ssc.start();
      await ssc.start();
    });
    expect(lines.join()).to.match(/already been started/);
    await clock.advance(1000);
    await ssc.stop();
    await ssc.stop();
    await ssc.stop(true, true);
    expect(ssc.getState()).to.equal('STOPPED');
    expect(clock.pendingTimers).to.equal(0);
  });

  it('states, with a checkpoint directory as an option', async () => {
    const { ssc, clock } = context({ checkpointDirectory: 'no-such-folder' });
    const pairs = ssc.queueStream([['a'], ['a']]).map(word => [word, 1]);
    const outputs = collected(pairs.updateStateByKey((values, state: number | undefined) => (state ?? 0) + values.length));
    await ssc.start();
    await clock.advance(2000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[['a', 1]], [['a', 2]]]);
  });

  it('foreachRDD with an action that is not asynchronous', async () => {
    const { ssc, clock } = context();
    const times: number[] = [];
    ssc.queueStream([[1]]).foreachRDD((_rdd, time) => { times.push(time); });
    await ssc.start();
    await clock.advance(2000);
    await ssc.stop();
    expect(times).to.deep.equal([1000, 2000]);
  });

  it('slice gives an array of RDDs, awaited or not', async () => {
    const { ssc, clock } = context();
    const numbers = ssc.queueStream([[1], [2]]);
    collected(numbers.window(2000));
    await ssc.start();
    await clock.advance(2000);
    const atOnce = numbers.slice(1000, 2000);
    const awaited = await Promise.resolve(numbers.slice(1000, 2000));
    expect(await atOnce[1]?.collect()).to.deep.equal([2]);
    expect(awaited).to.have.lengthOf(2);
    await ssc.stop();
  });

  describe('what a JavaScript caller may get wrong', () => {
    const wrong = (value: unknown): never => value as never;

    it('the context', () => {
      expect(() => new StreamingContext(wrong(undefined))).to.throw(IllegalArgumentError);
      expect(() => new StreamingContext(wrong(1000))).to.throw(IllegalArgumentError);
      for (const batchInterval of [undefined, null, 0, -1, 0.5, NaN, '1000']) {
        const call = (): unknown => new StreamingContext({ batchInterval: wrong(batchInterval) });
        expect(call, String(batchInterval)).to.throw(IllegalArgumentError);
      }
      expect(() => context({ compatibility: wrong('flink') })).to.throw(IllegalArgumentError);
    });

    it('functions that are none', () => {
      const { ssc } = context();
      const pairs = ssc.queueStream([[1]]).map(n => [n, n]);
      const calls: Record<string, () => unknown> = {
        map: () => pairs.map(wrong(undefined)),
        flatMap: () => pairs.flatMap(wrong(1)),
        filter: () => pairs.filter(wrong('x')),
        mapPartitions: () => pairs.mapPartitions(wrong(null)),
        mapValues: () => pairs.mapValues(wrong(undefined)),
        flatMapValues: () => pairs.flatMapValues(wrong(undefined)),
        reduce: () => pairs.reduce(wrong(undefined)),
        reduceByKey: () => pairs.reduceByKey(wrong(undefined)),
        combineByKey: () => pairs.combineByKey(n => n, (a: number, b) => a + b, wrong(undefined)),
        transform: () => pairs.transform(wrong(undefined)),
        transformWith: () => pairs.transformWith(pairs, wrong(undefined)),
        'ssc.transform': () => ssc.transform([pairs], wrong(undefined)),
        foreachRDD: () => { pairs.foreachRDD(wrong(undefined)); },
        reduceByWindow: () => pairs.reduceByWindow(wrong(undefined), 1000, 1000),
        reduceByKeyAndWindow: () => pairs.reduceByKeyAndWindow(wrong(undefined), 1000),
        inverse: () => pairs.reduceByKeyAndWindow((a, b) => a + b, wrong(undefined), 1000, 1000),
        updateStateByKey: () => pairs.updateStateByKey(wrong(undefined)),
        mapWithState: () => pairs.mapWithState(wrong((key: unknown) => key)),
      };
      const accepted: string[] = [];
      for (const [name, call] of Object.entries(calls)) {
        try {
          call();
          accepted.push(name);
        } catch (thrown) {
          if (!(thrown instanceof IllegalArgumentError)) accepted.push(`${name}: ${String(thrown)}`);
        }
      }
      expect(accepted).to.deep.equal([]);
    });

    it('streams that are none', () => {
      const { ssc } = context();
      const pairs = ssc.queueStream([[1]]).map(n => [n, n]);
      const calls: Record<string, () => unknown> = {
        union: () => pairs.union(wrong(undefined)),
        join: () => pairs.join(wrong(undefined)),
        cogroup: () => pairs.cogroup(wrong([])),
        transformWith: () => pairs.transformWith(wrong(null), (rdd) => rdd),
        'ssc.union': () => ssc.union(wrong([pairs, undefined])),
        'ssc.union of two arguments': () => ssc.union(pairs as never),
        'ssc.union of none': () => ssc.union(wrong(undefined)),
        'ssc.transform': () => ssc.transform(wrong(null), (rdds) => wrong(rdds)),
        queueStream: () => ssc.queueStream(wrong(undefined)),
      };
      const accepted: string[] = [];
      for (const [name, call] of Object.entries(calls)) {
        try {
          call();
          accepted.push(name);
        } catch (thrown) {
          if (!(thrown instanceof IllegalArgumentError)) accepted.push(`${name}: ${String(thrown)}`);
        }
      }
      expect(accepted).to.deep.equal([]);
    });

    it('durations and numbers', () => {
      const { ssc } = context();
      const pairs = ssc.queueStream([[1]]).map(n => [n, n]);
      const add = (a: number, b: number): number => a + b;
      const calls: Record<string, () => unknown> = {
        window: () => pairs.window(wrong(undefined)),
        'window of text': () => pairs.window(wrong('2000')),
        countByWindow: () => pairs.countByWindow(2000, 1500),
        reduceByKeyAndWindow: () => pairs.reduceByKeyAndWindow(add, 1500),
        inverse: () => pairs.reduceByKeyAndWindow(add, add, wrong(undefined)),
        repartition: () => pairs.repartition(0),
        numPartitions: () => pairs.reduceByKey(add, -1),
        parallelize: () => ssc.parallelize([1], 0),
        remember: () => { ssc.remember(-1); },
        checkpoint: () => pairs.checkpoint(0),
        timeout: () => StateSpec.function(() => 1).timeout(0),
        print: () => { pairs.print(-1); },
        pid: () => new PIDRateEstimator(0, 1, 0.2, 0, 100),
      };
      for (const [name, call] of Object.entries(calls)) expect(call, name).to.throw(IllegalArgumentError);
    });

    it('a receiver, a listener or a folder that is none', () => {
      const { ssc } = context();
      expect(() => ssc.receiverStream(wrong({}))).to.throw(IllegalArgumentError);
      expect(() => ssc.textFileStream(wrong(undefined))).to.throw(IllegalArgumentError);
      expect(() => ssc.binaryRecordsStream('x', 0)).to.throw(IllegalArgumentError);
    });

    it('after the start', async () => {
      const { ssc } = context();
      const stream = ssc.queueStream([[1]]);
      stream.foreachRDD(() => undefined);
      await ssc.start();
      expect(() => ssc.queueStream([[1]])).to.throw(IllegalStateError);
      await ssc.stop();
    });
  });
});
