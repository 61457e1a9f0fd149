import { expect } from 'chai';
import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import type { Problem } from '../../src/plan/Problem';
import { map, OPTIONS, planOf, receiver, sink } from '../engine/plans';
import { until } from '../support/until';
import { BEHAVIOURS } from './behaviours';

/** The same functions as in one thread: here their results and errors have to leave a thread or a process, too. */
describe('functions that misbehave, in a thread or process of their own', function () {
  this.timeout(60_000);

  for (const isolation of ['thread', 'process'] as const) {
    it(`${isolation}: harm no record beside them and end nothing`, async () => {
      const cases = BEHAVIOURS.map(({ source }, index) => `case '${String(index)}': { ${source} }`).join('\n');
      const query = new EmbeddedEngine({ isolation }).start(
        planOf([receiver(), map('m', 'in', `switch (msg.topic) {\n${cases}\n}\nreturn msg;`), sink('out', 'm')], 50), OPTIONS,
      );
      const results: unknown[] = [];
      const ends: Problem[] = [];
      query.on('output', ({ records }) => results.push(...records.filter(({ topic }) => topic === 'good').map(({ payload }) => payload)));
      query.on('failed', (problem) => ends.push(problem));
      query.on('interrupted', (problem) => ends.push(problem));
      await query.started;
      for (let index = 0; index < BEHAVIOURS.length; index++) {
        await query.offer('in', [
          { topic: String(index), payload: { value: { deep: 1 } } }, { topic: 'good', payload: index },
        ]);
        // Now and then a batch of its own, so that many kinds of batches are handed over.
        if (index % 5 === 0) await until('the record comes back', () => results.length > index || ends.length > 0);
      }
      await until('all records come back', () => results.length >= BEHAVIOURS.length || ends.length > 0);
      await query.stop();
      expect(ends).to.deep.equal([]);
      expect(results).to.deep.equal(BEHAVIOURS.map((_, index) => index));
    });
  }
});
