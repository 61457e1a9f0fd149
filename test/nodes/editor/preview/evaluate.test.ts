import { expect } from 'chai';
import { answersTo, expression, interpreter, javascript, ofKind, record } from './answers';

const map = (source: string, mode: 'map' | 'batch' = 'map') => ({ kind: 'map', mode, code: javascript(source) }) as const;

describe('evaluate', () => {
  it('tells of each record, the newest first, and ends with done', async () => {
    const answers = await answersTo(map('return msg.payload + 1;'), [record(1), record(2)]);
    expect(answers).to.deep.equal([
      { kind: 'record', index: 1, outcome: { records: [{ payload: '3', topic: 'a/b', key: 'a/b' }] } },
      { kind: 'record', index: 0, outcome: { records: [{ payload: '2', topic: 'a/b', key: 'a/b' }] } },
      { kind: 'done', lines: [], variables: [] },
    ]);
  });

  it('shows the log, and says which environment variables were asked for', async () => {
    const source = 'ctx.log("one");\nctx.warn({ a: 1 });\nreturn ctx.env("SITE") === undefined && ctx.random() < 1;';
    const answers = await answersTo(map(source), [record(1)]);
    expect(answers.at(-1)).to.deep.equal({
      kind: 'done', lines: [{ level: 'log', text: 'one' }, { level: 'warn', text: '{"a": 1}' }], variables: ['SITE'],
    });
    expect(ofKind('record', answers)[0]?.outcome).to.have.nested.property('records[0].payload', 'true');
  });

  it('keeps the log short', async () => {
    const answers = await answersTo(map('for (let i = 0; i < 1e4; i++) { ctx.log("x".repeat(1e4)); ctx.env("V" + i); } return 1;'), [record(1)]);
    const [done] = ofKind('done', answers);
    expect(done?.lines).to.have.length(20);
    expect(done?.lines[0]?.text).to.have.length(500);
    expect(done?.variables).to.have.length(20);
  });

  it('draws the same numbers each time', async () => {
    const draw = async () => JSON.stringify(await answersTo(map('return [ctx.random(), ctx.random()];'), [record(1), record(2)]));
    expect(await draw()).to.equal(await draw());
  });

  it('leaves the records as they are, whatever the code does with them', async () => {
    const records = [record({ list: [1] })];
    await answersTo(map('msg.payload.list.push(2); msg.topic = "x"; return msg;'), records);
    await answersTo(map('msgs[0].payload.list.push(2); msgs.length = 0; return [];', 'batch'), records);
    expect(records).to.deep.equal([record({ list: [1] })]);
  });

  it('survives whatever is thrown and returned', async () => {
    const answers = await answersTo(
      map('if (msg.payload) throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; } });\n'
        + 'return new Proxy({}, { ownKeys() { throw 3; }, has() { throw 4; }, getOwnPropertyDescriptor() { throw 5; } });'),
      [record(true), record(false)],
    );
    expect(answers.map(({ kind }) => kind)).to.deep.equal(['record', 'record', 'done']);
  });

  it('says what is wrong with the code before it touches a record', async () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['', /empty/], ['msg.payload', /must return/], ['return 1 +* 2;', /not valid JavaScript/], ['}); evil(); (function () {', /not valid JavaScript/],
    ];
    for (const [source, message] of wrong) {
      const answers = await answersTo(map(source), [record(1)]);
      expect(answers, source).to.have.length(1);
      expect(ofKind('problem', answers)[0]?.failure.text, source).to.match(message);
    }
  });

  it('says of JSONata how it is run, and asks for the interpreter only where it is needed', async () => {
    const work = (source: string) => ({ kind: 'map', mode: 'map', code: expression(source) }) as const;
    expect((await answersTo(work('payload + 1'), [record(1)]))[0]).to.deep.equal({ kind: 'jsonata', compiled: true });
    const interpreted = work('$map(payload, function($v) { $v + 1 })');
    expect(await answersTo(interpreted, [record(1)])).to.deep.equal([{ kind: 'needs-interpreter' }]);
    expect((await answersTo(interpreted, [record(1)], { interpreter: interpreter() }))[0])
      .to.deep.equal({ kind: 'jsonata', compiled: false, because: '$map()' });
    expect(ofKind('problem', await answersTo(interpreted, [record(1)], { interpreter: '' }))[0]?.failure.text).to.match(/cannot be tried here/);
  });

  it('places what JSONata says of an expression that it cannot read', async () => {
    const code = { lang: 'jsonata', source: 'payload.\n(', problem: { message: 'Expected ")"', position: 10 } } as const;
    const answers = await answersTo({ kind: 'map', mode: 'map', code }, [record(1)]);
    expect(ofKind('problem', answers)[0]?.failure).to.include({ line: 2, column: 2 });
  });

  it('says to which output of a reduceByKey a problem belongs', async () => {
    const payload = { from: 'property', property: 'payload' } as const;
    const mean = { aggregate: 'mean', of: payload, as: 'mean' };
    const problemOf = async (key: object, ...more: object[]) => {
      const work = { kind: 'reduceByKey', key, aggregates: [mean, ...more] } as unknown as Parameters<typeof answersTo>[0];
      return ofKind('problem', await answersTo(work, [record(1)]))[0]?.output;
    };
    expect(await problemOf({ from: 'property', property: 'payload[' })).to.equal(0);
    expect(await problemOf(payload, { ...mean, aggregate: 'reduce', reduce: 'return a +* b;' })).to.equal(2);
    expect(await problemOf(payload, { ...mean, aggregate: 'nothing' })).to.equal(2);
    expect(await problemOf(payload, { ...mean, of: { from: 'code', code: { lang: 'jsonata', source: ' ' } } })).to.equal(2);
  });

  it('counts what an aggregate cannot use, and leaves out records on which the own function fails', async () => {
    const payload = { from: 'property', property: 'payload' } as const;
    const aggregates = [
      { aggregate: 'sum', of: payload, as: 'sum' },
      { aggregate: 'reduce', of: payload, as: 'own', reduce: '\nif (b === "x") throw new Error("no x");\nreturn a + b;' },
    ];
    const answers = await answersTo({ kind: 'reduceByKey', key: { from: 'key' }, aggregates }, [record(1), record('x'), record(2), record(null)]);
    expect(ofKind('groups', answers)[0]?.groups).to.deep.equal([{
      key: 'a/b',
      records: 4,
      outputs: [
        { name: 'sum', value: '3', skipped: 2 },
        { name: 'own', value: '3', skipped: 1, failure: { text: 'Error: no x', line: 2 } },
      ],
    }]);
  });
});
