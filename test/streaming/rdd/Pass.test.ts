import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { compilePass } from '../../../src/streaming/rdd/compilePass';
import { type AnyStep, connected, Pass } from '../../../src/streaming/rdd/Pass';
import {
  combining, EMITTING, expanding, filtering, flatMapping, flatMappingValues, keyingBy, mapping, mappingValues, refining,
} from '../../../src/streaming/rdd/Step';

type AnyPair = readonly [unknown, unknown];

/** A step, what it is given, and what it does to a whole array, said in another way. */
interface Example {
  readonly step: AnyStep;
  readonly given?: unknown;
  readonly oracle: (records: unknown[]) => unknown[];
}

const twice = (value: unknown): unknown[] => [value, [value]];
const isOdd = (value: unknown): boolean => JSON.stringify(value).length % 2 === 1;
const size = (value: unknown): number => JSON.stringify(value).length;
const refine = (value: unknown, given: unknown): unknown => (isOdd(value) ? undefined : [value, given]);
const expand = (value: unknown, given: unknown): unknown[] => (isOdd(value) ? [] : [given, value]);
const asPair = (value: unknown): AnyPair => [size(value), value];

const single: Example[] = [
  { step: mapping(size), oracle: (records) => records.map(size) },
  { step: mapping(asPair), oracle: (records) => records.map(asPair) },
  { step: filtering(isOdd), oracle: (records) => records.filter(isOdd) },
  { step: flatMapping(twice), oracle: (records) => records.flatMap(twice) },
  { step: keyingBy(size), oracle: (records) => records.map((record) => [size(record), record]) },
  { step: refining(refine), given: 'mine', oracle: (records) => records.map((record) => refine(record, 'mine')).filter((x) => x !== undefined) },
  { step: expanding(expand), given: 'yours', oracle: (records) => records.flatMap((record) => expand(record, 'yours')) },
];

/** Those that need pairs, behind the step that makes pairs. */
const ofPairs: Example[] = [
  { step: mappingValues(size), oracle: (records) => (records as AnyPair[]).map(([key, value]) => [key, size(value)]) },
  {
    step: flatMappingValues(twice),
    oracle: (records) => (records as AnyPair[]).flatMap(([key, value]) => twice(value).map((one) => [key, one])),
  },
];

const chain = fc.array(fc.oneof(
  fc.constantFrom(...single).map((example) => [example]),
  fc.constantFrom(...ofPairs).map((example) => [single[1]!, example]),
), { maxLength: 5 }).map((parts) => parts.flat());

/** The steps of examples with one that collects behind them, the last one first. */
function collecting(examples: readonly Example[], into: unknown[]): { steps: AnyStep[]; given: unknown[] } {
  return {
    steps: [EMITTING, ...examples.map(({ step }) => step).reverse()],
    given: [(record: unknown) => into.push(record), ...examples.map(({ given }) => given).reverse()],
  };
}

describe('Pass', () => {
  it('does to records what its steps say, as closures and as a function of its own', () => {
    fc.assert(fc.property(chain, fc.array(fc.oneof(fc.integer(), fc.string(), fc.constant(null))), (examples, records) => {
      const expected = examples.reduce<unknown[]>((present, { oracle }) => oracle(present), records);
      const found: unknown[] = [];
      const { steps, given } = collecting(examples, found);
      records.forEach(connected(steps, given));
      expect(found).to.deep.equal(expected);
      found.length = 0;
      compilePass(steps)!(records, given);
      expect(found).to.deep.equal(expected);
    }));
  });

  it('combines pairs by key, equal keys in whatever form, as closures and as a function of its own', () => {
    const key = fc.oneof(fc.constantFrom('a', '1', '\u0001a', 0, -0, 1, NaN, null, true), fc.array(fc.constantFrom(1, -0)));
    fc.assert(fc.property(fc.array(fc.tuple(key, fc.integer())), (pairs) => {
      const step = combining((value: number) => [value], (all: number[], value: number) => [...all, value]);
      const asClosure = new Map();
      pairs.forEach(connected([step], [asClosure]));
      const asFunction = new Map();
      compilePass([step])!(pairs, [asFunction]);
      const expected: [unknown, number[]][] = [];
      for (const [one, value] of pairs) {
        const shown: unknown = Object.is(one, -0) ? 0 : one;
        const text = (any: unknown): string => `${typeof any} ${Number.isNaN(any) ? 'NaN' : JSON.stringify(any)}`;
        const present = expected.find(([other]) => text(other) === text(shown));
        if (present === undefined) expected.push([shown, [value]]);
        else present[1].push(value);
      }
      expect([...asClosure.values()]).to.deep.equal(expected);
      expect([...asFunction.values()]).to.deep.equal(expected);
      expect([...asFunction.values()].some(([one]) => Object.is(one, -0))).to.equal(false);
    }));
  });

  it('is recognised by its steps, in their order, and by nothing else', () => {
    const increase = (n: number): number => n + 1;
    const double = (n: number): number => n * 2;
    const pass = Pass.of([EMITTING, mapping(increase), mapping(double)]);
    expect(Pass.of([EMITTING, mapping(increase), mapping(double)])).to.equal(pass);
    expect(Pass.of([EMITTING, mapping(double), mapping(increase)])).not.to.equal(pass);
    expect(Pass.of([EMITTING, mapping(increase)])).not.to.equal(pass);
    expect(Pass.of([EMITTING, filtering(increase as never), mapping(double)])).not.to.equal(pass);
  });

  it('is not taken for a longer one that began alike, whichever came first', () => {
    const increase = (n: number): number => n + 1;
    const results: number[] = [];
    const given = [(n: number) => results.push(n)];
    Pass.of([EMITTING, mapping(increase), mapping(increase)]).run([1], given);
    Pass.of([EMITTING, mapping(increase)]).run([1], given);
    expect(results).to.deep.equal([3, 2]);
  });

  it('goes on in the middle of a program when it gets its own function, with what each run is given', () => {
    let calls = 0;
    const increase = (n: number): number => {
      calls++;
      return n + 1;
    };
    const add = (n: number, given: number): number => n + given;
    for (let run = 0; run < 30; run++) {
      const results: number[] = [];
      Pass.of([EMITTING, refining(add), mapping(increase)]).run(new Array(1000).fill(run), [(n: number) => results.push(n), run]);
      expect(new Set(results)).to.deep.equal(new Set([2 * run + 1]));
      expect(results).to.have.lengthOf(1000);
    }
    expect(calls).to.equal(30_000);
  });

  it('passes on what a function throws, having passed on the records before it', () => {
    const failing = (n: number): number => {
      if (n === 3) throw new Error('Three.');
      return n;
    };
    for (const records of [[1, 2, 3, 4], new Array(20_000).fill(1), [1, 2, 3, 4]] as number[][]) {
      const results: number[] = [];
      const run = (): void => {
        Pass.of([EMITTING, mapping(failing)]).run(records, [(n: number) => results.push(n)]);
      };
      if (records.length > 4) run();
      else {
        expect(run).to.throw('Three.');
        expect(results).to.deep.equal([1, 2]);
      }
    }
  });

  it('names the operation where a function gives nothing that can be gone through, as closures and as a function of its own', () => {
    const wrong = (() => 7) as never;
    for (const [step, name] of [[flatMapping(wrong), 'flatMap'], [flatMappingValues(wrong), 'flatMapValues']] as const) {
      const message = `${name}: the function must return an array or another iterable, and gave a value of type number.`;
      expect(() => { connected([EMITTING, step], [() => undefined])([1, 2]); }).to.throw(message);
      expect(() => { compilePass([EMITTING, step])!([[1, 2]], [() => undefined]); }).to.throw(message);
    }
  });

  it('runs as closures where the process forbids that texts become code', () => {
    const program = `
      const { StreamingContext } = require(${JSON.stringify(require.resolve('../../../src/streaming'))});
      const context = new StreamingContext({ batchInterval: 1000 });
      const numbers = context.parallelize(Array.from({ length: 30000 }, (_, index) => index), 3);
      numbers.map((n) => [n % 2, 1]).reduceByKey((a, b) => a + b).collect().then((pairs) => console.log(JSON.stringify(pairs)));`;
    const output = execFileSync(process.execPath, ['--disallow-code-generation-from-strings', '-e', program], { encoding: 'utf8' });
    expect(JSON.parse(output)).to.deep.equal([[0, 15_000], [1, 15_000]]);
  });
});
