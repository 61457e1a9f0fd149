import { expect } from 'chai';
import { EmbeddedEngine } from '../../../src/engine/EmbeddedEngine';
import type { OutputEvent, Query, SampleEvent } from '../../../src/engine/Engine';
import type { Operator, Plan } from '../../../src/plan/Plan';
import type { Problem } from '../../../src/plan/Problem';
import { ManualClock } from '../../../src/ports/ManualClock';
import { aggregate, from, map, OPTIONS, planOf, receiver, reduceByKey, sink, window } from '../plans';

/** A graph on a clock of its own, and what is told of it. */
class Trial {
  readonly clock = new ManualClock(0);
  readonly samples: SampleEvent[] = [];
  readonly outputs: OutputEvent[] = [];
  readonly failures: Problem[] = [];
  readonly query: Query;

  constructor(plan: Plan) {
    this.query = new EmbeddedEngine({ isolation: 'inline', clock: this.clock }).start(plan, OPTIONS);
    this.query.on('samples', (event) => this.samples.push(event));
    this.query.on('output', (event) => this.outputs.push(event));
    this.query.on('failed', (problem) => this.failures.push(problem));
  }

  look(...operators: string[]): void {
    this.query.sample({ operators, records: 3, bytes: 1000 });
  }

  /** Lets a batch run, with a record of each payload. */
  async batch(payloads: readonly unknown[], into = 'in', interval = 1000): Promise<void> {
    await this.query.offer(into, payloads.map((payload) => ({ topic: into, payload })));
    await this.clock.advance(interval);
  }

  /** What was told: operator, batch, how many, payloads. */
  get told(): unknown[] {
    return this.samples.map(({ operator, batchTime, batchRecords, records }) => [operator, batchTime, batchRecords, records.map(({ payload }) => payload)]);
  }

  results(operator = 'out'): [time: number, payloads: unknown[]][] {
    return this.outputs.filter((output) => output.operator === operator).map(({ batchTime, records }) => [batchTime, records.map(({ payload }) => payload)]);
  }
}

async function trialOf(operators: readonly Operator[], batchInterval = 1000): Promise<Trial> {
  const trial = new Trial(planOf(operators, batchInterval));
  await trial.query.started;
  return trial;
}

describe('samples of a running graph', () => {
  it('are the last records that flowed into an operator, from the batch on that begins after the question', async () => {
    const trial = await trialOf([receiver(), map('m', 'in', 'return msg.payload * 10;'), sink('out', 'm')]);
    await trial.batch([1, 2]);
    trial.look('m', 'out');
    await trial.batch([3, 4, 5, 6, 7]);
    await trial.batch([]);
    await trial.batch([8]);
    trial.look();
    await trial.batch([9]);
    await trial.query.stop();
    expect(trial.told).to.deep.equal([
      ['m', 2000, 5, [5, 6, 7]],
      ['out', 2000, 5, [50, 60, 70]],
      // Earlier ones stay until as many new ones came.
      ['m', 4000, 1, [6, 7, 8]],
      ['out', 4000, 1, [60, 70, 80]],
    ]);
    expect(trial.samples[0]?.records[0]).to.deep.equal({ payload: 5, topic: 'in', key: 'in', time: 1000 });
    expect(trial.results()).to.deep.equal([[1000, [10, 20]], [2000, [30, 40, 50, 60, 70]], [4000, [80]], [5000, [90]]]);
  });

  it('forget what they had when somebody looks again later', async () => {
    const trial = await trialOf([receiver(), sink('out', 'in')]);
    trial.look('out');
    await trial.batch([1]);
    trial.look();
    trial.look('out');
    await trial.batch([2]);
    await trial.query.stop();
    expect(trial.told).to.deep.equal([['out', 1000, 1, [1]], ['out', 2000, 1, [2]]]);
  });

  it('stay with a plan that follows, and no state begins again when somebody looks', async () => {
    const operators = (factor: string): Operator[] => [
      receiver({ key: { from: 'property', property: 'payload.k' } }),
      map('m', 'in', `return { ...msg, payload: { value: msg.payload.value * ${factor} } };`),
      window('w', 'm', 3000, 1000),
      reduceByKey('r', 'w', [aggregate('sum')]),
      sink('out', 'r'),
    ];
    const trial = await trialOf(operators('1'));
    const record = (value: number): object => ({ k: 'a', value });
    await trial.batch([record(1)]);
    trial.look('m', 'w', 'r');
    await trial.batch([record(2)]);
    expect(await trial.query.update(planOf(operators('10')), OPTIONS)).to.have.property('dropped').that.is.empty;
    await trial.batch([record(3)]);
    trial.look('m');
    await trial.batch([record(4)]);
    await trial.query.stop();
    expect(trial.results().map(([time, [row]]) => [time, (row as { sum: number }).sum])).to.deep.equal(
      [[1000, 1], [2000, 1 + 2], [3000, 1 + 2 + 30], [4000, 2 + 30 + 40]],
    );
    expect(trial.told).to.deep.equal([
      ['m', 2000, 1, [record(2)]], ['w', 2000, 1, [{ value: 2 }]], ['r', 2000, 1, [{ value: 2 }]],
      ['m', 3000, 1, [record(2), record(3)]], ['w', 3000, 1, [{ value: 2 }, { value: 30 }]], ['r', 3000, 1, [{ value: 2 }, { value: 30 }]],
      ['m', 4000, 1, [record(2), record(3), record(4)]],
    ]);
  });

  it('of a window are the records that come, and behind it those that it gives', async () => {
    const trial = await trialOf([receiver(), window('w', 'in', 2000, 1000), map('m', 'w', 'return msg;'), reduceByKey('r', 'w', [aggregate('count')]), sink('out', 'm'), sink('rows', 'r')]);
    trial.look('w', 'm', 'r');
    await trial.batch([1]);
    await trial.batch([2]);
    await trial.query.stop();
    expect(trial.told).to.deep.equal([
      ['w', 1000, 1, [1]], ['m', 1000, 1, [1]], ['r', 1000, 1, [1]],
      ['w', 2000, 1, [1, 2]], ['m', 2000, 2, [1, 1, 2]], ['r', 2000, 1, [1, 2]],
    ]);
  });

  it('of several inputs come from all of them, and those of a join from both sides', async () => {
    const trial = await trialOf([
      receiver(), receiver({}, 'other'),
      { ...map('m', 'in', 'return msg;'), inputs: from('in', 'other') },
      { id: 'j', type: 'join', inputs: from('in', 'other'), parameters: { mode: 'inner', left: 'in' } },
      sink('out', 'm'), sink('joined', 'j'),
    ]);
    trial.look('m', 'j');
    await trial.query.offer('other', [{ topic: 'other', payload: 'rare' }]);
    await trial.batch([1, 2, 3, 4]);
    await trial.query.stop();
    expect(trial.told).to.deep.equal([['m', 1000, 5, ['rare', 3, 4]], ['j', 1000, 5, ['rare', 3, 4]]]);
  });

  it('are told at most twice a second, however short batches are, and none is counted twice', async () => {
    const trial = await trialOf([receiver(), sink('out', 'in')], 100);
    trial.look('out');
    for (let n = 0; n < 10; n++) await trial.batch([n], 'in', 100);
    await trial.query.stop();
    expect(trial.told).to.deep.equal([['out', 100, 1, [0]], ['out', 600, 1, [3, 4, 5]]]);
  });

  it('show each record once where a batch is tried again', async () => {
    const trial = await trialOf([receiver(), map('m', 'in', 'return msg;'), sink('out', 'm')]);
    let refusals = 0;
    trial.query.on('output', () => (refusals++ === 0 ? Promise.reject(new Error('not now')) : undefined));
    trial.look('m', 'out');
    await trial.batch([1, 2]);
    await trial.query.stop();
    expect(refusals).to.equal(2);
    expect(trial.told).to.deep.equal([['m', 1000, 2, [1, 2]], ['out', 1000, 2, [1, 2]]]);
  });

  it('do not break anything whatever payloads are', async () => {
    const source = 'const p = { f() {}, n: NaN, big: 1n, at: new Date(0), get g() { throw new Error("g"); } }; p.self = p; return p;';
    const trial = await trialOf([receiver(), map('m', 'in', source), sink('out', 'm', 'record')]);
    trial.look('out');
    await trial.batch([1]);
    await trial.query.stop();
    expect(trial.failures).to.deep.equal([]);
    expect(trial.samples[0]?.records[0]?.payload).to.deep.equal(
      { f: '[function]', n: 'NaN', big: '1', at: '1970-01-01T00:00:00.000Z', g: '[getter]', self: '[circular]' },
    );
  });

  it('of operators that are not there are none', async () => {
    const trial = await trialOf([receiver(), sink('out', 'in')]);
    trial.look('gone', '__proto__', 'in');
    await trial.batch([1]);
    await trial.query.stop();
    expect([trial.told, trial.results()]).to.deep.equal([[], [[1000, [1]]]]);
  });
});
