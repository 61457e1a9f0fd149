import { expect } from 'chai';
import { EmbeddedEngine } from '../../../src/engine/EmbeddedEngine';
import type { OperatorProgress, Query } from '../../../src/engine/Engine';
import type { Plan, ReduceByKeyOperator } from '../../../src/plan/Plan';
import type { Problem } from '../../../src/plan/Problem';
import { ManualClock } from '../../../src/streaming';
import { aggregate, OPTIONS, planOf, receiver, reduceByKey, sink, window } from '../plans';

function plan(length: number, slide: number, change: Partial<ReduceByKeyOperator['parameters']>): Plan {
  return planOf([receiver(), window('w', 'in', length, slide), reduceByKey('r', 'w', [aggregate('count')], change), sink('out', 'r')]);
}

/** A query whose records are nothing but keys. */
class Keys {
  readonly clock = new ManualClock(0);
  /** For each batch time with results the keys and their counts. */
  readonly results: [number, string][] = [];
  readonly problems: Problem[] = [];
  readonly query: Query;
  figures: OperatorProgress | undefined;

  constructor(first: Plan) {
    this.query = new EmbeddedEngine({ isolation: 'inline', clock: this.clock }).start(first, OPTIONS);
    this.query.on('output', ({ batchTime, records }) => {
      const rows = records.map(({ payload }) => payload as { key: string; count: number });
      this.results.push([batchTime, rows.map(({ key, count }) => `${key}${String(count)}`).join(' ')]);
    });
    this.query.on('problem', (problem) => this.problems.push(problem));
    this.query.on('progress', ({ operators }) => (this.figures = operators['r']));
  }

  /** One batch with a record for each letter. */
  async batch(letters: string): Promise<void> {
    await this.query.started;
    await this.query.offer('in', [...letters].map((topic) => ({ topic, payload: 1 })));
    await this.clock.advance(1000);
  }
}

describe('the limit of keys of reduceByKey', () => {
  it('leaves out records of further keys, counts them as refused, and tells of them once a batch', async () => {
    const keys = new Keys(plan(2000, 1000, { keyLimit: 3 }));
    await keys.batch('abcadda');
    await keys.batch('ae');
    await keys.query.stop();
    expect(keys.results).to.deep.equal([[1000, 'a3 b1 c1'], [2000, 'a4 b1 c1']]);
    expect(keys.figures).to.include({ recordsIn: 9, refused: 3, failed: 0, skipped: 0, keys: 3 });
    expect(keys.problems.map(({ nodeId, code }) => [nodeId, code])).to.deep.equal([['r', 'too-many-keys'], ['r', 'too-many-keys']]);
    expect(keys.problems[0]?.what).to.equal('2 records of a batch were left out: the window has 3 keys already, and theirs are others.');
    expect(keys.problems[1]?.what).to.match(/^1 record /);
  });

  it('makes room when keys leave the window, at once: no key of the past counts', async () => {
    const keys = new Keys(plan(2000, 1000, { keyLimit: 2 }));
    await keys.batch('ab');
    await keys.batch('ac');
    await keys.batch('cd');
    await keys.batch('ab');
    await keys.query.stop();
    expect(keys.results).to.deep.equal([
      [1000, 'a1 b1'],
      [2000, 'a2 b1'],
      // b has left, a is in the batch before: room for c alone.
      [3000, 'a1 c1'],
      [4000, 'c1 a1'],
    ]);
  });

  it('counts only the window at hand where windows do not overlap, also for keys that leave', async () => {
    for (const emit of ['all', 'changed'] as const) {
      const keys = new Keys(plan(2000, 2000, { keyLimit: 2, emit, emitLeaving: true }));
      await keys.batch('ab');
      await keys.batch('c');
      await keys.batch('cd');
      await keys.batch('e');
      await keys.query.stop();
      expect(keys.results).to.deep.equal([[2000, 'a1 b1'], [4000, 'c1 d1 a0 b0']]);
      expect(keys.figures?.refused).to.equal(2);
    }
  });

  it('may be changed without restarting the window, and takes nothing away when it is lowered', async () => {
    const keys = new Keys(plan(4000, 1000, { keyLimit: 3 }));
    await keys.batch('abc');
    const lowered = await keys.query.update(plan(4000, 1000, { keyLimit: 1 }), OPTIONS);
    expect(lowered).to.deep.equal({ kept: ['in', 'w', 'r', 'out'], restarted: [], dropped: [] });
    await keys.batch('bd');
    await keys.query.update(plan(4000, 1000, { keyLimit: 4 }), OPTIONS);
    await keys.batch('d');
    await keys.query.stop();
    expect(keys.results).to.deep.equal([[1000, 'a1 b1 c1'], [2000, 'a1 b2 c1'], [3000, 'a1 b2 c1 d1']]);
  });
});
