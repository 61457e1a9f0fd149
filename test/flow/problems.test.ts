import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { problems, problemText } from '../../src/flow/problems';

describe('problems', () => {
  const flow = join(process.cwd(), 'src/flow');
  const files = ['problems.ts', ...readdirSync(join(flow, 'problems')).map((name) => join('problems', name))];
  const source = files.map((name) => readFileSync(join(flow, name), 'utf8')).join('');
  const codes = [...source.matchAll(/code: '([a-z0-9-]+)'/g)].map(([, code]) => code ?? '');

  it('have a code of their own each, and all are in docs/problems.md', () => {
    const docs = readFileSync(join(process.cwd(), 'docs/problems.md'), 'utf8');
    expect(codes).to.have.length(Object.keys(problems).length);
    expect(new Set(codes).size).to.equal(codes.length);
    expect(codes.filter((code) => !docs.includes(`\`${code}\``))).to.deep.equal([]);
  });

  it('name the nearest windows that fit', () => {
    expect(problemText(problems.windowNotMultiple('w', 'window', 2500, 1000))).to.equal(
      'window 2500 ms is not a multiple of the batch interval 1000 ms. ' +
        'A window is made of whole batches. Use 2000 or 3000. (window-not-multiple)',
    );
    expect(problems.windowNotMultiple('w', 'slide', 10, 250).fix).to.equal('Use 250.');
  });

  it('are whole sentences whoever wrote them', () => {
    const text = problemText({ nodeId: 'a', code: 'c', what: 'It broke.', why: '', fix: 'Mend it' });
    expect(text).to.equal('It broke. Mend it. (c)');
  });
});
