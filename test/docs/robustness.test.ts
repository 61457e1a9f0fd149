import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../support/packageRoot';

describe('docs/robustness.md', () => {
  it('names tests that exist', () => {
    const text = readFileSync(join(packageRoot, 'docs/robustness.md'), 'utf8');
    const named = [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path ?? '');
    expect(named.length).to.be.above(20);
    expect(named.filter((path) => !existsSync(join(packageRoot, path)))).to.deep.equal([]);
  });
});
