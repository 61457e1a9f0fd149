import { expect } from 'chai';
import { createRequire } from 'node:module';
import type { Context } from '../../src/expressions/Context';
import { ExpressionError } from '../../src/expressions/ExpressionError';
import { JSONataFunction } from '../../src/expressions/JSONataFunction';

const load = createRequire(__filename);
const utilPath = load.resolve('@node-red/util');

interface NodeRedUtil {
  util: {
    prepareJSONataExpression(source: string, node: unknown): object;
    evaluateJSONataExpression(prepared: object, message: unknown, callback: (error: unknown, value: unknown) => void): void;
  };
}
const { util } = load('@node-red/util') as NodeRedUtil;

const ctx: Context = {
  batchTime: 1000,
  env: (name) => (name === 'SITE' ? 'north' : undefined),
  log: () => undefined,
  warn: () => undefined,
  random: () => 0.5,
};

const record = (value: unknown): unknown => ({ topic: 'a/b', payload: { value, items: [{ x: 1 }, { x: 2 }], text: 'hello' } });

async function valueOf(source: string, value: unknown = 3): Promise<unknown> {
  const [result] = await new JSONataFunction(source, 'n1', utilPath).evaluateAll([record(value)], ctx);
  if (result?.ok !== true) throw result?.error ?? new Error('no result');
  return result.value;
}

function failure(action: () => unknown): ExpressionError {
  try {
    action();
  } catch (error) {
    expect(error).to.be.instanceOf(ExpressionError);
    return error as ExpressionError;
  }
  return expect.fail('nothing was thrown');
}

describe('JSONataFunction', () => {
  const sources = [
    'payload.value * 2 + 1',
    'msg.payload.value',
    'payload.missing',
    'payload.value > 2 and topic = "a/b"',
    'payload.{"double": value * 2, "name": $uppercase(text)}',
    'payload.items[x > 1].x',
    '$sum(payload.items.x)',
    '$split(topic, "/")[1]',
    '$map([1, 2], function($v) { $v * 2 })',
    '$',
    'null',
  ];
  for (const source of sources) {
    it(`gives what Node-RED gives for ${source}`, async () => {
      const direct = await new Promise((resolve, reject) => {
        util.evaluateJSONataExpression(util.prepareJSONataExpression(source, {}), record(3), (error, value) => {
          if (error === null || error === undefined) resolve(value);
          else reject(new Error('Node-RED refused the expression'));
        });
      });
      expect(JSON.stringify(await valueOf(source))).to.equal(JSON.stringify(direct));
    });
  }

  it('gives plain arrays, nested ones too', async () => {
    expect(await valueOf('payload.items.x')).to.deep.equal([1, 2]);
    expect(Object.keys((await valueOf('payload.items.x')) as object)).to.deep.equal(['0', '1']);
    expect(await valueOf('{"list": payload.items.x, "range": [[1..3]]}')).to.deep.equal({ list: [1, 2], range: [[1, 2, 3]] });
    expect(await valueOf('[1..3]')).to.deep.equal([1, 2, 3]);
    expect(await valueOf('payload.value[]')).to.deep.equal([3]);
    expect(await valueOf('payload.items[]')).to.deep.equal([{ x: 1 }, { x: 2 }]);
  });

  it('gives undefined where there is no result', async () => {
    expect(await valueOf('payload.missing')).to.equal(undefined);
  });

  it('reads the environment through the context', async () => {
    expect(await valueOf('$env("SITE")')).to.equal('north');
    expect(await valueOf('$env("PATH")')).to.equal('');
  });

  it('keeps the order, and an error to its own record', async () => {
    const expression = new JSONataFunction('payload.value % 7 = 3 ? $error("three") : payload.value + 1', 'n1', utilPath);
    const results = await expression.evaluateAll(
      Array.from({ length: 100 }, (_, index) => record(index)),
      ctx,
    );
    expect(results).to.have.length(100);
    results.forEach((result, index) => {
      if (index % 7 === 3) {
        expect(result.ok).to.equal(false);
        if (!result.ok) expect(result.error.message).to.contain('three');
      } else {
        expect(result).to.deep.equal({ ok: true, value: index + 1 });
      }
    });
    expect(await expression.evaluateAll([], ctx)).to.deep.equal([]);
  });

  it('evaluates at most 16 records at a time', async () => {
    let running = 0;
    let most = 0;
    const expression = new JSONataFunction('payload.go()', 'n1', utilPath);
    const go = async (): Promise<number> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      return --running;
    };
    await expression.evaluateAll(
      Array.from({ length: 100 }, () => ({ payload: { go } })),
      ctx,
    );
    expect(most).to.be.within(1, 16);
  });

  for (const name of ['flowContext', 'globalContext']) {
    it(`says what to do instead of $${name}`, async () => {
      const [result] = await new JSONataFunction(`$${name}("a")`, 'n1', utilPath).evaluateAll([record(1)], ctx);
      expect(result?.ok).to.equal(false);
      if (result?.ok === false) {
        expect(result.error.what).to.contain(`$${name}`);
        expect(result.error.fix).to.not.equal('');
      }
    });
  }

  it('points at the place of a mistake', () => {
    const error = failure(() => new JSONataFunction('payload.value +\n  * )', 'n1', utilPath));
    expect(error.line).to.equal(2);
    expect(error.message).to.contain('not valid JSONata');
  });

  it('refuses a function as a result', async () => {
    for (const source of ['function($v) { $v }', '$sum']) {
      const [result] = await new JSONataFunction(source, 'n1', utilPath).evaluateAll([record(1)], ctx);
      expect(result?.ok).to.equal(false);
    }
  });

  it('leaves the records as they are', async () => {
    const original = record(1);
    const before = JSON.stringify(original);
    const expression = new JSONataFunction('$ ~> |payload|{"value": 9}|', 'n1', utilPath);
    const [result] = await expression.evaluateAll([original], ctx);
    expect(JSON.stringify(original)).to.equal(before);
    expect(JSON.stringify(result)).to.contain('"value":9');
  });

  it('does not touch prototypes', async () => {
    const hostile = JSON.parse('{"payload": {"__proto__": {"polluted": 1}, "constructor": 2}}') as unknown;
    // Node-RED's JSONata hides such names altogether.
    const expression = new JSONataFunction('payload.{"c": constructor, "p": polluted, "n": 1}', 'n1', utilPath);
    expect(await expression.evaluateAll([hostile], ctx)).to.deep.equal([{ ok: true, value: { n: 1 } }]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).to.equal(false);
  });

  it('says when JSONata is not there', () => {
    expect(failure(() => new JSONataFunction('payload', 'n1', undefined)).message).to.contain('@node-red/util');
    expect(failure(() => new JSONataFunction('payload', 'n1', 'no-such-package')).message).to.contain('no-such-package');
    expect(failure(() => new JSONataFunction('payload', 'n1', 'node:path')).message).to.contain('something else');
  });
});
