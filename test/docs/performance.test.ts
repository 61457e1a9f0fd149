import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { benchNames } from '../../bench/support/main';
import { packageRoot } from '../support/packageRoot';

describe('docs/performance.md', () => {
  it('has a row for each benchmark, with its command, and no others', () => {
    const text = readFileSync(join(packageRoot, 'docs/performance.md'), 'utf8');
    const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim())).filter(({ length }) => length === 8);
    const commands = rows.filter(([, name]) => name !== 'bench' && name !== '---').map((cells) => [cells[1], cells[6]]);
    expect(commands.sort()).to.deep.equal(benchNames().map((name) => [name, `\`npm run bench -- ${name}\``]));
  });
});
