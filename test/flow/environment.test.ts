import { expect } from 'chai';
import { environmentOf, mentionedNames } from '../../src/flow/environment';
import type { Plan } from '../../src/plan/Plan';
import { examplePlan } from '../plan/examplePlan';

const names = (source: string): string[] => mentionedNames({ lang: 'javascript', source });

describe('mentionedNames', () => {
  it('finds names in any quotes, each once', () => {
    expect(names(`return ctx.env('A') + ctx.env("B") + ctx . env ( \`C\` ) + ctx.env('A')`)).to.deep.equal(['A', 'B', 'C']);
  });

  it('finds names after env was taken out of ctx', () => {
    expect(names(`const { env } = ctx; return env('A') + ctx?.env('B');`)).to.deep.equal(['A', 'B']);
  });

  it('finds no names that are put together, and none that others are asked for', () => {
    expect(names(`return ctx.env(name) + myctx.env('A') + process.env('B') + getenv('C')`)).to.deep.equal([]);
  });

  it('finds names in JSONata', () => {
    const source = `$env("A") & $env ( 'B' ) & $env(name) & $myenv('C') & env('D')`;
    expect(mentionedNames({ lang: 'jsonata', source })).to.deep.equal(['A', 'B']);
  });
});

describe('environmentOf', () => {
  it("looks into all code of a reduceByKey, the user's own functions too", () => {
    const [receiver] = examplePlan.operators;
    if (receiver === undefined) return expect.fail();
    const javascript = (name: string): { lang: 'javascript'; source: string } => ({ lang: 'javascript', source: `return ctx.env('${name}');` });
    const plan: Plan = {
      ...examplePlan,
      operators: [receiver, {
        id: 'r',
        type: 'reduceByKey',
        inputs: [],
        parameters: {
          key: { from: 'code', code: { lang: 'jsonata', source: `$env('KEY')` } },
          aggregates: [
            { aggregate: 'reduce', of: { from: 'key' }, as: 'a', reduce: javascript('REDUCE'), inverse: javascript('INVERSE') },
            { aggregate: 'sum', of: { from: 'code', code: { lang: 'jsonata', source: `$env('OF')` } }, as: 'b' },
          ],
          emit: 'all',
          emitLeaving: false,
          keyLimit: 1,
        },
      }],
    };
    expect(Object.keys(environmentOf(plan, (name) => name)['r'] ?? {})).to.deep.equal(['KEY', 'REDUCE', 'INVERSE', 'OF']);
  });

  it('hands over what can leave the thread: JSONata may make functions of a variable, and functions that contain themselves', () => {
    const [receiver] = examplePlan.operators;
    if (receiver === undefined) return expect.fail();
    const source = `return [ctx.env('PLAIN'), ctx.env('MIXED'), ctx.env('FUNCTION'), ctx.env('CIRCLE')];`;
    const plan: Plan = {
      ...examplePlan,
      operators: [receiver, { id: 'm', type: 'map', inputs: [], parameters: { mode: 'map', code: { lang: 'javascript', source } } }],
    };
    const circle: Record<string, unknown> = {};
    circle['itself'] = circle;
    const values: Readonly<Record<string, unknown>> = { PLAIN: { a: [1] }, MIXED: { one: 1, sum: Math.max }, FUNCTION: Math.max, CIRCLE: circle };
    const environment = environmentOf(plan, (name) => values[name]);
    expect(structuredClone(environment)).to.deep.equal({ m: { PLAIN: { a: [1] }, MIXED: { one: 1 } } });
  });

  it('keeps apart what two operators see under one name, as in two instances of a subflow', () => {
    const [receiver] = examplePlan.operators;
    if (receiver === undefined) return expect.fail();
    const inner = (id: string): Plan['operators'][number] =>
      ({ id, type: 'map', inputs: [], parameters: { mode: 'map', code: { lang: 'javascript', source: `return ctx.env('LIMIT');` } } });
    const plan = { ...examplePlan, operators: [receiver, inner('one'), inner('other')] };
    expect(environmentOf(plan, (_, id) => (id === 'one' ? 1 : 2))).to.deep.equal({ one: { LIMIT: 1 }, other: { LIMIT: 2 } });
  });

  it('asks for what is mentioned, as the operator that mentions it', () => {
    const [receiver, , batcher] = examplePlan.operators;
    if (receiver === undefined || batcher === undefined) return expect.fail();
    const plan: Plan = {
      ...examplePlan,
      operators: [
        receiver,
        batcher,
        {
          id: 'm',
          type: 'map',
          inputs: [],
          parameters: { mode: 'map', code: { lang: 'javascript', source: `ctx.env('A');ctx.env('UNSET')` } },
        },
      ],
    };
    const asked: string[] = [];
    const values = environmentOf(plan, (name, id) => {
      asked.push(`${id} ${name}`);
      return name === 'A' ? 'value' : undefined;
    });
    expect(values).to.deep.equal({ m: { A: 'value' } });
    expect(asked).to.deep.equal(['m A', 'm UNSET']);
  });
});
