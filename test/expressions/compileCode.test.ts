import { expect } from 'chai';
import { createRequire } from 'node:module';
import { compileCode, type Context, ExpressionError } from '../../src/expressions';

const utilPath = createRequire(__filename).resolve('@node-red/util');
const ctx: Context = {
  batchTime: 0,
  env: () => undefined,
  log: () => undefined,
  warn: () => undefined,
  random: () => 0,
};

describe('compileCode', () => {
  it('compiles JavaScript to a synchronous function', () => {
    const code = compileCode({ lang: 'javascript', source: 'return msg.payload + 1' }, { nodeId: 'n1' });
    expect(code.kind).to.equal('synchronous');
    if (code.kind === 'synchronous') expect(code.call({ payload: 1 }, ctx)).to.equal(2);
  });

  it('compiles JSONata to a synchronous function as well', () => {
    const code = compileCode({ lang: 'jsonata', source: 'payload + 1' }, { nodeId: 'n1', utilPath });
    expect(code).to.include({ kind: 'synchronous', neverWrites: true, givesPayloads: true });
    if (code.kind === 'synchronous') expect(code.call({ payload: 1 }, ctx)).to.equal(2);
  });

  it('leaves to the interpreter what is not compiled, and says why', async () => {
    const code = compileCode({ lang: 'jsonata', source: '$map(payload, function($v) { $v + 1 })' }, { nodeId: 'n1', utilPath });
    expect(code).to.include({ kind: 'asynchronous', interpretedFor: '$map()' });
    if (code.kind === 'asynchronous') {
      expect(await code.evaluateAll([{ payload: [1, 2] }], ctx)).to.deep.equal([{ ok: true, value: [2, 3] }]);
    }
  });

  it('leaves JSONata over other values than one record to the interpreter', async () => {
    const code = compileCode({ lang: 'jsonata', source: 'payload' }, { nodeId: 'n1', utilPath, parameters: ['msgs'] });
    expect(code.kind).to.equal('asynchronous');
    if (code.kind === 'asynchronous') {
      expect(code.interpretedFor).to.equal(undefined);
      expect(await code.evaluateAll([[{ payload: 1 }, { payload: 2 }]], ctx)).to.deep.equal([{ ok: true, value: [1, 2] }]);
    }
  });

  it('refuses empty code', () => {
    for (const lang of ['javascript', 'jsonata'] as const) {
      expect(() => compileCode({ lang, source: ' \n' }, { nodeId: 'n1', utilPath })).to.throw(ExpressionError, 'is empty');
    }
  });

  describe('with other parameters', () => {
    const apply = (source: string, values: readonly unknown[], parameters = ['a', 'b']): unknown => {
      const code = compileCode({ lang: 'javascript', source }, { nodeId: 'n1', parameters });
      return code.kind === 'synchronous' ? code.apply(values, ctx) : expect.fail();
    };

    it('finds each value under its name, and ctx beside them', () => {
      expect(apply('return [a, b, ctx.batchTime];', [1, 2])).to.deep.equal([1, 2, 0]);
      expect(apply('const { env } = ctx; return records.length + (state ?? 0);', [[1, 2], undefined], ['records', 'state'])).to.equal(2);
    });

    it('has no msg, and says what there is instead of what is not there', () => {
      expect(() => apply('return msg;', [1, 2])).to.throw(ReferenceError, 'msg');
      expect(() => apply('return flow.get(a);', [1, 2])).to.throw(ExpressionError, 'so it sees only a, b and ctx.');
    });

    it('must return, unless nothing is made of it', () => {
      const source = 'a.push(b)';
      expect(() => apply(source, [[], 1])).to.throw(ExpressionError, 'there would never be a result');
      const code = compileCode({ lang: 'javascript', source }, { nodeId: 'n1', parameters: ['a', 'b'], mayReturnNothing: true });
      expect(code.kind === 'synchronous' && code.apply([[], 1], ctx)).to.equal(undefined);
    });

    it('refuses promises, and names the parameter where the code is empty', () => {
      expect(() => apply('return Promise.resolve(a);', [1, 2])).to.throw(ExpressionError, 'promise');
      expect(() => apply(' ', [1, 2])).to.throw(ExpressionError, '"return a;"');
    });

    it('proves for every parameter that it is not written to', () => {
      const neverWrites = (source: string): boolean => {
        const code = compileCode({ lang: 'javascript', source }, { nodeId: 'n1', parameters: ['a', 'b'] });
        return code.kind === 'synchronous' && code.neverWrites;
      };
      expect(neverWrites('return a + b;')).to.equal(true);
      expect(neverWrites('return { sum: a.sum + b.sum, both: { a, b } };')).to.equal(true);
      expect(neverWrites('const c = b; return c.x + a.list.map((one) => one + 1).length;')).to.equal(true);
      for (const writing of ['b.x = 1; return a;', 'a.push(b); return a;', 'const c = b; c.x = 1; return a;', 'a = b; return a;', 'return msg;']) {
        expect(neverWrites(writing), writing).to.equal(false);
      }
    });
  });
});
