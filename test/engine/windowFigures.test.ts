import { expect } from 'chai';
import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import type { OperatorProgress } from '../../src/engine/Engine';
import type { Operator } from '../../src/plan/Plan';
import { ManualClock } from '../../src/streaming';
import { aggregate, OPTIONS, planOf, receiver, reduceByKey, sink, window } from './plans';

/** What the window tells after three batches of 2, 0 and 3 records. */
async function windowFigures(operators: readonly Operator[], taps: readonly string[] = []): Promise<OperatorProgress | undefined> {
  const clock = new ManualClock(0);
  const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(planOf(operators), { ...OPTIONS, taps });
  let figures: OperatorProgress | undefined;
  query.on('progress', ({ operators: all }) => (figures = all['w']));
  await query.started;
  for (const count of [2, 0, 3]) {
    await query.offer('in', Array.from({ length: count }, () => ({ topic: 'a', payload: { value: 1 } })));
    await clock.advance(1000);
  }
  await query.stop();
  return figures;
}

describe('a window', () => {
  const drawn = [receiver(), window('w', 'in', 3000, 1000)];
  const counting = (id: string): Operator[] => [reduceByKey(id, 'w', [aggregate('count')]), sink(`${id}-out`, id)];

  it('that its reader computes tells how many records came into it, once, however many readers there are', async () => {
    expect(await windowFigures([...drawn, ...counting('r')])).to.include({ recordsIn: 5 });
    expect(await windowFigures([...drawn, ...counting('r'), ...counting('s')])).to.include({ recordsIn: 5 });
  });

  it('that is read as records too counts them itself, once', async () => {
    // The windows: 2, 2 and 5 records.
    expect(await windowFigures([...drawn, ...counting('r'), sink('all', 'w')])).to.include({ recordsIn: 5, recordsOut: 9 });
    expect(await windowFigures([...drawn, ...counting('r')], ['w'])).to.include({ recordsIn: 5, recordsOut: 9 });
  });
});
