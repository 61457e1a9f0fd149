import { expect } from 'chai';
import { load, loadReal, messages, node, tab, unload } from '../helper';

const around = (map: Record<string, unknown>): Parameters<typeof load>[0] =>
  tab('t', [
    { id: 'r', type: 'dstream-receiver', wires: [['m']] },
    { id: 'm', type: 'dstream-map', ...map, wires: [['h']] },
    { id: 'h', type: 'helper' },
    { id: 'catch', type: 'catch', scope: ['m'], wires: [['caught']] },
    { id: 'caught', type: 'helper' },
  ]);

describe('map node', () => {
  it('puts its code into the plan as text', async () => {
    const loaded = await load(around({ mode: 'filter', lang: 'jsonata', func: 'payload > 3' }));
    expect(loaded.engine.only.plan.operators.at(-1)?.parameters).to.deep.equal({
      mode: 'filter',
      code: { lang: 'jsonata', source: 'payload > 3' },
    });
    await unload(loaded);
  });

  it('makes what goes wrong in its code catchable', async () => {
    const loaded = await load(around({}));
    const caught = messages('caught', 1);
    loaded.engine.only.emit(
      'problem',
      { nodeId: 'm', code: 'user-code', what: '2 records failed', why: 'x is not defined.', fix: 'Define x.' },
    );
    const [message] = await caught;
    expect((message?.error as { message: string }).message).to.equal('2 records failed. x is not defined. Define x. (user-code)');
    await unload(loaded);
  });

  it('asks for a receiver when an ordinary message comes', async () => {
    const loaded = await load(around({}));
    const caught = messages('caught', 1);
    node('m').receive({ payload: 1 });
    const [message] = await caught;
    expect((message?.error as { message: string }).message).to.contain('put a receiver in front of the map');
    await unload(loaded);
  });

  it('gives its code the environment variables that it names, as the node sees them', async () => {
    const [first, ...rest] = around({ func: 'return msg.payload + ctx.env("SITE");' });
    const loaded = await load([{ ...(first ?? expect.fail()), env: [{ name: 'SITE', value: 'north', type: 'str' }] }, ...rest]);
    expect(loaded.engine.only.options.environment).to.deep.equal({ m: { SITE: 'north' } });
    expect(loaded.engine.only.options.utilPath).to.match(/@node-red.util/);
    await unload(loaded);
  });

  for (const [lang, func] of [
    ['javascript', 'ctx.env("PLACES").push("new"); return [ctx.env("LIMIT") + 1, ctx.env("ON") === true, ctx.env("PLACES").length];'],
    ['jsonata', '[$env("LIMIT") + 1, $env("ON") = true, $count($env("PLACES"))]'],
  ]) {
    it(`gives ${String(lang)} numbers, booleans and JSON as what they are, each record afresh`, async () => {
      const [first, ...rest] = around({ lang, func });
      const env = [
        { name: 'LIMIT', value: '41', type: 'num' }, { name: 'ON', value: 'true', type: 'bool' }, { name: 'PLACES', value: '["a","b"]', type: 'json' },
      ];
      const loaded = await loadReal([{ ...(first ?? expect.fail()), env }, ...rest]);
      const received = messages('h', 1);
      node('r').receive({ payload: 7 });
      node('r').receive({ payload: 8 });
      expect((await received)[0]?.payload).to.deep.equal([[42, true, 2], [42, true, 2]]);
      await unload(loaded);
    });
  }

  for (const [lang, func] of [
    ['jsonata', '$env("SITE") & payload'],
    ['javascript', 'const { env } = ctx; return env("SITE") + msg.payload;'],
  ]) {
    it(`lets ${String(lang)} read them when it runs`, async () => {
      const [first, ...rest] = around({ lang, func });
      const site = { name: 'SITE', value: 'north', type: 'str' };
      const loaded = await loadReal([{ ...(first ?? expect.fail()), env: [site] }, ...rest]);
      const received = messages('h', 1);
      node('r').receive({ payload: 7 });
      expect((await received)[0]?.payload).to.deep.equal(['north7']);
      await unload(loaded);
    });
  }
});
