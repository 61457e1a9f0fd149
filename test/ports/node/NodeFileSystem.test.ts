import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { NodeFileSystem } from '../../../src/ports/node/NodeFileSystem';
import { rejectionOf } from '../../streaming/program';

describe('NodeFileSystem', () => {
  const files = new NodeFileSystem();
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstream-files-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('lists what a folder holds, in the order of the names, with kind, size and the time of the last change', async () => {
    await writeFile(join(folder, 'b'), 'three');
    await utimes(join(folder, 'b'), 0, 1500);
    await mkdir(join(folder, 'a'));
    await symlink(join(folder, 'nowhere'), join(folder, 'c'));
    await symlink(join(folder, 'd'), join(folder, 'd'));
    const entries = await files.list(folder);
    expect(entries.map(({ name, kind }) => [name, kind])).to.deep.equal([['a', 'folder'], ['b', 'file']]);
    expect(entries[1]).to.deep.equal({ name: 'b', kind: 'file', size: 5, modified: 1_500_000 });
  });

  it('writes, reads, renames and removes', async () => {
    const inner = join(folder, 'x', 'y');
    await files.makeFolder(inner);
    await files.makeFolder(inner);
    await files.write(join(inner, 'f'), 'grün');
    await files.write(join(inner, 'g'), Uint8Array.of(1, 2));
    await files.rename(join(inner, 'g'), join(inner, 'f'));
    expect([...(await files.read(join(inner, 'f')))]).to.deep.equal([1, 2]);
    await files.remove(join(folder, 'x'));
    await files.remove(join(folder, 'x'));
    expect(await files.list(folder)).to.deep.equal([]);
  });

  it('rejects with the code of the system', async () => {
    expect(await rejectionOf(files.list(join(folder, 'none')))).to.have.property('code', 'ENOENT');
    expect(await rejectionOf(files.read(join(folder, 'none')))).to.have.property('code', 'ENOENT');
  });
});
