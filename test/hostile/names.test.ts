import { expect } from 'chai';
import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import type { OutputRecord } from '../../src/engine/Engine';
import type { Operator } from '../../src/plan/Plan';
import { ManualClock } from '../../src/streaming';
import { aggregate, map, OPTIONS, planOf, receiver, reduceByKey, sink } from '../engine/plans';

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'then', '', '\ud800', '\udc00\ud800', '\u0001', ' '];

async function outputsOf(operators: readonly Operator[], messages: readonly { topic: string; payload: unknown }[]): Promise<OutputRecord[]> {
  const clock = new ManualClock(0);
  const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(planOf(operators), OPTIONS);
  const outputs: OutputRecord[] = [];
  query.on('output', ({ records }) => outputs.push(...records));
  query.on('problem', (problem) => expect.fail(problem.what));
  await query.started;
  await query.offer('in', messages);
  await clock.advance(1000);
  await query.stop();
  return outputs;
}

describe('names that mean something to JavaScript', () => {
  it('are topics and keys like any other', async () => {
    const twice = [...NAMES, ...NAMES].map((topic, index) => ({ topic, payload: { value: index } }));
    const outputs = await outputsOf([receiver(), reduceByKey('r', 'in', [aggregate('count'), aggregate('sum')]), sink('out', 'r', 'key')], twice);
    expect(outputs.map(({ key, topic, payload }) => {
      const { count, sum } = payload as { count: number; sum: number };
      return [key, topic, count, sum];
    })).to.deep.equal(NAMES.map((name, index) => [name, name, 2, 2 * index + NAMES.length]));
  });

  it('are properties like any other, in JSON and in functions, and never a prototype', async () => {
    for (const name of NAMES.filter((one) => one !== '' && one !== ' ' && one.charCodeAt(0) > 1)) {
      const property = `payload["${name}"]`;
      const text = JSON.stringify(JSON.parse(`{${JSON.stringify(name)}:{"value":7,"key":"k"}}`));
      const outputs = await outputsOf([
        receiver({ key: { from: 'property', property: `${property}.key` } }),
        map('m', 'in', 'msg.payload.seen = true; return msg;'),
        reduceByKey('r', 'm', [aggregate('sum', `${property}.value`, 'sum'), aggregate('last', 'payload', 'last')], {
          key: { from: 'property', property: `${property}.key` },
        }),
        sink('out', 'r'),
      ], [{ topic: 't', payload: Buffer.from(text) }]);
      const payload = outputs[0]?.payload as { key: string; sum: number; last: object };
      expect([payload.key, payload.sum]).to.deep.equal(['k', 7]);
      expect(Object.keys(payload.last)).to.deep.equal([name, 'seen']);
      expect(Object.getPrototypeOf(payload.last)).to.equal(Object.prototype);
    }
    expect(({} as { value?: unknown }).value).to.equal(undefined);
  });

  it('are outputs like any other', async () => {
    const outputs = await outputsOf(
      [receiver(), reduceByKey('r', 'in', NAMES.filter((name) => name !== '').map((name) => aggregate('max', 'payload', name))), sink('out', 'r')],
      [{ topic: 't', payload: 3 }],
    );
    const payload = outputs[0]?.payload as object;
    for (const name of NAMES.filter((one) => one !== '')) expect(Object.getOwnPropertyDescriptor(payload, name)?.value, name).to.equal(3);
    expect(Object.getPrototypeOf(payload)).to.equal(Object.prototype);
  });

  it('stand beside numbers that are no numbers: NaN is one key, and 0 and -0 are one key', async () => {
    const keys = [NaN, 0, -0, NaN, '0', 'NaN', null, Infinity, true, 'true'];
    const outputs = await outputsOf(
      [receiver({ key: { from: 'property', property: 'payload.key' } }), reduceByKey('r', 'in', [aggregate('count')]), sink('out', 'r')],
      keys.map((key) => ({ topic: 't', payload: { key } })),
    );
    const counts = outputs.map(({ key, payload }) => [key, (payload as { count: number }).count]);
    expect(counts).to.deep.equal([[NaN, 2], [0, 2], ['0', 1], ['NaN', 1], [null, 1], [Infinity, 1], [true, 1], ['true', 1]]);
  });
});
