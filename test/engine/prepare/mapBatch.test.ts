import { dirname, join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { EmbeddedEngine } from '../../../src/engine/EmbeddedEngine';
import type { OperatorProgress, OutputRecord } from '../../../src/engine/Engine';
import type { MapOperator, Operator } from '../../../src/plan/Plan';
import type { Problem } from '../../../src/plan/Problem';
import { ManualClock } from '../../../src/streaming';
import { from, map, OPTIONS, planOf, receiver, sink, window } from '../plans';

const utilPath = join(dirname(require.resolve('@node-red/util/package.json')));

interface Ran {
  /** By batch time. */
  readonly batches: Map<number, readonly OutputRecord[]>;
  readonly problems: Problem[];
  readonly figures: OperatorProgress | undefined;
}

/** Offers each batch's payloads, moving 200 ms on after each so that they lie in several partitions, and runs them. */
async function run(operators: readonly Operator[], batches: readonly (readonly unknown[])[]): Promise<Ran> {
  const clock = new ManualClock(0);
  const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(planOf([receiver(), ...operators, sink('out', operators.at(-1)?.id ?? 'in')]), { ...OPTIONS, utilPath });
  const results = new Map<number, readonly OutputRecord[]>();
  const problems: Problem[] = [];
  let figures: OperatorProgress | undefined;
  query.on('output', ({ batchTime, records }) => results.set(batchTime, records));
  query.on('problem', (problem) => problems.push(problem));
  query.on('progress', ({ operators: all }) => {
    figures = all['m'];
  });
  await query.started;
  for (const batch of batches) {
    const end = clock.now() + 1000;
    for (const payload of batch) {
      await query.offer('in', [{ payload, topic: `t${String(payload)}` }]);
      await clock.advance(Math.min(200, Math.max(0, end - 1 - clock.now())));
    }
    await clock.advance(end - clock.now());
  }
  await query.stop();
  return { batches: results, problems, figures };
}

function payloads({ batches }: Ran): Record<number, readonly unknown[]> {
  return Object.fromEntries([...batches].map(([time, records]) => [time, records.map(({ payload }) => payload)]));
}

function jsonata(source: string, mode: MapOperator['parameters']['mode']): MapOperator {
  return { id: 'm', type: 'map', inputs: from('in'), parameters: { mode, code: { lang: 'jsonata', source } } };
}

describe('map over whole batches', () => {
  it('is called once a batch with all records in the order in which they came, and not without any', async () => {
    const ran = await run([map('m', 'in', 'return [msgs.map((msg) => msg.payload), ctx.batchTime];', 'batch')], [[3, 1, 2], [], [9]]);
    expect(payloads(ran)).to.deep.equal({ 1000: [[3, 1, 2], 1000], 3000: [[9], 3000] });
    expect(ran.figures).to.include({ recordsIn: 4, recordsOut: 4, failed: 0 });
  });

  it('makes records of what it returns, whole ones and payloads, in that order', async () => {
    const code = "return [...msgs].reverse().concat(undefined, 'end', { payload: 1, topic: 't', key: ['a', 2] });";
    const { batches } = await run([map('m', 'in', code, 'batch')], [[1, 2]]);
    expect(batches.get(1000)).to.deep.equal([
      { payload: 2, topic: 't2', key: 't2' }, { payload: 1, topic: 't1', key: 't1' },
      { payload: 'end', topic: '', key: null }, { payload: 1, topic: 't', key: '["a",2]' },
    ]);
  });

  it('may return nothing at all, and may change what it was given without anybody else seeing it', async () => {
    const operators: Operator[] = [
      map('m', 'in', 'msgs.sort((a, b) => a.payload - b.payload); msgs[0].payload = 99; if (msgs.length > 2) return msgs;', 'batch'),
      map('plain', 'in', 'return msg;'),
      { id: 'both', type: 'map', inputs: from('m', 'plain'), parameters: { mode: 'map', code: { lang: 'javascript', source: 'return msg;' } } },
    ];
    expect(payloads(await run(operators, [[3, 1, 2], [5, 4]]))).to.deep.equal({ 1000: [99, 2, 3, 3, 1, 2], 2000: [5, 4] });
  });

  it('leaves a batch out when the function throws or returns no array, counts its records, and goes on', async () => {
    const ran = await run([map('m', 'in', "if (msgs.length === 2) throw new Error('two');\nreturn msgs.length === 3 ? 3 : msgs;", 'batch')], [[1, 2], [1, 2, 3], [7]]);
    expect(payloads(ran)).to.deep.equal({ 3000: [7] });
    expect(ran.problems.map(({ nodeId, code, what }) => [nodeId, code, what])).to.deep.equal([
      ['m', 'function-failed', 'two (line 1) (and 1 more in this batch)'],
      ['m', 'function-failed', 'A function over a whole batch needs an array of results, and it returned a number (and 2 more in this batch).'],
    ]);
    expect(ran.figures).to.include({ recordsIn: 6, recordsOut: 1, failed: 5 });
  });

  it('sees a whole window behind a window', async () => {
    const ran = await run([window('w', 'in', 2000, 1000), map('m', 'w', 'return [msgs.length];', 'batch')], [[1], [2, 3], [4]]);
    expect(payloads(ran)).to.deep.equal({ 1000: [1], 2000: [3], 3000: [3] });
  });

  it('in JSONata has the array of the records as its root', async () => {
    expect(payloads(await run([jsonata('$sum(payload)', 'batch')], [[1, 2, 4], [8]]))).to.deep.equal({ 1000: [7], 2000: [8] });
    expect(payloads(await run([jsonata('$[payload > 1].{"p": payload, "t": topic}', 'batch')], [[1, 2, 4]]))).to.deep.equal({
      1000: [{ p: 2, t: 't2' }, { p: 4, t: 't4' }],
    });
    const failing = await run([jsonata('$error("no")', 'batch')], [[1, 2]]);
    expect(failing.figures).to.include({ failed: 2 });
  });

  it('gives the same as a plain program over the batch, whatever the partitions', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 7 }), { maxLength: 4 }), async (batches) => {
      const code = 'const sums = []; let sum = 0; for (const { payload } of msgs) sums.push(sum = sum * 3 + payload); return sums;';
      const expected = Object.fromEntries(batches.flatMap((batch, index) => {
        let sum = 0;
        return batch.length === 0 ? [] : [[(index + 1) * 1000, batch.map((value) => (sum = sum * 3 + value))]];
      })) as Record<number, number[]>;
      expect(payloads(await run([map('m', 'in', code, 'batch')], batches))).to.deep.equal(expected);
    }), { numRuns: 40, interruptAfterTimeLimit: 2000 });
  });
});

describe('map by key', () => {
  it('changes the key and nothing else: texts, numbers, true, false and null as they are, plain data as its text', async () => {
    const keys = ["'k'", '7', 'false', 'null', "['a', { b: 1 }]", 'NaN'];
    const { batches } = await run([map('m', 'in', `return [${keys.join(', ')}][msg.payload];`, 'keyBy')], [[0, 1, 2, 3, 4, 5]]);
    expect(batches.get(1000)?.map(({ key }) => key)).to.deep.equal(['k', 7, false, null, '["a",{"b":1}]', NaN]);
    expect(batches.get(1000)?.map(({ payload, topic }) => [payload, topic])).to.deep.equal([0, 1, 2, 3, 4, 5].map((n) => [n, `t${String(n)}`]));
  });

  it('leaves out records for which there is no key, or none that can be one, and reports them', async () => {
    const ran = await run([map('m', 'in', 'if (msg.payload === 1) return; return msg.payload === 2 ? () => 1 : msg.payload;', 'keyBy')], [[1, 2, 3]]);
    expect(payloads(ran)).to.deep.equal({ 1000: [3] });
    expect(ran.problems.map(({ code, what }) => [code, what])).to.deep.equal([
      ['function-failed', 'keyBy needs a key, and the function gave nothing; null is a key as well (and 1 more in this batch).'],
    ]);
  });

  it('in JSONata takes the result as the key', async () => {
    const { batches } = await run([jsonata('$string(payload) & topic', 'keyBy')], [[5]]);
    expect(batches.get(1000)).to.deep.equal([{ payload: 5, topic: 't5', key: '5t5' }]);
  });
});
