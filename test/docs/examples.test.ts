import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { examplePaths } from '../examples/exampleFiles';
import { packageRoot } from '../support/packageRoot';

describe('docs/examples.md', () => {
  it('lists every example below its menu, and no other', () => {
    const listed: string[] = [];
    let menu = '';
    for (const line of readFileSync(join(packageRoot, 'docs/examples.md'), 'utf8').split('\n')) {
      if (line.startsWith('## ')) menu = line.slice(3);
      const [, name = ''] = /^\| ([^|]+?) \|/.exec(line) ?? [];
      if (name !== '' && name !== 'example') listed.push(`${menu}/${name}.json`);
    }
    expect(listed.sort()).to.deep.equal(examplePaths());
  });
});
