import { expect } from 'chai';
import fc from 'fast-check';
import { FileNamePattern } from '../../../src/sources/folder/FileNamePattern';

describe('FileNamePattern', () => {
  const cases: readonly (readonly [pattern: string, fits: readonly string[], doesNot: readonly string[]])[] = [
    ['*', ['a', 'a.csv', ''], []],
    ['*.csv', ['a.csv', '.csv', 'a.b.csv'], ['a.CSV', 'a.csv.tmp', 'csv']],
    ['data-?.csv', ['data-1.csv', 'data-é.csv', 'data-😀.csv'], ['data-.csv', 'data-12.csv']],
    ['[a-c]x', ['ax', 'cx'], ['dx', 'x', 'Ax']],
    ['[!a-c]x', ['dx', '-x'], ['ax', 'x']],
    ['[^a]', ['b'], ['a']],
    ['[]x]', [']', 'x'], ['y']],
    ['[a-]', ['a', '-'], ['b']],
    ['{a,bc}*.{csv,txt}', ['a1.csv', 'bc.txt'], ['b.csv', 'a.json']],
    ['x{1,{2,3}}', ['x1', 'x2', 'x3'], ['x4', 'x']],
    ['{a}', ['{a}'], ['a']],
    ['a[b', ['a[b'], ['ab']],
    ['\\*', ['*'], ['a']],
    ['a.c', ['a.c'], ['abc']],
    ['a*b*c', ['abc', 'aXbYc', 'abbcbc'], ['ab', 'acb', 'abcd']],
    ['**', ['', 'x'], []],
  ];
  for (const [pattern, fits, doesNot] of cases) {
    it(`${pattern} fits ${fits.join(' ')} and not ${doesNot.join(' ')}`, () => {
      const glob = new FileNamePattern(pattern);
      for (const name of fits) expect(glob.matches(name), name).to.equal(true);
      for (const name of doesNot) expect(glob.matches(name), name).to.equal(false);
    });
  }

  it('agrees with a regular expression on patterns of runs and single characters', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 8 }).map((all) => all.join(''));
    const name = fc.array(fc.constantFrom('a', 'b'), { maxLength: 10 }).map((all) => all.join(''));
    fc.assert(
      fc.property(letters, name, (pattern, text) => {
        const oracle = new RegExp(`^${pattern.replace(/\*/g, '.*').replace(/\?/g, '.')}$`);
        expect(new FileNamePattern(pattern).matches(text)).to.equal(oracle.test(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('is not slowed down by hostile names', () => {
    const glob = new FileNamePattern(`${'*a'.repeat(100)}*b`);
    const begun = performance.now();
    for (let run = 0; run < 100; run++) expect(glob.matches('a'.repeat(255))).to.equal(false);
    expect(performance.now() - begun).to.be.lessThan(1000);
  });

  it('refuses braces that stand for too much', () => {
    expect(() => new FileNamePattern('{a,b}'.repeat(20))).to.throw(RangeError, 'more than 1000 patterns; use fewer braces');
  });
});
