import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../support/packageRoot';

describe('RDDs', () => {
  it('know nothing of the streams that are made of them', () => {
    const folder = join(packageRoot, 'src', 'streaming', 'rdd');
    const knowing = readdirSync(folder).filter((file) => readFileSync(join(folder, file), 'utf8').includes('/dstream/'));
    expect(knowing).to.deep.equal([]);
  });
});
