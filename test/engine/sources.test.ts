import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import type { OutputEvent } from '../../src/engine/Engine';
import { simulatedValue } from '../../src/sources/simulated/SimulatedSource';
import { ManualClock } from '../../src/streaming';
import { aggregate, map, OPTIONS, planOf, receiver, reduceByKey, sink, window } from './plans';

const utilPath = join(dirname(require.resolve('@node-red/util/package.json')));

describe('sources and expressions in a running plan', () => {
  it('averages simulated sensors to the very values that their formula gives', async () => {
    const clock = new ManualClock(0);
    const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(
      planOf([
        receiver({ source: { kind: 'simulated', sensors: 3, rate: 4, seed: 7 } }),
        window('w', 'in', 2000, 2000),
        reduceByKey('r', 'w', [aggregate('count'), aggregate('sum')], { key: { from: 'property', property: 'payload.sensor' } }),
        sink('out', 'r'),
      ]),
      OPTIONS,
    );
    const outputs: OutputEvent[] = [];
    query.on('output', (event) => outputs.push(event));
    await query.started;
    await clock.advance(10_000);
    await query.stop();
    const taken = new Map<string, number>();
    for (const { records } of outputs) {
      for (const { payload } of records) {
        const { key, count, sum } = payload as { key: string; count: number; sum: number };
        const first = taken.get(key) ?? 0;
        const sensor = Number(key.slice('sensor-'.length));
        // In hundredths the values are whole numbers, so that plain arithmetic is exact.
        let hundredths = 0;
        for (let n = first + 1; n <= first + count; n++) hundredths += Math.round(simulatedValue(7, sensor, n) * 100);
        expect(Math.round(sum * 100)).to.equal(hundredths);
        taken.set(key, first + count);
      }
    }
    expect([...taken.keys()].sort()).to.deep.equal(['sensor-01', 'sensor-02', 'sensor-03']);
    for (const count of taken.values()) expect(count).to.be.within(38, 41);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('runs JSONata in map, in filter, and as key and value of reduceByKey', async () => {
    const query = new EmbeddedEngine({ isolation: 'thread' }).start(
      planOf([
        receiver(),
        { id: 'm', type: 'map', inputs: [{ id: 'in', port: 0 }], parameters: { mode: 'map', code: { lang: 'jsonata', source: '{"c": (payload.f - 32) * 5 / 9, "room": topic}' } } },
        { id: 'warm', type: 'map', inputs: [{ id: 'm', port: 0 }], parameters: { mode: 'filter', code: { lang: 'jsonata', source: 'payload.c > 0' } } },
        {
          id: 'r', type: 'reduceByKey', inputs: [{ id: 'warm', port: 0 }],
          parameters: {
            key: { from: 'code', code: { lang: 'jsonata', source: '$uppercase(payload.room)' } },
            aggregates: [{ aggregate: 'mean', of: { from: 'code', code: { lang: 'jsonata', source: 'payload.c' } }, as: 'celsius' }],
            emit: 'all', emitLeaving: false, keyLimit: 1_000_000,
          },
        },
        sink('out', 'r'),
      ], 100),
      { ...OPTIONS, utilPath },
    );
    const events = new EventTarget();
    let output: OutputEvent | undefined;
    query.on('output', (event) => {
      output = event;
      events.dispatchEvent(new Event('output'));
    });
    await query.started;
    await query.offer('in', [
      { topic: 'hall', payload: { f: 50 } }, { topic: 'hall', payload: { f: 68 } }, { topic: 'yard', payload: { f: 14 } }, { topic: 'loft', payload: { f: 212 } },
    ]);
    await once(events, 'output');
    await query.stop();
    expect(output?.records.map(({ payload }) => payload)).to.have.length(2);
    expect(output?.records.map(({ payload }) => [(payload as { key: string }).key, (payload as { celsius: number }).celsius])).to.deep.equal([['HALL', 15], ['LOFT', 100]]);
  });

  it('ends loudly when a batch fails three times, and leaves nothing behind', async () => {
    const clock = new ManualClock(0);
    const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(planOf([receiver(), sink('out', 'in')]), OPTIONS);
    let tries = 0;
    query.on('output', () => {
      tries++;
      throw new Error('the taker broke');
    });
    const failures: string[] = [];
    query.on('failed', (problem) => failures.push(`${problem.nodeId} ${problem.code} ${problem.what}`));
    await query.started;
    await query.offer('in', [{ topic: 'a', payload: 1 }]);
    await clock.advance(1000);
    expect(tries).to.equal(3);
    expect(failures).to.deep.equal(['graph batch-failed The batch of 1970-01-01T00:00:01.000Z failed 3 times: the taker broke']);
    await query.stop();
    expect(clock.pendingTimers).to.equal(0);
  });

  it('replaces a payload that cannot be copied, tells, and goes on', async () => {
    const clock = new ManualClock(0);
    const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(
      planOf([receiver(), map('m', 'in', 'let p = {}; for (let i = 0; i < msg.payload; i++) p = { p }; return { payload: p };'), sink('out', 'm')]),
      OPTIONS,
    );
    const outputs: OutputEvent[] = [];
    const problems: string[] = [];
    query.on('output', (event) => outputs.push(event));
    query.on('problem', (problem) => problems.push(`${problem.nodeId} ${problem.code}`));
    await query.started;
    await query.offer('in', [{ topic: 'a', payload: 600 }, { topic: 'a', payload: 1 }]);
    await clock.advance(1000);
    await query.stop();
    expect(outputs[0]?.records.map(({ payload }) => payload)).to.deep.equal([null, { p: {} }]);
    expect(problems).to.deep.equal(['out payload-not-portable']);
  });
});
