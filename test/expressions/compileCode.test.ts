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

  it('compiles JSONata to an asynchronous one', async () => {
    const code = compileCode({ lang: 'jsonata', source: 'payload + 1' }, { nodeId: 'n1', utilPath });
    expect(code.kind).to.equal('asynchronous');
    if (code.kind === 'asynchronous') {
      expect(await code.evaluateAll([{ payload: 1 }], ctx)).to.deep.equal([{ ok: true, value: 2 }]);
    }
  });

  it('refuses empty code', () => {
    for (const lang of ['javascript', 'jsonata'] as const) {
      expect(() => compileCode({ lang, source: ' \n' }, { nodeId: 'n1', utilPath })).to.throw(ExpressionError, 'is empty');
    }
  });
});
