import { expect } from 'chai';
import fc from 'fast-check';
import type { OfferedMessage } from '../../../src/engine/Engine';
import { aggregateNames } from '../../../src/operators/aggregates';
import type { Operator } from '../../../src/plan/Plan';
import { aggregate, from, map, receiver, reduceByKey, sink, window } from '../plans';
import { type Fate, LocalHelpers } from './LocalHelpers';
import { ParallelGraph, type Seen, seenOf } from './ParallelGraph';

const jsonOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** So many records; some of them no function can do anything with. */
function messages(count: number, begin = 0): OfferedMessage[] {
  return Array.from({ length: count }, (_, place) => {
    const number = begin + place;
    const payload = number % 17 === 3 ? Buffer.from('{') : jsonOf({ n: number, value: Math.fround(number * 1.1), name: `é${String(number % 7)}` });
    return { topic: `t/${String(number % 5)}`, payload };
  });
}

const jsonata = (id: string, input: string, source: string): Operator =>
  ({ id, type: 'map', inputs: from(input), parameters: { mode: 'map', code: { lang: 'jsonata', source } } });

/** A part of a drawing that takes one record after the other. */
const STEPS: readonly ((id: string, input: string) => Operator)[] = [
  (id, input) => map(id, input, 'msg.payload.n += 1; return msg;'),
  (id, input) => map(id, input, 'return { ...msg, payload: { ...msg.payload, drawn: [ctx.random(), ctx.random()], at: ctx.batchTime } };'),
  (id, input) => map(id, input, 'if (msg.payload.n % 11 === 0) throw new Error("eleven " + msg.payload.n); return msg;'),
  (id, input) => map(id, input, 'return msg.payload.n % 3 !== 0;', 'filter'),
  (id, input) => map(id, input, 'return [msg, { ...msg, topic: "twin", time: msg.time + 1 }];', 'flatMap'),
  (id, input) => map(id, input, 'return msg.payload.name;', 'keyBy'),
  (id, input) => map(id, input, 'if (msg.payload.n % 13 === 0) ctx.log("thirteen " + msg.payload.n); return msg;'),
  (id, input) => map(id, input, 'return { payload: { ...msg.payload, when: new Date(msg.payload.n), bytes: undefined } };'),
  (id, input) => jsonata(id, input, '$merge([payload, {"double": payload.n * 2}])'),
  // Some of JSONata has to be waited for.
  (id, input) => jsonata(id, input, 'payload.n % 19 = 0 ? $error("nineteen") : $merge([payload, {"list": $map([1, payload.n], function($v) { $v * 2 })}])'),
  (id, input) => ({ id, type: 'batcher', inputs: from(input), parameters: {} }),
];

/** Every aggregate that there is but the user's own; lists of objects among them. */
const NAMED = aggregateNames.map((name) => aggregate(name, name === 'list' || name === 'first' ? 'payload' : 'payload.value'));

/** What comes behind it: everything that depends on the order of records among it. */
const ENDS: readonly ((input: string) => Operator[])[] = [
  (input) => [sink('out', input)],
  (input) => [sink('out', input, 'key')],
  (input) => [
    reduceByKey('r', input, [
      aggregate('sum'), aggregate('mean'), aggregate('first'), aggregate('last'),
      { ...aggregate('list', 'payload.n'), parameter: 1000 }, { ...aggregate('reduce'), reduce: { lang: 'javascript', source: 'return a * 0.9 + b;' } },
    ]),
    sink('out', 'r'),
  ],
  (input) => [window('w', input, 2000, 1000), reduceByKey('r', 'w', [aggregate('sum'), aggregate('last')]), sink('out', 'r')],
  (input) => [reduceByKey('r', input, NAMED), sink('out', 'r')],
  (input) => [
    window('w', input, 3000, 1000),
    reduceByKey('r', 'w', NAMED, { key: { from: 'property', property: 'payload.name' }, emit: 'changed', emitLeaving: true, keyLimit: 6 }),
    sink('out', 'r'),
  ],
  (input) => [map('whole', input, 'return [{ payload: msgs.map((msg) => msg.payload.n) }];', 'batch'), sink('out', 'whole'), sink('also', input)],
];

/**
 * Where an operator must be waited for, one thread runs it over all records before the next operator sees any: what different operators
 * tell may come in another order then, while each tells its own in the order of the records.
 */
function byOperator(seen: Seen): unknown {
  const problems = seen.problems.filter(({ code }) => code !== 'helper-lost');
  return {
    ...seen,
    problems: problems.toSorted((a, b) => a.nodeId.localeCompare(b.nodeId)),
    lines: seen.lines.toSorted((a, b) => a.operator.localeCompare(b.operator)),
  };
}

describe('the work of a graph, shared by several threads', function () {
  this.timeout(20_000);

  it('gives the same results, figures, problems and lines of the log, whatever the plan and whoever is lost', async () => {
    const drawing = fc.record({
      steps: fc.array(fc.nat(STEPS.length - 1), { minLength: 1, maxLength: 4 }),
      end: fc.nat(ENDS.length - 1),
      sizes: fc.array(fc.nat(200), { minLength: 1, maxLength: 3 }),
      helpers: fc.integer({ min: 1, max: 6 }),
      lostEvery: fc.constantFrom(0, 0, 3, 1),
      isOptional: fc.boolean(),
    });
    let shared = 0;
    await fc.assert(fc.asyncProperty(drawing, async ({ steps, end, sizes, helpers: count, lostEvery, isOptional }) => {
      const operators: Operator[] = [receiver({ format: 'json', key: { from: 'level', level: 2 } })];
      steps.forEach((step, place) => operators.push(...[STEPS[step]?.(`m${String(place)}`, operators.at(-1)?.id ?? '')].filter((made) => made !== undefined)));
      operators.push(...ENDS[end]?.(operators.at(-1)?.id ?? '') ?? []);
      const batches = sizes.map((size, place) => messages(size, place * 1000));
      let pieces = 0;
      const helpers = new LocalHelpers(count, (): Fate => (lostEvery > 0 && ++pieces % lostEvery === 0 ? 'lost' : 'done'), isOptional);
      const alone = await seenOf(operators, batches);
      const together = await seenOf(operators, batches, helpers);
      shared += helpers.done;
      expect(byOperator(together)).to.deep.equal(byOperator(alone));
      expect(helpers.unportable).to.equal(0);
    }), { numRuns: 40 });
    expect(shared).to.be.above(50);
  });

  it('keeps several receivers apart, in their order', async () => {
    const operators = [
      receiver({ format: 'json' }, 'one'), receiver({ format: 'json' }, 'two'),
      { id: 'b', type: 'batcher', inputs: from('two', 'one'), parameters: {} } as const,
      map('m', 'b', 'return msg.payload.n;'), sink('out', 'm'),
    ];
    const run = async (helpers?: LocalHelpers): Promise<unknown[]> => {
      const graph = new ParallelGraph(helpers);
      await graph.start(operators);
      await graph.offer(messages(100), 'one');
      await graph.offer(messages(100, 500), 'two');
      await graph.pass();
      await graph.stop();
      return graph.results();
    };
    const helpers = new LocalHelpers(2);
    const together = await run(helpers);
    expect(helpers.done).to.be.above(0);
    expect(together).to.deep.equal(await run());
    expect(together[0]).to.equal(500);
    expect(together.at(-1)).to.equal(99);
  });

  const payloads: Record<string, (n: number) => unknown> = {
    'plain objects': (n) => ({ n, list: [n, null, -0, NaN], at: new Date(n) }),
    'texts': (n) => `text ${String(n)}`,
    'numbers': (n) => (n % 2 === 0 ? -0 : n),
    'bytes': (n) => Buffer.from([n, 255 - n]),
    'nothing': () => undefined,
    'a Map among others': (n) => (n === 50 ? new Map([[1, 2]]) : n),
  };
  for (const [what, payload] of Object.entries(payloads)) {
    it(`takes payloads that are ${what}, and gives them back`, async () => {
      const batch = Array.from({ length: 100 }, (_, n) => ({ topic: 'a', payload: payload(n), key: n % 3 }));
      const operators = [receiver({ format: 'auto' }), map('m', 'in', 'return msg;'), sink('out', 'm')];
      const helpers = new LocalHelpers(2);
      const together = await seenOf(operators, [batch], helpers);
      expect(together).to.deep.equal(await seenOf(operators, [batch]));
      expect(helpers.done).to.be.above(0);
      // Not only equal but of the same kind.
      const kinds = (seen: typeof together): unknown[] => seen.outputs.flatMap(({ records }) => records.map(({ payload: value }) => Object.prototype.toString.call(value) + String(Buffer.isBuffer(value))));
      expect(kinds(together)).to.deep.equal(kinds(await seenOf(operators, [batch])));
    });
  }

  it('computes itself what cannot come back from a helper as it is', async () => {
    const source = 'class Point { constructor(x) { this.x = x; } get double() { return 2 * this.x; } } return { payload: new Point(msg.payload) };';
    const operators = [receiver(), map('m', 'in', source), sink('all', 'm'), map('n', 'm', 'return msg.payload.double;'), sink('out', 'n')];
    const graph = new ParallelGraph(new LocalHelpers(2));
    await graph.start(operators);
    await graph.batch(Array.from({ length: 100 }, (_, n) => ({ topic: 'a', payload: n })));
    await graph.stop();
    expect(graph.seen.failures).to.deep.equal([]);
    expect(graph.results('all')).to.have.length(100);
  });

  it('tells that a helper was lost, once a batch, at the graph', async () => {
    const operators = [receiver(), map('m', 'in', 'return msg.payload * 2;'), sink('out', 'm')];
    const { problems, outputs } = await seenOf(operators, [Array.from({ length: 100 }, (_, n) => ({ topic: 'a', payload: n }))], new LocalHelpers(3, () => 'lost'));
    expect(problems).to.have.length(1);
    expect(problems[0]).to.include({ nodeId: 'graph', code: 'helper-lost' });
    expect(outputs.flatMap(({ records }) => records.map(({ payload }) => payload))).to.deep.equal(Array.from({ length: 100 }, (_, n) => n * 2));
  });

  it('leaves a batch of a few records to one thread', async () => {
    const operators = [receiver(), map('m', 'in', 'return msg;'), sink('out', 'm')];
    const few = new LocalHelpers(2);
    await seenOf(operators, [messages(10)], few);
    expect(few.done).to.equal(0);
  });
});
