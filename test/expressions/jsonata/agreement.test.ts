import { expect } from 'chai';
import fc from 'fast-check';
import { expressions, records } from './arbitraries';
import { compile, evaluate, interpret, type Outcome } from './interpreter';

/**
 * Whether both gave the same. The interpreter evaluates the members of an array or object side by side, so where several of them fail
 * it depends on their depth which error it meets first; and some errors of its own have no code.
 */
function agree(source: string, ours: Outcome, theirs: Outcome): void {
  if ('code' in ours && 'code' in theirs && (theirs.code === 'none' || /[[{]/.test(source))) return;
  expect(ours).to.deep.equal(theirs);
}

describe('compiled JSONata and the interpreter', () => {
  it('agree in values and in codes of errors', async function () {
    this.timeout(20_000);
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(expressions, records, records, async (source, ...given) => {
        const compiled = compile(source);
        if (typeof compiled === 'string') {
          expect(compiled).to.equal('a test behind an index');
          return;
        }
        for (const record of given) {
          const theirs = await interpret(source, record);
          if (theirs === undefined) continue;
          agree(source, evaluate(compiled, record), theirs);
          compared++;
        }
      }),
      { numRuns: 250 },
    );
    expect(compared).to.be.greaterThan(300);
  });
});
