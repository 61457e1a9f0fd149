import { expect } from 'chai';
import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import { ManualClock } from '../../src/streaming';
import { aggregate, map, OPTIONS, planOf, receiver, reduceByKey, sink, window } from '../engine/plans';

/** Keeps every message it was ever given, and spoils them all, all the way down, each time it is called. */
const SPOILER = `
  const kept = (Array.spoilt ??= []);
  const spoil = (value) => {
    if (typeof value !== 'object' || value === null) return;
    for (const name of Object.keys(value)) { spoil(value[name]); value[name] = 'spoilt'; }
  };
  const { payload } = msg;
  kept.push(msg, payload, payload.inner, payload.list);
  kept.forEach(spoil);
  return 1;`;

describe('a function that keeps what it was given and changes it later', () => {
  afterEach(() => {
    delete (Array as { spoilt?: unknown }).spoilt;
  });

  it('changes nothing for its neighbours, for windows, or for the flow that handed the records in', async () => {
    const run = async (source: string): Promise<unknown> => {
      const clock = new ManualClock(0);
      const results: unknown[] = [];
      const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(planOf([
        receiver(),
        // Provably writes nothing, so it is given the records themselves.
        map('same', 'in', 'return msg;'),
        map('spoiler', 'same', source),
        window('w', 'same', 3000, 1000),
        map('spoilerOfWindow', 'w', source),
        reduceByKey('r', 'w', [aggregate('sum', 'payload.inner.value'), aggregate('last', 'payload.inner', 'inner'), aggregate('first', 'payload.list', 'list')]),
        map('spoilerOfResults', 'r', source),
        sink('out', 'r'),
        sink('records', 'w'),
        sink('nothing', 'spoiler'),
        sink('nothing2', 'spoilerOfWindow'),
        sink('nothing3', 'spoilerOfResults'),
      ]), OPTIONS);
      query.on('output', ({ operator, batchTime, records }) => {
        if (operator === 'out' || operator === 'records') results.push([operator, batchTime, structuredClone(records)]);
        // Whoever takes the results may do with them as they like.
        for (const { payload } of records) if (typeof payload === 'object' && payload !== null) for (const name of Object.keys(payload)) Reflect.deleteProperty(payload, name);
      });
      await query.started;
      const handedIn: unknown[] = [];
      for (let batch = 0; batch < 4; batch++) {
        const messages = ['a', 'b', 'a'].map((topic, index) => ({ topic, payload: { inner: { value: batch * 10 + index, list: [index] }, list: [{ batch }] } }));
        handedIn.push(...messages);
        await query.offer('in', messages);
        await clock.advance(1000);
      }
      await query.stop();
      return [results, handedIn];
    };
    expect(await run(SPOILER)).to.deep.equal(await run('return 1;'));
  });
});
