import { expect } from 'chai';
import { EmbeddedEngine, type EmbeddedEngineOptions } from '../../../src/engine/EmbeddedEngine';
import type { SampleEvent } from '../../../src/engine/Engine';
import { until } from '../../support/until';
import { map, OPTIONS, planOf, receiver, sink } from '../plans';

const PLACES: Readonly<Record<string, EmbeddedEngineOptions>> = {
  'a thread': { isolation: 'thread' },
  'a thread that several graphs share': { isolation: 'thread', shared: true },
  'threads that share the work': { isolation: 'thread', parallelism: 2 },
  'a process': { isolation: 'process' },
};

const SOURCE = 'if (msg.payload === "die") for (;;) { /* for ever */ } return { bytes: Buffer.from("hi"), f() {}, n: NaN };';

describe('samples of a graph that runs elsewhere', function () {
  this.timeout(30_000);

  for (const [name, options] of Object.entries(PLACES)) {
    it(`in ${name}: come as plain data, and go on after its death`, async () => {
      const engine = new EmbeddedEngine({ ...options, hangLimit: 500, restarts: { delays: [0, 0], forgiveness: 60_000 } });
      const query = engine.start(planOf([receiver(), map('m', 'in', SOURCE), sink('out', 'm', 'record')], 50), OPTIONS);
      const told: SampleEvent[] = [];
      let deaths = 0;
      query.on('samples', (event) => told.push(event));
      query.on('interrupted', () => deaths++);
      // Before it runs: nothing is lost of what was wished.
      query.sample({ operators: ['m', 'out'], records: 20, bytes: 1000 });
      await query.started;
      await query.offer('in', [{ topic: 'a', payload: Buffer.from('"1"') }]);
      await until('samples come', () => told.length === 2);
      expect(told.map(({ operator, batchRecords, records }) => [operator, batchRecords, records.map(({ payload }) => payload)])).to.deep.equal([
        ['m', 1, ['1']],
        ['out', 1, [{ bytes: { type: 'Buffer', data: [104, 105] }, f: '[function]', n: 'NaN' }]],
      ]);
      await query.offer('in', [{ topic: 'a', payload: 'die' }]);
      await until('it dies', () => deaths === 1);
      await query.offer('in', [{ topic: 'a', payload: 'lives' }]);
      await until('samples come again', () => told.length === 4);
      expect(told[2]?.records.map(({ payload }) => payload)).to.deep.equal(['lives']);
      await query.stop();
    });
  }
});
