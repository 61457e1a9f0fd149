import { expect } from 'chai';
import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import type { OperatorProgress } from '../../src/engine/Engine';
import type { MapOperator } from '../../src/plan/Plan';
import type { Problem } from '../../src/plan/Problem';
import { ManualClock } from '../../src/streaming';
import { map, OPTIONS, planOf, receiver, sink } from '../engine/plans';
import { BEHAVIOURS, FLAT_BEHAVIOURS } from './behaviours';

/** Runs a function on one record between two well-behaved ones, twice, in a batch each. */
async function trial(mode: MapOperator['parameters']['mode'], source: string): Promise<{ figures: OperatorProgress; good: unknown[]; problems: Problem[] }> {
  const clock = new ManualClock(0);
  const sound = mode === 'flatMap' ? '[msg]' : 'msg';
  const plan = planOf([receiver(), map('m', 'in', `if (msg.topic === 'good') return ${sound};\n${source}`, mode), sink('out', 'm')]);
  const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(plan, OPTIONS);
  const good: unknown[] = [];
  const problems: Problem[] = [];
  let figures: OperatorProgress | undefined;
  query.on('output', ({ records }) => good.push(...records.filter(({ key, payload }) => key === 'good' && payload !== null).map(({ payload }) => payload)));
  query.on('problem', (problem) => problems.push(problem));
  query.on('failed', (problem) => problems.push({ ...problem, code: 'ended' }));
  query.on('progress', ({ operators }) => (figures = operators['m']));
  await query.started;
  for (let batch = 0; batch < 2; batch++) {
    await query.offer('in', [
      { topic: 'good', payload: { value: 1 } }, { topic: 'bad', payload: { value: { deep: 1 } } }, { topic: 'good', payload: { value: 2 } },
    ]);
    await clock.advance(1000);
  }
  await query.stop();
  if (figures === undefined) throw new Error('No figures came.');
  return { figures, good, problems };
}

const SOUND = [{ value: 1 }, { value: 2 }, { value: 1 }, { value: 2 }];

describe('a function of a map that misbehaves on one record', () => {
  for (const { source, effect } of BEHAVIOURS) {
    it(`${effect === 'any' ? 'survives' : effect}: ${source.slice(0, 100)}`, async () => {
      const { figures, good, problems } = await trial('map', source);
      expect(problems.map(({ code }) => code)).not.to.include('ended');
      expect(good).to.deep.equal(SOUND);
      expect(figures.recordsIn).to.equal(6);
      if (effect === 'any') return;
      expect(figures).to.include({ recordsOut: effect === 'out' ? 6 : 4, failed: effect === 'failed' ? 2 : 0 });
      const failures = problems.filter(({ code }) => code === 'function-failed');
      expect(failures.map(({ nodeId }) => nodeId)).to.deep.equal(effect === 'failed' ? ['m', 'm'] : []);
    });
  }

  for (const source of FLAT_BEHAVIOURS) {
    it(`survives in a flatMap: ${source.slice(0, 100)}`, async () => {
      const { good, problems } = await trial('flatMap', source);
      expect(problems.map(({ code }) => code)).not.to.include('ended');
      expect(good.filter((payload) => typeof payload === 'object' && payload !== null && [1, 2].includes((payload as { value: number }).value))).to.deep.equal(SOUND);
    });
  }
});
