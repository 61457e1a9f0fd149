import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { EmbeddedEngine } from '../../../../src/engine/EmbeddedEngine';
import type { OutputRecord } from '../../../../src/engine/Engine';
import type { Operator } from '../../../../src/plan/Plan';
import type { Problem } from '../../../../src/plan/Problem';
import { ManualClock } from '../../../../src/streaming';
import type { MapMode, PreviewAggregate, PreviewCode, PreviewValue } from '../../../../nodes/shared/editor/preview/messages';
import { showKey, showValue } from '../../../../nodes/shared/editor/preview/showValue';
import { from, OPTIONS, planOf, receiver, reduceByKey, sink } from '../../../engine/plans';
import { answersTo, expression, interpreter, javascript, ofKind, record } from './answers';

const utilPath = join(dirname(require.resolve('@node-red/util/package.json')));

/** One batch of the real engine. */
async function runtime(operator: Operator, payloads: readonly unknown[]): Promise<{ records: OutputRecord[]; problems: Problem[] }> {
  const clock = new ManualClock(0);
  const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(planOf([receiver(), operator, sink('out', operator.id)]), { ...OPTIONS, utilPath });
  const records: OutputRecord[] = [];
  const problems: Problem[] = [];
  query.on('output', ({ records: some }) => records.push(...some));
  query.on('problem', (problem) => problems.push(problem));
  await query.started;
  await query.offer('in', payloads.map((payload) => ({ payload, topic: 'a/b' })));
  await clock.advance(1000);
  await query.stop();
  return { records, problems };
}

const PAYLOADS = [{ n: 1, list: [1, 2] }, { n: 'x', list: [] }, { n: 3, list: 7, payload: 1 }, null, { list: [[4]] }, 'text', 7, true, [1, 2]];

const CASES: readonly (readonly [mode: MapMode, code: PreviewCode])[] = [
  ['map', javascript('return msg;')],
  ['map', javascript('return msg.payload.n;')],
  ['map', javascript('return msg.payload;')],
  ['map', javascript('if (msg.payload === 7) return undefined;\nreturn { payload: typeof msg.payload, topic: 5, key: [1, { b: 2, a: 1 }], time: "x" };')],
  ['map', javascript('return { payload: undefined, topic: "t", key: undefined };')],
  ['map', javascript('msg.payload.n = 9;\nreturn msg;')],
  ['map', javascript('"use strict"; undeclared = 1; return 1;')],
  ['map', javascript('return Promise.resolve(1);')],
  ['map', javascript('return fetch("x");')],
  ['map', javascript('return this === undefined ? arguments.length : "this";')],
  ['map', javascript('if (msg) throw { message: "no error" }; return 1;')],
  ['map', javascript('return ctx.batchTime + msg.key;')],
  ['map', javascript('return null;')],
  ['flatMap', javascript('return msg.payload.list;')],
  ['flatMap', javascript('return [msg, undefined, { payload: 1, key: null }, 5];')],
  ['flatMap', javascript('return null;')],
  ['flatMap', javascript('if (msg.payload) return [];')],
  ['filter', javascript('return msg.payload;')],
  ['filter', javascript('return "";')],
  ['keyBy', javascript('return msg.payload;')],
  ['keyBy', javascript('if (msg.payload === 7) return () => 1; return [msg.payload, new Date(0)];')],
  ['keyBy', javascript('if (msg.payload !== true) return undefined; return 1n;')],
  ['batch', javascript('return msgs.map((msg) => msg.payload).reverse();')],
  ['batch', javascript('return [...msgs, undefined, { payload: 1 }, ctx.batchTime];')],
  ['batch', javascript('return msgs.length;')],
  ['batch', javascript('return null;')],
  ['batch', javascript('if (msgs) throw new Error("all"); return msgs;')],
  ['batch', javascript('if (msgs.length > 100) return [];')],
  ['map', expression('payload.n + 1')],
  ['map', expression('{"payload": payload.n, "topic": "other"}')],
  ['map', expression('msg.payload.list')],
  ['map', expression('$')],
  ['map', expression('$map(payload.list, function($v) { $v * 2 })')],
  ['map', expression('$error("x")')],
  ['flatMap', expression('payload.list')],
  ['flatMap', expression('$reverse(payload.list)')],
  ['filter', expression('payload.list')],
  ['filter', expression('payload.n > 1')],
  ['keyBy', expression('payload.n')],
  ['keyBy', expression('payload.list')],
  ['batch', expression('$sum(payload.n[$type($) = "number"])')],
  ['batch', expression('$.payload')],
];

describe('The preview makes of records what the runtime makes of them', () => {
  for (const [mode, code] of CASES) {
    it(`${mode}: ${code.source.replaceAll('\n', ' ')}`, async () => {
      const { records, problems } = await runtime({ id: 'm', type: 'map', inputs: from('in'), parameters: { mode, code } }, PAYLOADS);
      const answers = await answersTo({ kind: 'map', mode, code }, PAYLOADS.map((payload) => record(payload)), { interpreter: interpreter() });
      // The newest are told first.
      const outcomes = [...ofKind('batch', answers), ...ofKind('record', answers).reverse()].map(({ outcome }) => outcome);
      expect(outcomes).to.have.length(mode === 'batch' ? 1 : PAYLOADS.length);
      expect(outcomes.flatMap((outcome) => ('records' in outcome ? outcome.records : [])))
        .to.deep.equal(records.map(({ payload, topic, key }) => ({ payload: showValue(payload), topic, key: showKey(key ?? null) })));
      const failures = outcomes.filter((outcome) => 'failure' in outcome);
      expect(failures.length > 0, JSON.stringify(problems)).to.equal(problems.length > 0);
    });
  }

  it('reports the errors of the runtime, with their lines', async () => {
    const code = javascript('const { n } = msg.payload;\nif (n === 1) {\n  throw new RangeError("one");\n}\nreturn n.toFixed(1);');
    const { problems } = await runtime({ id: 'm', type: 'map', inputs: from('in'), parameters: { mode: 'map', code } }, PAYLOADS.slice(0, 2));
    const answers = await answersTo({ kind: 'map', mode: 'map', code }, PAYLOADS.slice(0, 2).map((payload) => record(payload)));
    const failures = ofKind('record', answers).reverse().map(({ outcome }) => ('failure' in outcome ? outcome.failure : undefined));
    expect(failures.map((failure) => failure?.line)).to.deep.equal([3, 5]);
    expect(problems[0]?.what).to.include('one').and.to.include('line 3');
    expect(failures.map((failure) => failure?.text)).to.deep.equal(['RangeError: one', 'TypeError: n.toFixed is not a function']);
  });
});

const VALUES = [3, '4.5', null, { v: 2, at: 'x' }, 7, 7, 0.1, 0.2, 'text', -1, true, [1]];
const payload: PreviewValue = { from: 'property', property: 'payload' };

describe('The preview computes what a reduceByKey of the runtime computes', () => {
  const own = (source: string, of = payload): PreviewAggregate => ({ aggregate: 'reduce', of, as: 'x', reduce: source });
  const keys: readonly (readonly [name: string, key: PreviewValue])[] = [
    ['its own key', { from: 'key' }],
    ['a property', { from: 'property', property: 'payload.at' }],
    ['an expression', { from: 'code', code: expression('$type(payload)') }],
    ['an interpreted expression', { from: 'code', code: expression('(function() { payload })()') }],
    ['an expression that fails', { from: 'code', code: expression('payload + 1') }],
  ];
  const plain = ['count', 'sum', 'mean', 'min', 'max', 'first', 'last', 'variance', 'stddev', 'sampleVariance', 'sampleStddev', 'distinct',
    'distinctApprox', 'countByValue', 'percentile', 'topK', 'list'];
  const aggregates: readonly PreviewAggregate[] = [
    ...plain.map((aggregate) => ({ aggregate, of: payload, as: 'x' })),
    { aggregate: 'topK', of: payload, as: 'x', parameter: 2 },
    { aggregate: 'percentile', of: payload, as: 'x', parameter: 90 },
    { aggregate: 'sum', of: { from: 'code', code: expression('payload.v * 2') }, as: 'x' },
    own('return typeof a === "number" && typeof b === "number" ? a + b : [a, b].flat();'),
    own('if (b === 7) throw new Error("seven"); return b;'),
    own('if (b !== 7) return a;'),
    own('a.v += b; return a;'),
  ];
  for (const [name, key] of keys) {
    it(`with ${name} as the key, all aggregates`, async () => {
      for (const parameters of aggregates) {
        const { reduce, ...rest } = parameters;
        const operator = reduceByKey('r', 'in', [{ ...rest, ...(reduce === undefined ? {} : { reduce: { lang: 'javascript', source: reduce } }) }], { key });
        const { records, problems } = await runtime(operator, VALUES);
        const work = { kind: 'reduceByKey', key, aggregates: [parameters] } as const;
        const answers = await answersTo(work, VALUES.map((value) => record(value)), { interpreter: interpreter() });
        const groups = ofKind('groups', answers)[0]?.groups ?? [];
        const expected = records.map(({ payload: result }) => result as { key: string; x: unknown });
        const label = `${parameters.aggregate} ${reduce ?? ''}`;
        expect(new Map(groups.map((group) => [group.key, group.outputs[0]?.value])), label)
          .to.deep.equal(new Map(expected.map((result) => [showKey(result.key), showValue(result.x)])));
        const failed = ofKind('record', answers).some(({ outcome }) => 'failure' in outcome)
          || groups.some(({ outputs }) => outputs.some(({ failure }) => failure !== undefined));
        expect(failed, `${label} ${JSON.stringify(problems)}`).to.equal(problems.length > 0);
      }
    });
  }
});
