import { expect } from 'chai';
import type { OfferedMessage, SampleEvent } from '../../../src/engine/Engine';
import type { Operator } from '../../../src/plan/Plan';
import { aggregate, from, map, receiver, reduceByKey, sink } from '../plans';
import { type Fate, LocalHelpers } from './LocalHelpers';
import { ParallelGraph, seenOf } from './ParallelGraph';

const json = (payload: unknown): OfferedMessage => ({ topic: 'a', payload: Buffer.from(JSON.stringify(payload)) });

/** 200 readings of the sensors 0 to 9, with the values 0 to 199. */
const READINGS = Array.from({ length: 200 }, (_, n) => json({ sensor: n % 10, value: n }));

const PASS = map('m', 'in', 'return msg;');

const bySensor = { key: { from: 'property', property: 'payload.sensor' } } as const;

const SUMS: readonly Operator[] = [
  receiver({ format: 'json' }), PASS, reduceByKey('r', 'm', [aggregate('sum'), aggregate('count')], bySensor), sink('out', 'r'),
];

describe('combining by key where records are computed', () => {
  it('sends back one record a piece, and gives the sums of all', async () => {
    const helpers = new LocalHelpers(2);
    const { outputs, figures } = await seenOf(SUMS, [READINGS], helpers);
    expect(helpers.combined).to.be.above(2).and.to.equal(helpers.done);
    const results = outputs.flatMap(({ records }) => records.map(({ payload }) => payload as Record<string, unknown>));
    // Sensor s has the 20 values s, s + 10, ..., s + 190.
    expect(results.map(({ key, sum, count }) => [key, sum, count]))
      .to.deep.equal(Array.from({ length: 10 }, (_, sensor) => [sensor, 20 * sensor + 1900, 20]));
    expect(figures['r']).to.include({ recordsIn: 200, recordsOut: 10, keys: 10 });
    expect(figures['m']).to.include({ recordsIn: 200, recordsOut: 200 });
  });

  it('is the same when helpers are lost, or where a partial cannot travel', async () => {
    const alone = await seenOf(SUMS, [READINGS]);
    let pieces = 0;
    const losing = await seenOf(SUMS, [READINGS], new LocalHelpers(2, (): Fate => (++pieces % 2 === 0 ? 'lost' : 'done')));
    expect(losing.outputs).to.deep.equal(alone.outputs);
    const source = 'class Point { constructor(n) { this.n = n; } } return { payload: { sensor: 1, value: new Point(msg.payload.value) } };';
    const points = [receiver({ format: 'json' }), map('m', 'in', source), reduceByKey('r', 'm', [aggregate('last')], bySensor), sink('out', 'r')];
    const helpers = new LocalHelpers(2);
    const together = await seenOf(points, [READINGS], helpers);
    expect(helpers.unportable).to.be.above(0);
    expect(together).to.deep.equal(await seenOf(points, [READINGS]));
  });

  it('leaves out records whose key cannot be used, and values that are no numbers, and counts both', async () => {
    const source = 'const { sensor, value } = msg.payload; return { payload: { sensor: value === 7 ? () => 1 : sensor, value: value === 8 ? "?" : value } };';
    const operators = [receiver({ format: 'json' }), map('m', 'in', source), reduceByKey('r', 'm', [aggregate('sum')], bySensor), sink('out', 'r')];
    const helpers = new LocalHelpers(3);
    const { problems, figures } = await seenOf(operators, [READINGS], helpers);
    expect(helpers.combined).to.be.above(0);
    expect(figures['r']).to.include({ recordsIn: 200, failed: 1, skipped: 1 });
    expect(problems.map(({ nodeId, code }) => [nodeId, code])).to.deep.equal([['r', 'key-unusable']]);
  });

  it('refuses the keys that one thread refuses, and counts all their records', async () => {
    const limited = [
      receiver({ format: 'json' }), PASS, reduceByKey('r', 'm', [aggregate('count')], { ...bySensor, keyLimit: 4 }), sink('out', 'r'),
    ];
    const helpers = new LocalHelpers(2);
    const together = await seenOf(limited, [READINGS, READINGS.slice(5)], helpers);
    expect(helpers.combined).to.be.above(0);
    expect(together).to.deep.equal(await seenOf(limited, [READINGS, READINGS.slice(5)]));
    // Six sensors of the first batch; the second one begins with sensor 5, so that those from 9 to 4 are left out.
    expect(together.figures['r']).to.include({ refused: 6 * 20 + 5 * 20 + 15 });
  });

  it('takes combined and other records together, in the order of the inputs', async () => {
    const operators = [
      receiver({ format: 'json' }), PASS, receiver({ format: 'json' }, 'plain'),
      { ...reduceByKey('r', 'm', [aggregate('list')], { key: { from: 'property', property: 'payload.kind' } }), inputs: from('m', 'plain') },
      sink('out', 'r'),
    ];
    const run = async (helpers?: LocalHelpers): Promise<unknown[]> => {
      const graph = new ParallelGraph(helpers);
      await graph.start(operators);
      await graph.offer(Array.from({ length: 50 }, (_, n) => json({ kind: 'k', value: n })), 'plain');
      await graph.offer(Array.from({ length: 50 }, (_, n) => json({ kind: 'k', value: 50 + n })), 'in');
      await graph.pass();
      await graph.stop();
      return graph.results();
    };
    const helpers = new LocalHelpers(2);
    const [result] = await run(helpers) as { list: unknown[] }[];
    expect(helpers.combined).to.be.above(0);
    expect(result?.list).to.deep.equal(Array.from({ length: 100 }, (_, n) => n));
  });

  const apart: Readonly<Record<string, readonly Operator[]>> = {
    'a function of the user combines values': [reduceByKey('r', 'm', [aggregate('sum'), aggregate('reduce')], bySensor)],
    'a function of the user gives the key': [
      reduceByKey('r', 'm', [aggregate('sum')], { key: { from: 'code', code: { lang: 'javascript', source: 'return msg.payload.sensor;' } } }),
    ],
    'somebody else reads the records too': [reduceByKey('r', 'm', [aggregate('sum')], bySensor), sink('also', 'm')],
  };
  for (const [what, operators] of Object.entries(apart)) {
    it(`gets the records themselves where ${what}`, async () => {
      const drawing = [receiver({ format: 'json' }), PASS, ...operators, sink('out', 'r')];
      const helpers = new LocalHelpers(2);
      const together = await seenOf(drawing, [READINGS], helpers);
      expect(helpers.done).to.be.above(0);
      expect(helpers.combined).to.equal(0);
      expect(together.outputs).to.deep.equal((await seenOf(drawing, [READINGS])).outputs);
    });
  }

  it('stops while somebody looks at the records on their way, and changes nothing', async () => {
    const helpers = new LocalHelpers(2);
    const graph = new ParallelGraph(helpers);
    await graph.start(SUMS);
    const seen: SampleEvent[] = [];
    graph.look({ operators: ['r'], records: 3, bytes: 1000 }, (event) => seen.push(event));
    await graph.batch(READINGS);
    expect(helpers.combined).to.equal(0);
    expect(seen.map(({ batchRecords }) => batchRecords)).to.deep.equal([200]);
    graph.look({ operators: [], records: 0, bytes: 0 }, () => undefined);
    await graph.batch(READINGS);
    expect(helpers.combined).to.be.above(0);
    const [first, second] = [graph.results().slice(0, 10), graph.results().slice(10)] as Record<string, unknown>[][];
    expect(second?.map(({ key, sum }) => [key, sum])).to.deep.equal(first?.map(({ key, sum }) => [key, sum]));
    await graph.stop();
  });
});
