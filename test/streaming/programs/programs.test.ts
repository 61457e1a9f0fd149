import { expect } from 'chai';
import * as fc from 'fast-check';
import { program, sorted } from '../program';
import { BATCH, input } from './Naive';
import { type AnyStream, built, type Choice, type Environment, type Operation, OPERATIONS } from './operations';

/** The most records that a batch of any stream may have, so that joins of joins end. */
const MOST_RECORDS = 300;

const batch = fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 6 });

const TO_PAIRS = OPERATIONS.findIndex(({ name }) => name === 'map to pairs');

const step = fc.record({
  // Pairs in the order of the input are what most operations need, and few make.
  operation: fc.oneof({ weight: 4, arbitrary: fc.nat(OPERATIONS.length - 1) }, { weight: 1, arbitrary: fc.constant(TO_PAIRS) }),
  stream: fc.nat(1000),
  other: fc.nat(1000),
  first: fc.nat(100),
  second: fc.nat(100),
});

const randomProgram = fc.record({
  inputs: fc.tuple(
    fc.array<number[] | null>(batch, { minLength: 9, maxLength: 9 }),
    fc.array(fc.option(batch, { freq: 4 }), { minLength: 9, maxLength: 9 }),
  ),
  steps: fc.array(step, { minLength: 4, maxLength: 14 }),
});

type RandomProgram = typeof randomProgram extends fc.Arbitrary<infer Value> ? Value : never;

interface Drawn {
  readonly stream: AnyStream;
  /** What made it. */
  readonly operation: string;
  /** How it was made from the inputs, for whoever reads a failure. */
  readonly text: string;
}

/** The streams of a program, the two inputs first. Steps that do not fit are left out. */
function drawn({ inputs, steps }: RandomProgram): Drawn[] {
  const streams: Drawn[] = inputs.map((batches, index) => ({
    operation: 'input',
    text: `input${String(index)}`,
    stream: {
      kind: 'numbers',
      naive: input(batches),
      build: (environment) => environment.inputs[index] ?? expect.fail('A program has two inputs.'),
      ordered: true,
      nullable: batches.includes(null),
    },
  }));
  for (const { operation, stream, other, first, second } of steps) {
    const made = fitting(streams, stream, other, OPERATIONS[operation], { first, second });
    if (made === undefined) continue;
    if ([...made.stream.naive.batches.values()].some((records) => (records?.length ?? 0) > MOST_RECORDS)) continue;
    streams.push(made);
  }
  return streams;
}

/** The operation on the first streams that it fits, from the chosen ones on. */
function fitting(
  streams: readonly Drawn[],
  stream: number,
  other: number,
  operation: Operation | undefined,
  choice: Choice,
): Drawn | undefined {
  for (let offset = 0; offset < streams.length * streams.length; offset++) {
    const one = streams[(stream + offset) % streams.length];
    const two = streams[(other + Math.floor(offset / streams.length)) % streams.length];
    if (one === undefined || two === undefined || operation === undefined) continue;
    const made = operation.apply(one.stream, two.stream, choice);
    if (made === undefined) continue;
    const text = `${one.text} | ${operation.name}(${two.text}, ${String(choice.first)}, ${String(choice.second)})`;
    return { stream: made, operation: operation.name, text };
  }
  return undefined;
}

/** How often, and how, the outputs of a program are troubled. */
interface Trouble {
  readonly concurrentJobs: number;
  /** The longest that an output takes, ms. */
  readonly delay: number;
  /** Whether many outputs fail at first, when they have read something. */
  readonly fails: boolean;
}

const CALM: Trouble = { concurrentJobs: 1, delay: 0, fails: false };

/** What each stream gave, by its place. */
async function run(
  random: RandomProgram,
  streams: readonly Drawn[],
  partitions: number,
  { concurrentJobs, delay, fails }: Trouble = CALM,
): Promise<Map<number, unknown[]>[]> {
  const options = { concurrentJobs, retries: fails ? 1 : 0, gracefulStopTimeout: 1e9 };
  const { ssc, clock, errors } = program({ defaultParallelism: partitions, ...options });
  const inputs = random.inputs.map((batches) =>
    ssc.queueStream(batches.map((records) => (records === null ? null : ssc.parallelize(records, partitions)))),
  );
  const environment: Environment = { partitions, inputs, built: new Map() };
  const end = random.inputs[0].length * BATCH;
  const results = streams.map(({ stream }, index) => {
    const found = new Map<number, unknown[]>();
    let troubled = -Infinity;
    built(stream, environment).foreachRDD(async (rdd, time) => {
      // A graceful stop makes one batch more.
      if (time > end) return;
      const noise = (index * 397 + time * 31) % 101;
      if (fails && noise % 2 === 0 && troubled < time) {
        troubled = time;
        await rdd.take(1 + (noise % 3));
        throw new Error('once');
      }
      if (delay > 0) await clock.sleep((noise / 101) * delay);
      found.set(time, await rdd.collect());
    });
    return found;
  });
  await ssc.start();
  await clock.advance(end);
  const stopped = ssc.stop({ gracefully: true });
  await clock.advance(delay * streams.length * 20);
  await stopped;
  expect(errors).to.deep.equal([]);
  return results;
}

function expectAsNaive(streams: readonly Drawn[], results: readonly Map<number, unknown[]>[], how: string): void {
  streams.forEach(({ stream, text }, index) => {
    const found = results[index];
    const expected = [...stream.naive.batches].flatMap(([time, records]) => (records === null ? [] : [[time, records] as const]));
    const where = `${text}, ${how}`;
    const times = [...(found?.keys() ?? [])].sort((first, second) => first - second);
    expect(times, where).to.deep.equal(expected.map(([time]) => time));
    for (const [time, records] of expected) {
      const got = found?.get(time) ?? [];
      if (stream.ordered) expect(got, `${where}, batch ${String(time)}`).to.deep.equal([...records]);
      else expect(sorted(got), `${where}, batch ${String(time)}`).to.deep.equal(sorted([...records]));
    }
  });
}

describe('random programs against an oracle that computes every batch from the whole input', function () {
  this.timeout(60_000);

  it('gives the same results with 1, 2, 4 and 7 partitions', async () => {
    await fc.assert(
      fc.asyncProperty(randomProgram, async (random) => {
        const streams = drawn(random);
        for (const partitions of [1, 2, 4, 7]) {
          expectAsNaive(streams, await run(random, streams, partitions), `${String(partitions)} partitions`);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('uses every operation often: a program that has none of one shows nothing of it', () => {
    const uses = new Map(OPERATIONS.map(({ name }) => [name, 0]));
    for (const random of fc.sample(randomProgram, { seed: 1, numRuns: 120 })) {
      for (const { operation } of drawn(random)) uses.set(operation, (uses.get(operation) ?? 0) + 1);
    }
    expect(Math.min(...OPERATIONS.map(({ name }) => uses.get(name) ?? 0)), JSON.stringify([...uses])).to.be.at.least(3);
  });

  it('gives the same results with outputs that are slow, fail and are tried again, one at a time or three', async () => {
    await fc.assert(
      fc.asyncProperty(randomProgram, fc.constantFrom(1, 3), fc.constantFrom(0, 2500), fc.boolean(), async (random, concurrentJobs, delay, fails) => {
        const streams = drawn(random);
        expectAsNaive(streams, await run(random, streams, 2, { concurrentJobs, delay, fails }), JSON.stringify({ concurrentJobs, delay, fails }));
      }),
      { numRuns: 60 },
    );
  });
});
