import { expect } from 'chai';
import { estimatedBytes } from '../../src/engine/estimatedBytes';
import { OperatorFigures } from '../../src/engine/OperatorFigures';
import { UserCallTimes } from '../../src/engine/UserCallTimes';
import { UNWATCHED } from '../../src/engine/unwatched';
import type { Operator } from '../../src/plan/Plan';
import { ManualClock } from '../../src/streaming';
import { aggregate, from, map, OPTIONS, planOf, receiver, reduceByKey, sink, window } from './plans';
import { RecordedGraph } from './RecordedGraph';

/** Each look at this clock takes so many ms: user code between two looks seems to take as long. */
class TickingClock extends ManualClock {
  #looks = 0;

  constructor(readonly tick: number) {
    super(0);
  }

  override monotonic(): number {
    return super.monotonic() + this.tick * this.#looks++;
  }
}

describe('the time in user code', () => {
  const clock = new TickingClock(0.25);

  it('is that of the first calls of each batch, for each operator by itself', () => {
    const figures = [new OperatorFigures(), new OperatorFigures(), new OperatorFigures()];
    const times = new UserCallTimes(UNWATCHED, clock, figures);
    times.begin();
    for (let call = 0; call < 1000; call++) {
      times.enter(0);
      times.leave();
    }
    times.enter(2, 50);
    times.leave();
    // 0.25 ms for one record, and for 50.
    expect(figures.map(({ progress }) => progress.microsecondsPerRecord)).to.deep.equal([250, undefined, 5]);
  });

  it('looks at the clock for eight calls of a batch, and for no more', () => {
    const figures = new OperatorFigures();
    const counted = new TickingClock(1);
    const times = new UserCallTimes(UNWATCHED, counted, [figures]);
    const before = counted.monotonic();
    times.begin();
    for (let call = 0; call < 1000; call++) {
      times.enter(0);
      times.leave();
    }
    expect(counted.monotonic() - before).to.equal(17);
  });

  it('passes on that it is entered and left, timed or not', () => {
    const calls: (number | string)[] = [];
    const times = new UserCallTimes({
      enter: (operator) => calls.push(operator), leave: () => calls.push('left'),
    }, clock, [new OperatorFigures(), new OperatorFigures()]);
    times.enter(1);
    times.leave();
    times.begin();
    times.enter(0);
    times.leave();
    expect(calls).to.deep.equal([1, 'left', 0, 'left']);
  });

  it('counts what says again and again that it gets on as one call, for all records', () => {
    const figures = new OperatorFigures();
    const times = new UserCallTimes(UNWATCHED, clock, [figures]);
    times.begin();
    times.enter(0, 200);
    times.enter(0, 200);
    times.enter(0, 100);
    times.leave();
    expect(figures.progress.microsecondsPerRecord).to.equal(0.5);
  });

  it('follows a change: what was measured long ago counts little', () => {
    const figures = new OperatorFigures();
    for (let call = 0; call < 1000; call++) figures.addTime(1, 1);
    for (let call = 0; call < 4000; call++) figures.addTime(0.001, 1);
    expect(figures.progress.microsecondsPerRecord).to.be.within(1, 2);
  });

  const sampled = async (operators: readonly Operator[], payloads: readonly unknown[] = [{ value: 1 }, { value: 2 }]): Promise<RecordedGraph> => {
    const graph = await RecordedGraph.started(planOf(operators), OPTIONS, new TickingClock(0.25));
    await graph.offer(payloads);
    await graph.clock.advance(1000);
    await graph.runner.stop();
    return graph;
  };

  it('is told of every kind of operator that runs user code, and of no other', async () => {
    const value = { from: 'code', code: { lang: 'javascript', source: 'return msg.payload.value;' } } as const;
    const graph = await sampled([
      receiver(), map('m', 'in', 'return msg;'), map('b', 'm', 'return msgs;', 'batch'),
      // Two functions for each record: the key's and the value's, 0.25 ms each.
      reduceByKey('r', 'b', [{ aggregate: 'sum', of: value, as: 'sum' }], { key: { from: 'code', code: { lang: 'javascript', source: 'return 1;' } } }),
      sink('out', 'r'),
    ]);
    const told = Object.entries(graph.progress.at(-1)?.operators ?? {}).map(([id, { microsecondsPerRecord }]) => [id, microsecondsPerRecord]);
    expect(told).to.deep.equal([['in', undefined], ['m', 250], ['b', 125], ['r', 500], ['out', undefined]]);
  });

  it('is measured anew when the plan changes', async () => {
    const graph = await RecordedGraph.started(planOf([receiver(), map('m', 'in', 'return msg;'), sink('out', 'm')]), OPTIONS, new TickingClock(1));
    await graph.offer([1]);
    await graph.clock.advance(1000);
    expect(graph.operator('m')?.microsecondsPerRecord).to.equal(1000);
    await graph.update(planOf([receiver(), map('m', 'in', 'return 2;'), sink('out', 'm')]));
    await graph.clock.advance(1000);
    expect(graph.operator('m')).not.to.have.property('microsecondsPerRecord');
    await graph.runner.stop();
  });
});

describe('the size of state', () => {
  const stateBytes = async (operators: readonly Operator[], keys: number, payload: unknown = { value: 1 }): Promise<number | undefined> => {
    const graph = await RecordedGraph.started(planOf(operators));
    for (let second = 0; second < 3; second++) {
      await graph.runner.offer('in', Array.from({ length: keys }, (_, key) => ({ topic: `key ${String(key)}`, payload })));
      await graph.clock.advance(1000);
    }
    await graph.runner.stop();
    return graph.operator('kept')?.stateBytes;
  };
  const windowed = (name: string): Operator[] =>
    [receiver(), window('w', 'in', 60_000, 1000), reduceByKey('kept', 'w', [aggregate(name)]), sink('out', 'kept')];

  it('grows with the keys of a window and what is kept of each', async () => {
    const few = await stateBytes(windowed('count'), 10) ?? 0;
    const many = await stateBytes(windowed('count'), 1000) ?? 0;
    expect(few).to.be.greaterThan(0);
    expect(many / few).to.be.within(80, 120);
    // Three panes of 1,000 texts of 8 characters are more than three counts each.
    expect(await stateBytes(windowed('list'), 1000)).to.be.greaterThan(many);
  });

  it('follows what the user keeps for each key', async () => {
    const kept = (size: number): Operator[] => [receiver(), {
      id: 'kept', type: 'state', inputs: from('in'),
      parameters: {
        key: { from: 'key' }, mode: 'update', code: { lang: 'javascript', source: `return "x".repeat(${String(size)});` },
        timeout: null, emit: 'changed', keyLimit: 1e6,
      },
    }, sink('out', 'kept')];
    const small = await stateBytes(kept(10), 100) ?? 0;
    const large = await stateBytes(kept(1010), 100) ?? 0;
    expect(large - small).to.equal(100 * 1000);
  });

  it('follows the records of a window that keeps them', async () => {
    const records = [receiver(), window('kept', 'in', 2000, 1000), sink('out', 'kept')];
    // Two batches of five records; each text takes as many bytes as it has characters.
    expect((await stateBytes(records, 5, 'x'.repeat(100)) ?? 0) - (await stateBytes(records, 5, '') ?? 0)).to.equal(10 * 100);
  });

  it('is told of nothing that keeps nothing', async () => {
    expect(await stateBytes([receiver(), map('kept', 'in', 'return msg;'), sink('out', 'kept')], 3)).to.equal(undefined);
  });
});

describe('the estimated size of a value', () => {
  it('adds up what V8 usually needs', () => {
    // A place of 8, and what lies there.
    expect(estimatedBytes(1)).to.equal(8);
    expect(estimatedBytes('four')).to.equal(8 + 24 + 4);
    expect(estimatedBytes({ a: 1, b: 'four' })).to.equal(8 + 24 + 8 + (8 + 24 + 4));
    expect(estimatedBytes([1, 2, 3])).to.equal(8 + 24 + 3 * 8);
    expect(estimatedBytes(Buffer.alloc(100))).to.equal(8 + 24 + 100);
  });

  it('takes what it has not looked at for more of the same', () => {
    expect(estimatedBytes(new Array(1000).fill('four'))).to.equal(8 + 24 + 1000 * (8 + 24 + 4));
    expect(estimatedBytes(Object.fromEntries(new Array(1000).fill(1).map((_, index) => [`k${String(index)}`, index])))).to.equal(8 + 24 + 8000);
  });

  it('comes to an end with a circle, and with one that throws when it is looked at', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(estimatedBytes(circle)).to.be.greaterThan(0);
    expect(estimatedBytes(Object.defineProperty({}, 'bad', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    }))).to.equal(8);
  });
});
