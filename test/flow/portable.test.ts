import { expect } from 'chai';
import fc from 'fast-check';
import { DEEPEST_PAYLOAD, portable } from '../../src/flow/portable';

function nested(depth: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}

describe('portable', () => {
  it('hands plain payloads on as they are, without a copy', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(portable(value)).to.equal(value);
      }),
    );
    const date = { at: new Date(0), by: new Map([[1, 2]]) };
    expect(portable(date)).to.equal(date);
  });

  it('gives Buffers memory of their own, at any depth', () => {
    const pool = Buffer.alloc(1000, 'x');
    const payload = { list: [pool.subarray(10, 13)], plain: 1 };
    const copy = portable(payload) as typeof payload;
    expect(copy.list[0]?.toString()).to.equal('xxx');
    expect(Buffer.isBuffer(copy.list[0])).to.equal(true);
    expect(copy.list[0]?.buffer.byteLength).to.equal(3);
    pool.fill('y');
    expect(copy.list[0]?.toString()).to.equal('xxx');
    expect((portable(pool.subarray(0, 2)) as Buffer).buffer.byteLength).to.equal(2);
  });

  it('leaves functions and symbols out', () => {
    expect(portable({ a: 1, b: () => 1, c: [Symbol('s'), 2] })).to.deep.equal({ a: 1, c: [undefined, 2] });
    expect(portable(() => 1)).to.equal(undefined);
  });

  it('keeps a member called __proto__ a member', () => {
    const payload = JSON.parse('{"__proto__":{"polluted":true}}') as Record<string, unknown>;
    payload.call = (): void => undefined;
    const copy = portable(payload) as Record<string, unknown>;
    expect(Object.keys(copy)).to.deep.equal(['__proto__']);
    expect(copy.polluted).to.equal(undefined);
  });

  it('draws the line at 512 levels', () => {
    expect(DEEPEST_PAYLOAD).to.equal(512);
    expect(() => portable(nested(512))).not.to.throw();
    expect(() => portable(nested(513))).to.throw(RangeError, '512 levels');
    expect(() => portable(nested(200_000))).to.throw(RangeError);
  });

  it('refuses a payload that contains itself', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => portable(circle)).to.throw(RangeError, 'contains itself');
  });

  it('gives what can really be cloned', () => {
    fc.assert(
      fc.property(fc.object({ withDate: true, withTypedArray: true, withMap: false }), (value) => {
        const payload = { ...value, call: (): void => undefined };
        expect(() => structuredClone(portable(payload))).not.to.throw();
      }),
    );
  });
});
