import { expect } from 'chai';
import { DEFAULT_HANG_LIMIT } from '../../src/engine/EmbeddedEngine';
import { TAP_LIMIT } from '../../src/engine/Engine';
import { PAIR_LIMIT } from '../../src/engine/prepare/join';
import { DEFAULT_RESTARTS } from '../../src/engine/remote/RestartPolicy';
import { compileCode } from '../../src/expressions/compileCode';
import { DEFAULT_LIMITS } from '../../src/flow/compile/batchers';
import { LONGEST_WAIT } from '../../src/flow/web/Endpoints';
import { MOST_COUNTED_VALUES } from '../../src/operators/aggregates/CountByValue';
import { MOST_DISTINCT } from '../../src/operators/aggregates/Distinct';
import { AGGREGATE_PARAMETERS, RESERVED_OUTPUT_NAMES } from '../../src/plan/names';
import { JSON_SIZE_LIMIT } from '../../src/sources/decode';
import { LONGEST_LINE } from '../../src/sources/folder/LineCutter';
import { MOST_LINES } from '../../src/sources/http/requestPayloads';
import { codeBlocks, readPage } from './support/markdown';

/** A page as one line of words. */
function flat(page: string): string {
  return readPage(page).replace(/\s+/g, ' ');
}

/** `1,000` for 1000. */
const number = (value: number): string => value.toLocaleString('en-US');

/** The number that an aggregate takes when its field is empty, and the largest that it may be given. */
function parameter(aggregate: string): string[] {
  const rule = AGGREGATE_PARAMETERS.get(aggregate) ?? expect.fail(aggregate);
  return [number(rule.otherwise), number(rule.most)];
}

const [fewValues = '', mostValues = ''] = parameter('list');
const [fewNumbers = '', mostNumbers = ''] = parameter('topK');
const restarts = DEFAULT_RESTARTS.delays.map((delay) => String(delay / 1000));
const MEBIBYTE = 1024 * 1024;

/** What the help says of a figure of the code. */
const FACTS: readonly (readonly [page: string, text: string])[] = [
  ...['receiver', 'batcher', 'map', 'window', 'checkpoint'].map((set) => [set, `records, ${number(TAP_LIMIT)} at most`] as const),
  ['receiver', `each line is one, ${number(MOST_LINES)} at most`],
  ['receiver', `JSON value has ${String(JSON_SIZE_LIMIT / MEBIBYTE)} MiB at most`],
  ['receiver', `whole files of more than ${String(LONGEST_LINE / MEBIBYTE)} MiB are left out`],
  ['receiver', `requests wait for its end, ${String(LONGEST_WAIT / 1000)} seconds at most`],
  ['reduceByKey', `Exact up to ${number(MOST_DISTINCT)} different values`],
  ['reduceByKey', `Up to ${number(MOST_COUNTED_VALUES)} different values for a key`],
  ['reduceByKey', `(${fewValues} when it is empty, ${mostValues} at most)`],
  ['reduceByKey', `${fewNumbers} when the field is empty, ${mostNumbers} at most`],
  ...[...RESERVED_OUTPUT_NAMES].map((name) => ['reduceByKey', `\`${name}\``] as const),
  ['join', `at most ${number(PAIR_LIMIT)} pairs`],
  ['engine', `after ${restarts.slice(0, -1).join(', ')} and ${restarts.at(-1) ?? ''} seconds`],
];

describe('what the help says', () => {
  for (const [set, text] of FACTS) {
    it(`${set}: ${text}`, () => {
      expect(flat(`docs/nodes/${set}.md`)).to.include(text);
    });
  }

  it('of limits is what other pages say', () => {
    expect(flat('docs/guarantees.md')).to.include('A function that does not return is ended after five seconds');
    expect(DEFAULT_HANG_LIMIT).to.equal(5000);
    expect(flat('docs/tuning.md')).to.include(`${number(DEFAULT_LIMITS.bufferLimit)} records at first`);
  });

  const scopes: readonly (readonly [set: string, parameters: readonly string[]])[] = [
    ['map', ['msg', 'msgs']],
    ['state', ['msg', 'values', 'records', 'state', 'key']],
    ['reduceByKey', ['a', 'b']],
  ];
  for (const [set, parameters] of scopes) {
    it(`${set}: every function shown can be understood`, () => {
      const blocks = codeBlocks(readPage(`docs/nodes/${set}.md`), 'js');
      expect(blocks).to.not.deep.equal([]);
      for (const source of blocks) {
        expect(() => compileCode({ lang: 'javascript', source }, { nodeId: set, parameters }), source).to.not.throw();
      }
    });
  }
});
