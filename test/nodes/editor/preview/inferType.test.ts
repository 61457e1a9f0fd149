import { expect } from 'chai';
import fc from 'fast-check';
import * as ts from 'typescript';
import { inferType } from '../../../../nodes/shared/editor/preview/inferType';

describe('inferType', () => {
  it('describes plain values, and unions of them', () => {
    expect(inferType([1, 2.5])).to.equal('number');
    expect(inferType(['a', 1, true, null])).to.equal('boolean | null | number | string');
  });

  it('knows nothing of nothing', () => {
    expect(inferType([])).to.equal('any');
    expect(inferType([undefined])).to.equal('any');
  });

  it('describes arrays by all their elements', () => {
    expect(inferType([[1, 'a'], []])).to.equal('Array<number | string>');
    expect(inferType([[]])).to.equal('Array<any>');
  });

  it('describes objects, with what is not in each of them as optional, and further properties allowed', () => {
    expect(inferType([{ value: 1, room: 'a' }, { value: null }]))
      .to.equal('{ value: null | number; room?: string; [name: string]: any }');
    expect(inferType([{ at: { x: 1 } }])).to.equal('{ at: { x: number; [name: string]: any }; [name: string]: any }');
  });

  it('quotes names that are no plain names', () => {
    expect(inferType([{ 'room temperature': 1, '"; evil(); "': 2, '*/\n': 3, '1': 4 }])).to.equal(
      '{ "1": number; "room temperature": number; "\\"; evil(); \\"": number; "*/\\n": number; [name: string]: any }',
    );
  });

  it('leaves out names that every object has', () => {
    expect(inferType([{ toString: 1, constructor: 2, a: 3 }, JSON.parse('{"__proto__": 1}')])).to.equal('{ a?: number; [name: string]: any }');
  });

  it('ends, however deep, wide or long the values are', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 10_000; depth++) deep = { deep };
    expect(inferType([deep])).to.have.length.below(400);
    const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`p${String(index)}`, index]));
    expect(inferType([wide])).to.have.length.below(2000);
    expect(inferType([{ ['x'.repeat(10_000)]: 1 }])).to.equal('{ [name: string]: any }');
    expect(inferType([Array.from({ length: 1_000_000 }, () => 1)])).to.equal('Array<any>');
  });

  it('gives a type to which every sample can be assigned, as TypeScript itself finds', function () {
    this.timeout(60_000);
    const name = fc.oneof(fc.string(), fc.constantFrom('a', 'b', 'length', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', '0', '*/', '"', '\u2028'));
    const { json } = fc.letrec<{ json: unknown }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(null, true, false),
        fc.integer(),
        fc.string(),
        fc.array(tie('json'), { maxLength: 4 }),
        fc.dictionary(name, tie('json'), { maxKeys: 4 }),
      ),
    }));
    const sets = fc.sample(fc.array(json, { minLength: 1, maxLength: 5 }), { numRuns: 300, seed: 7 });
    const lines = sets.flatMap((values, index) => {
      const type = `type T${String(index)} = ${inferType(values)};`;
      return [type, ...values.map((value, sample) => `const v${String(index)}_${String(sample)}: T${String(index)} = ${literal(value)};`)];
    });
    expect(complaints(lines.join('\n'))).to.deep.equal([]);
    expect(complaints('type T = number;\nconst v: T = "a";'), 'the oracle itself').to.have.length(1);
  });
});

/** JSON as an expression of TypeScript. In a literal, `__proto__` would not be a property. */
function literal(value: unknown): string {
  return JSON.stringify(value).replaceAll('"__proto__":', '["__proto__"]:');
}

/** What the compiler says of a source, with strict types. */
function complaints(source: string): string[] {
  const options: ts.CompilerOptions = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, types: [] };
  const host = ts.createCompilerHost(options);
  const original = host.getSourceFile.bind(host);
  host.getSourceFile = (file, ...more) => (file === 'samples.ts' ? ts.createSourceFile(file, source, ts.ScriptTarget.ES2022) : original(file, ...more));
  const program = ts.createProgram(['samples.ts'], options, host);
  const found = [...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics()];
  return found.map(({ messageText, start }) => `${ts.flattenDiagnosticMessageText(messageText, '\n')} at ${source.slice(start, (start ?? 0) + 80)}`);
}
