import { expect } from 'chai';
import type { Context } from '../../src/expressions/Context';
import { ExpressionError } from '../../src/expressions/ExpressionError';
import { JavaScriptFunction, positionOf } from '../../src/expressions/JavaScriptFunction';
import { OUTSIDE_NAMES } from '../../src/expressions/outside';

const lines: unknown[] = [];
const ctx: Context = {
  batchTime: 1000,
  env: (name) => (name === 'SITE' ? 'north' : undefined),
  log: (text) => lines.push(text),
  warn: (text) => lines.push(text),
  random: () => 0.5,
};

const run = (source: string, msg: unknown = { payload: 2 }): unknown => new JavaScriptFunction(source, 'n1').call(msg, ctx);

function failure(action: () => unknown): ExpressionError {
  try {
    action();
  } catch (error) {
    expect(error).to.be.instanceOf(ExpressionError);
    return error as ExpressionError;
  }
  return expect.fail('nothing was thrown');
}

describe('JavaScriptFunction', () => {
  it('gives what the body returns', () => {
    expect(run('return msg.payload * 2 + ctx.batchTime')).to.equal(1004);
    expect(run('return msg')).to.deep.equal({ payload: 2 });
    expect(run('if (msg.payload > 5) return msg;')).to.equal(undefined);
    expect(run('return ctx.env("SITE") + ctx.random() // at the end')).to.equal('north0.5');
  });

  it('runs in strict mode', () => {
    expect(() => run('undeclared = 1; return 1')).to.throw(ReferenceError);
    expect(run('return this')).to.equal(undefined);
  });

  it('writes to the log', () => {
    run('ctx.log("a"); ctx.warn("b"); return 1');
    expect(lines).to.deep.equal(['a', 'b']);
  });

  const broken: [string, number, number][] = [
    ['return 1 +;', 1, 11],
    ['const a = 1;\nreturn a b;', 2, 10],
    ['\n\n  let x = ;\nreturn x', 3, 11],
    ['const msg = 1; return msg', 1, 7],
  ];
  for (const [source, line, column] of broken) {
    it(`points at line ${String(line)}, column ${String(column)} of ${JSON.stringify(source)}`, () => {
      const error = failure(() => run(source));
      expect([error.line, error.column]).to.deep.equal([line, column]);
      expect(error.message).to.contain(`line ${String(line)}, column ${String(column)}`);
    });
  }

  it('refuses a body that closes its function', () => {
    failure(() => run('return 1 }; { return 2'));
    failure(() => run('return 1 }); (() => { return 2'));
  });

  it('refuses await and says why', () => {
    expect(failure(() => run('return await msg')).fix).to.contain('at once');
  });

  it('refuses a body that never returns', () => {
    expect(failure(() => run('msg.payload = 1;')).message).to.contain('must return');
    expect(failure(() => run('msg.list.map(v => { return v })')).message).to.contain('must return');
  });

  it('refuses a promise, and takes care of its failure', async () => {
    expect(failure(() => run('return Promise.reject(new Error("x"))')).message).to.contain('promise');
    expect(failure(() => run('return (async () => msg)()')).message).to.contain('promise');
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('names the line of an error as the user sees it', () => {
    for (const [source, line, column] of [
      ['return msg.a.b;', 1, 14],
      ['const a = 1;\n\nreturn msg.a.b;', 3, 14],
    ] as const) {
      try {
        run(source);
        expect.fail('nothing was thrown');
      } catch (error) {
        expect(error).to.be.instanceOf(TypeError);
        expect((error as Error).stack).to.contain(`dstream-map:n1:${String(line)}:${String(column)}`);
        expect(positionOf(error, 'n1')).to.deep.equal({ line, column });
      }
    }
    expect(positionOf(new Error('elsewhere'), 'n1')).to.equal(undefined);
    expect(positionOf('text', 'n1')).to.equal(undefined);
  });

  for (const name of OUTSIDE_NAMES) {
    it(`says what to do instead of ${name}`, () => {
      const uses = [`${name}.get("a")`, `${name}("a")`, `new ${name}()`, `${name}.x = 1`, `"a" in ${name}`, `\`\${${name}}\``];
      for (const use of uses) {
        const error = failure(() => run(`return ${use}`));
        expect(error.what).to.contain(`"${name}"`);
        expect(error.fix).to.match(/[A-Z].+\.$/);
      }
    });
  }

  it('lets users give those names to variables of their own', () => {
    expect(run('const env = ctx.env("SITE"), node = 1; return env + node')).to.equal('north1');
  });

  it('knows whether the body needs a copy', () => {
    expect(new JavaScriptFunction('return msg', 'n').neverWrites).to.equal(true);
    expect(new JavaScriptFunction('msg.payload = 1; return msg', 'n').neverWrites).to.equal(false);
  });
});
