import { expect } from 'chai';
import { EmbeddedEngine } from '../../../src/engine/EmbeddedEngine';
import type { OperatorProgress, Query } from '../../../src/engine/Engine';
import { PAIR_LIMIT } from '../../../src/engine/prepare/join';
import type { JoinOperator, Operator } from '../../../src/plan/Plan';
import type { Problem } from '../../../src/plan/Problem';
import { ManualClock } from '../../../src/streaming';
import { aggregate, from, map, OPTIONS, planOf, receiver, reduceByKey, sink, window } from '../plans';

function join(mode: JoinOperator['parameters']['mode'], left: string, ...inputs: string[]): JoinOperator {
  return { id: 'j', type: 'join', inputs: from(...inputs), parameters: { mode, left } };
}

type Messages = readonly (readonly [topic: string, payload: unknown])[];

/** A query with the receivers `l` and `r` on a clock of its own. */
class Trial {
  readonly clock = new ManualClock(0);
  readonly results: [number, unknown[]][] = [];
  readonly problems: Problem[] = [];
  readonly query: Query;
  count = 0;
  figures: OperatorProgress | undefined;

  constructor(operators: readonly Operator[], keep = true) {
    this.query = new EmbeddedEngine({ isolation: 'inline', clock: this.clock }).start(planOf(operators), OPTIONS);
    this.query.on('output', ({ batchTime, records }) => {
      this.count += records.length;
      if (keep) this.results.push([batchTime, records.map(({ payload }) => payload)]);
    });
    this.query.on('problem', (problem) => this.problems.push(problem));
    this.query.on('progress', ({ operators: all }) => (this.figures = all['j']));
  }

  async batch(left: Messages, right: Messages): Promise<void> {
    await this.query.started;
    for (const [id, messages] of [['l', left], ['r', right]] as const) {
      await this.query.offer(id, messages.map(([topic, payload]) => ({ topic, payload })));
    }
    await this.clock.advance(1000);
  }
}

const row = (key: unknown, left: unknown, right: unknown): unknown => ({ key, left, right });
const sides = [receiver({}, 'l'), receiver({}, 'r')];

describe('join', () => {
  it('brings together what comes in the same batch, and only that', async () => {
    const trial = new Trial([...sides, join('inner', 'l', 'l', 'r'), sink('out', 'j')]);
    await trial.batch([['a', 1], ['b', 2]], [['a', 10]]);
    await trial.batch([['a', 3]], []);
    await trial.batch([], [['a', 30]]);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([[1000, [row('a', 1, 10)]]]);
    expect(trial.figures).to.include({ recordsIn: 5, recordsOut: 1, refused: 0 });
  });

  it('takes the stream that was chosen as the left one, and the union of all others as the right one', async () => {
    const three = [...sides, receiver({}, 's'), map('m', 's', 'return "s" + msg.payload;')];
    const trial = new Trial([...three, join('left', 'r', 'l', 'm', 'r'), sink('out', 'j')]);
    await trial.query.started;
    await trial.query.offer('s', [{ topic: 'a', payload: 5 }]);
    await trial.batch([['a', 1], ['b', 2]], [['a', 10], ['c', 20]]);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([[1000, [row('a', 10, 's5'), row('a', 10, 1), row('c', 20, null)]]]);
  });

  it('makes records meet over time behind a window', async () => {
    const trial = new Trial([
      ...sides, window('w', 'l', 3000, 1000), join('inner', 'r', 'r', 'w'), sink('out', 'j'),
    ]);
    await trial.batch([['a', 1]], []);
    await trial.batch([['a', 2]], []);
    await trial.batch([], [['a', 10]]);
    await trial.batch([], [['a', 20]]);
    await trial.batch([], [['a', 30]]);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([[3000, [row('a', 10, 1), row('a', 10, 2)]], [4000, [row('a', 20, 2)]]]);
  });

  it('joins results of reduceByKey, whose window it passes on', async () => {
    const trial = new Trial([
      ...sides,
      window('wl', 'l', 2000, 2000), reduceByKey('kl', 'wl', [aggregate('sum', 'payload', 'sum')]),
      window('wr', 'r', 4000, 2000), reduceByKey('kr', 'wr', [aggregate('count', 'payload', 'count')]),
      join('full', 'kl', 'kl', 'kr'),
      map('m', 'j', 'return [msg.key, msg.time, msg.payload.left && msg.payload.left.sum, msg.payload.right && msg.payload.right.count];'),
      reduceByKey('k', 'j', [aggregate('count', 'payload', 'n')]),
      sink('out', 'm'), sink('windows', 'k'),
    ]);
    await trial.batch([['a', 1]], [['a', 0], ['b', 0]]);
    await trial.batch([['a', 2]], [['a', 0]]);
    await trial.batch([['c', 5]], []);
    await trial.batch([], []);
    await trial.query.stop();
    const rows = trial.results.filter(([, payloads]) => Array.isArray(payloads[0]));
    expect(rows).to.deep.equal([
      [2000, [['a', 2000, 3, 2], ['b', 2000, null, 1]]],
      [4000, [['c', 4000, 5, null], ['a', 4000, null, 2], ['b', 4000, null, 1]]],
    ]);
    const [, windows] = trial.results.find(([time, payloads]) => time === 4000 && !Array.isArray(payloads[0])) ?? [];
    expect(windows?.[0]).to.deep.equal({ key: 'c', n: 1, windowStart: 0, windowEnd: 4000, complete: true });
  });

  it('union gives the records as they are, those of the left stream first', async () => {
    const trial = new Trial([...sides, join('union', 'r', 'l', 'r'), sink('out', 'j')]);
    await trial.batch([['a', 1], ['b', 2]], [['a', 10]]);
    await trial.batch([], []);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([[1000, [10, 1, 2]]]);
    expect(trial.figures).to.include({ recordsIn: 3, recordsOut: 3 });
  });

  it('does not change the records of its sides, which others read too', async () => {
    const trial = new Trial([
      ...sides, join('cogroup', 'l', 'l', 'r'),
      map('m', 'j', 'msg.payload.left[0].list.push(9); return msg.payload.left;'),
      sink('out', 'm'), sink('raw', 'l'),
    ]);
    await trial.batch([['a', { list: [1] }]], [['a', 0]]);
    await trial.query.stop();
    expect(trial.results).to.deep.equal([[1000, [[{ list: [1, 9] }]]], [1000, [{ list: [1] }]]]);
  });

  it('survives 2,000 records of one key on either side: a million pairs, and a problem that says what was left out', async () => {
    const trial = new Trial([
      ...sides, join('inner', 'l', 'l', 'r'), reduceByKey('k', 'j', [aggregate('count', 'payload', 'n')]), sink('out', 'k'),
    ]);
    const many = Array.from({ length: 2000 }, (_, index): [string, number] => ['a', index]);
    await trial.batch(many, many);
    await trial.batch([['a', 1]], [['a', 2]]);
    await trial.query.stop();
    expect(trial.results.map(([time, [result]]) => [time, (result as { n: number }).n])).to.deep.equal([[1000, PAIR_LIMIT], [2000, 1]]);
    expect(trial.figures).to.include({ recordsIn: 4002, recordsOut: PAIR_LIMIT + 1, refused: 4_000_000 - PAIR_LIMIT });
    expect(trial.problems.map(({ nodeId, code }) => [nodeId, code])).to.deep.equal([['j', 'join-too-many-pairs']]);
    expect(trial.problems[0]?.what).to.equal(
      '3000000 pairs of a batch were left out: its records make 4000000, and the first 1000000 were given.',
    );
  });
});
