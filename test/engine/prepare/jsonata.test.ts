import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { EmbeddedEngine } from '../../../src/engine/EmbeddedEngine';
import type { LogEvent, OutputRecord } from '../../../src/engine/Engine';
import type { Code, MapOperator, Operator } from '../../../src/plan/Plan';
import type { Problem } from '../../../src/plan/Problem';
import { ManualClock } from '../../../src/streaming';
import { from, OPTIONS, planOf, receiver, reduceByKey, sink } from '../plans';

const utilPath = join(dirname(require.resolve('@node-red/util/package.json')));

interface Ran {
  readonly records: readonly OutputRecord[];
  readonly problems: readonly Problem[];
  readonly log: readonly LogEvent[];
}

/** One batch. */
async function run(operators: readonly Operator[], payloads: readonly unknown[]): Promise<Ran> {
  const clock = new ManualClock(0);
  const last = operators.at(-1);
  const plan = planOf([receiver(), ...operators, ...(last?.type === 'sink' ? [] : [sink('out', last?.id ?? 'in')])]);
  const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(plan, { ...OPTIONS, utilPath });
  const records: OutputRecord[] = [];
  const problems: Problem[] = [];
  const log: LogEvent[] = [];
  query.on('output', ({ records: some }) => records.push(...some));
  query.on('problem', (problem) => problems.push(problem));
  query.on('log', (event) => log.push(event));
  await query.started;
  await query.offer('in', payloads.map((payload) => ({ payload, topic: 'a/b' })));
  await clock.advance(1000);
  await query.stop();
  return { records, problems, log };
}

const code = (source: string): Code => ({ lang: 'jsonata', source });

/** The same, but for the interpreter: functions of one's own are not compiled. */
const interpreted = (source: string): string => `(function() { ${source} })()`;

function map(source: string, mode: MapOperator['parameters']['mode'] = 'map'): MapOperator {
  return { id: 'm', type: 'map', inputs: from('in'), parameters: { mode, code: code(source) } };
}

const PAYLOADS = [{ n: 1, list: [1, 2] }, { n: 'x', list: [] }, { n: 3, list: 7, payload: 1 }, null, { list: [[4]] }, 'text'];

describe('JSONata in a graph', () => {
  const cases: readonly (readonly [mode: MapOperator['parameters']['mode'], source: string])[] = [
    ['map', 'payload.n + 1'],
    ['map', '{"payload": payload.n, "topic": "other"}'],
    ['map', '$'],
    ['map', 'payload'],
    ['flatMap', 'payload.list'],
    ['filter', 'payload.list'],
    ['filter', 'payload.n > 1'],
    ['keyBy', 'payload.n'],
    ['keyBy', 'payload.list'],
  ];
  for (const [mode, source] of cases) {
    it(`${mode} by ${source} gives the same compiled and interpreted`, async () => {
      const ours = await run([map(source, mode)], PAYLOADS);
      const theirs = await run([map(interpreted(source), mode)], PAYLOADS);
      expect(ours.records).to.deep.equal(theirs.records);
      expect(ours.problems.map(({ code: told }) => told)).to.deep.equal(theirs.problems.map(({ code: told }) => told));
      expect(ours.log).to.deep.equal([]);
    });
  }

  it('gives keys and values of reduceByKey, compiled, interpreted and both', async () => {
    const payloads = PAYLOADS.slice(0, 3);
    const results = [];
    for (const [key, value] of [
      ['$string(payload.n)', 'payload.n'],
      [interpreted('$string(payload.n)'), 'payload.n'],
      ['$string(payload.n)', interpreted('payload.n')],
    ] as const) {
      const operator = reduceByKey('m', 'in', [{ aggregate: 'last', of: { from: 'code', code: code(value) }, as: 'last' }], {
        key: { from: 'code', code: code(key) },
      });
      results.push((await run([operator], payloads)).records.map(({ payload }) => payload));
    }
    expect(results[0]).to.have.length(3);
    expect(results[1]).to.deep.equal(results[0]);
    expect(results[2]).to.deep.equal(results[0]);
  });

  it('reports the records on which it fails, with the place, and goes on', async () => {
    const { records, problems } = await run([map('payload.n +\n payload.missing.x + 1')], PAYLOADS);
    expect(records).to.deep.equal([]);
    expect(problems.map(({ code: told }) => told)).to.deep.equal(['function-failed']);
    expect(problems[0]?.what).to.contain('in line 1, column 12: The left side of + must be a number, and it is a string.');
  });

  it('says at the start what is interpreted, and why', async () => {
    const { log } = await run([map('$map(payload, function($v) { $v })')], [[1, 2]]);
    expect(log.map(({ operator, level }) => [operator, level])).to.deep.equal([['m', 'log']]);
    expect(log[0]?.text).to.contain('it uses $map()');
  });

  it('does not let a result share the record with what comes behind', async () => {
    const change: MapOperator = {
      id: 'w', type: 'map', inputs: from('m'), parameters: { mode: 'map', code: { lang: 'javascript', source: 'msg.payload.n = 9; return msg;' } },
    };
    const { records } = await run([map('payload'), sink('before', 'm'), change, sink('after', 'm')], [{ n: 1 }]);
    expect(records.map(({ payload }) => payload)).to.deep.equal([{ n: 1 }, { n: 1 }]);
    expect((await run([map('payload'), change], [{ n: 1 }])).records.map(({ payload }) => payload)).to.deep.equal([{ n: 9 }]);
  });
});
