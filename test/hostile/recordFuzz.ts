import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import type { OfferedMessage, OperatorProgress, OutputEvent } from '../../src/engine/Engine';
import { AGGREGATE_NAMES } from '../../src/plan/names';
import type { Operator, Plan } from '../../src/plan/Plan';
import type { Problem } from '../../src/plan/Problem';
import { ManualClock } from '../../src/streaming';
import { aggregate, from, map, OPTIONS, planOf, receiver, reduceByKey, sink, window } from '../engine/plans';
import { BEHAVIOURS, FLAT_BEHAVIOURS } from './behaviours';
import { hostilePayload, hostileTopic, OUTPUT_NAMES } from './hostileRecords';
import { Random } from './random';

const BATCHES = 3;

const WITH_JSONATA = { ...OPTIONS, utilPath: join(dirname(require.resolve('@node-red/util/package.json'))) };

/** What people ask of payloads in JSONata. None of them walks a payload that contains itself without end. */
const QUERIES: readonly string[] = [
  'payload.value', '{"value": payload.value, "of": topic}', 'payload.value + 1', '$string(payload)', '$error("no")', 'payload.__proto__.polluted',
  '$lookup(payload, "constructor")', '[payload.value, payload.key]', '$keys(payload)', 'payload ~> |$|{"__proto__": {"polluted": true}}|',
  'payload.value(1)', '$merge([payload, {"constructor": {"prototype": {"polluted": true}}}])', '$eval(payload)', '$number(payload.value)',
];

/** Well-behaved records go through every function unharmed; the others meet the behaviour that their topic names. */
function mapSource(): string {
  const cases = BEHAVIOURS.map(({ source }, index) => `case '${String(index)}': { ${source} }`).join('\n');
  return `if (msg.topic.startsWith('good/')) return msg;\nswitch (msg.topic.split('/')[1]) {\n${cases}\n}\nreturn msg;`;
}

function flatSource(): string {
  const cases = FLAT_BEHAVIOURS.map((source, index) => `case ${String(index)}: { ${source} }`).join('\n');
  return `if (msg.topic.startsWith('good/')) return [msg];\nswitch (msg.topic.length % ${String(FLAT_BEHAVIOURS.length)}) {\n${cases}\n}\nreturn [msg];`;
}

function hostilePlan(random: Random): Plan {
  const names = OUTPUT_NAMES.filter(() => random.happens(0.4));
  const outputs = names.map((name) => aggregate(random.pick(AGGREGATE_NAMES), random.pick(['payload.value', 'payload', 'topic', 'payload.__proto__']), name));
  const aggregates = [...outputs, aggregate('count', 'payload', 'n'), aggregate('sum', 'payload.value', 'total'), aggregate('last', 'payload.value', 'latest')];
  const key = random.pick(['payload.key', 'payload', 'payload.value', 'payload.__proto__']);
  const operators: Operator[] = [
    receiver({ format: random.pick(['auto', 'auto', 'json', 'text', 'buffer']), key: random.pick([
      { from: 'topic' }, { from: 'level', level: 2 }, { from: 'level', level: -1 }, { from: 'property', property: 'payload.key' },
    ]) }, 'hostile'),
    receiver({}, 'calm'),
    { ...map('mapped', 'hostile', mapSource()), inputs: from('calm', 'hostile') },
    map('flat', 'mapped', flatSource(), 'flatMap'),
    map('filtered', 'flat', random.pick([
      'return !(msg.payload && msg.payload.nothing);',
      'if (msg.topic.startsWith("good/")) return true; throw msg.payload;',
      'return msg.topic.startsWith("good/") || msg.payload.value;',
    ]), 'filter'),
    window('windowed', 'filtered', 2000, 1000),
    reduceByKey('byKey', 'windowed', aggregates, { emit: random.pick(['all', 'changed']), emitLeaving: random.happens(0.5), keyLimit: random.pick([40, 1_000_000]) }),
    reduceByKey('byProperty', 'flat', aggregates, { key: { from: 'property', property: key } }),
    map('behind', 'byKey', 'msg.payload.touched = true; return msg;'),
    sink('raw', 'mapped', random.pick(['batch', 'record', 'key'])),
    sink('keyed', 'byKey'),
    sink('touched', 'behind'),
    sink('other', 'byProperty'),
    sink('window', 'windowed'),
    { id: 'queried', type: 'map', inputs: from('mapped'), parameters: { mode: random.pick(['map', 'flatMap', 'filter'] as const), code: jsonata(random) } },
    reduceByKey('byQuery', 'mapped', [{ aggregate: 'last', of: { from: 'code', code: jsonata(random) }, as: '__proto__' }], {
      key: { from: 'code', code: { lang: 'jsonata', source: `$contains(topic, "good/") ? topic : (${random.pick(QUERIES)})` } },
    }),
    sink('answers', 'queried'),
    sink('answersByKey', 'byQuery'),
  ];
  return planOf(operators);
}

function jsonata(random: Random): { lang: 'jsonata'; source: string } {
  return { lang: 'jsonata', source: `$contains(topic, "good/") ? payload.value : (${random.pick(QUERIES)})` };
}

interface Run {
  readonly outputs: readonly OutputEvent[];
  readonly problems: readonly Problem[];
  readonly failures: readonly Problem[];
  readonly batches: readonly (string | undefined)[];
  readonly figures: Readonly<Record<string, OperatorProgress>>;
}

async function run(plan: Plan, hostile: readonly OfferedMessage[][], calm: readonly OfferedMessage[][]): Promise<Run> {
  const clock = new ManualClock(0);
  const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(plan, WITH_JSONATA);
  const outputs: OutputEvent[] = [];
  const problems: Problem[] = [];
  const failures: Problem[] = [];
  const batches: (string | undefined)[] = [];
  let figures: Readonly<Record<string, OperatorProgress>> = {};
  query.on('output', (event) => outputs.push(event));
  query.on('problem', (problem) => problems.push(problem));
  query.on('failed', (problem) => failures.push(problem));
  query.on('batch', (event) => batches.push(event.failure));
  query.on('progress', (event) => {
    figures = { ...event.operators };
  });
  await query.started;
  for (let batch = 0; batch < BATCHES; batch++) {
    // The calm ones first: the limit of keys is for those who come later.
    try {
      await query.offer('calm', calm[batch] ?? []);
      await query.offer('hostile', hostile[batch] ?? []);
    } catch (thrown) {
      throw new Error(failures[0]?.what ?? 'A receiver refused records.', { cause: thrown });
    }
    await clock.advance(1000);
    // Large outputs are handed over in pieces, each in a turn of its own.
    for (let turn = 0; turn < 100 && batches.length <= batch && failures.length === 0; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  await query.stop();
  expect(clock.pendingTimers).to.equal(0);
  return { outputs, problems, failures, batches, figures };
}

/** What well-behaved records came to, in each sink. */
function goodResults({ outputs }: Run): readonly (readonly unknown[])[] {
  return ['raw', 'keyed', 'touched', 'window', 'answers', 'answersByKey'].map((operator) =>
    outputs
      .filter((event) => event.operator === operator)
      .map((event) => [event.batchTime, event.records.filter(({ key, topic }) => typeof key === 'string' && key.startsWith('good/') && topic === key)] as const)
      .filter(([, records]) => records.length > 0)
      // Pieces of one batch are cut elsewhere when there are more records.
      .reduce<[number, unknown[]][]>((all, [time, records]) => {
        const last = all.at(-1);
        if (last?.[0] === time) last[1].push(...records);
        else all.push([time, [...records]]);
        return all;
      }, []));
}

const PROTOTYPES: readonly object[] = [Object.prototype, Array.prototype, Function.prototype, Map.prototype, String.prototype, Promise.prototype];

function prototypes(): readonly unknown[] {
  return PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).map((name) => [name, Object.getOwnPropertyDescriptor(prototype, name)]));
}

/** Runs the records of one seed; throws where anything is not as it must be. @returns how many hostile records there were */
export async function fuzzRecords(seed: number): Promise<number> {
  const random = new Random(seed);
  const plan = hostilePlan(random);
  const calm: OfferedMessage[][] = [];
  const hostile: OfferedMessage[][] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    calm.push(Array.from({ length: 10 }, (_, index) => ({ topic: `good/${String(index % 5)}`, payload: { value: random.below(1000) } })));
    hostile.push(Array.from({ length: 60 }, () => ({ topic: hostileTopic(random, BEHAVIOURS.length), payload: hostilePayload(random) })));
  }
  const before = prototypes();
  const oracle = await run(plan, [], calm);
  const mixed = await run(plan, hostile, calm);
  expect(prototypes(), 'prototypes').to.deep.equal(before);
  expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  expect(mixed.failures, 'failures').to.deep.equal([]);
  expect(mixed.batches, 'batches').to.deep.equal(Array.from({ length: BATCHES }, () => undefined));
  expect(oracle.problems.filter(({ code }) => code !== 'too-many-keys')).to.deep.equal([]);
  expect(goodResults(oracle).every((results) => results.length > 0), 'there are results to compare').to.equal(true);
  expect(goodResults(mixed), 'results of well-behaved records').to.deep.equal(goodResults(oracle));
  checkFigures(mixed, hostile);
  const told = mixed.problems.map(({ nodeId, code }) => `${nodeId} ${code}`);
  for (const kind of new Set(told)) expect(told.filter((other) => other === kind).length, `times ${kind} is told`).to.be.at.most(3 * BATCHES);
  return hostile.flat().length;
}

function checkFigures(mixed: Run, hostile: readonly OfferedMessage[][]): void {
  const { hostile: first, calm, mapped, flat, filtered, byKey, byProperty, queried } = mixed.figures;
  const count = hostile.flat().length;
  expect(first?.recordsIn).to.equal(count);
  expect((first?.recordsOut ?? 0) + (first?.failed ?? 0)).to.equal(count);
  expect(calm?.recordsOut).to.equal(10 * BATCHES);
  expect(mapped?.recordsIn).to.equal((first?.recordsOut ?? 0) + 10 * BATCHES);
  expect((mapped?.recordsOut ?? 0) + (mapped?.failed ?? 0)).to.be.at.most(mapped?.recordsIn ?? 0);
  expect(flat?.recordsIn).to.equal(mapped?.recordsOut);
  expect(filtered?.recordsIn).to.equal(flat?.recordsOut);
  expect((filtered?.recordsOut ?? 0) + (filtered?.failed ?? 0)).to.be.at.most(filtered?.recordsIn ?? 0);
  expect(byKey?.recordsIn).to.equal(filtered?.recordsOut);
  expect(queried?.recordsIn).to.equal(mapped?.recordsOut);
  expect(byProperty?.recordsIn).to.equal(flat?.recordsOut);
}

/** Runs one seed after another until there were so many hostile records. A failure names its seed. @returns how many seeds */
export async function fuzzSeeds(records: number, firstSeed: number): Promise<number> {
  let seeds = 0;
  for (let done = 0; done < records; seeds++) {
    const seed = firstSeed + seeds;
    try {
      done += await fuzzRecords(seed);
    } catch (thrown) {
      throw new Error(`Seed ${String(seed)}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
    }
  }
  return seeds;
}
