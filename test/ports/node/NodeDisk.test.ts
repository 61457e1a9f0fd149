import { expect } from 'chai';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeDisk } from '../../../src/ports/node/NodeDisk';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

async function failureOf(work: Promise<unknown>): Promise<NodeJS.ErrnoException> {
  return work.then(
    () => expect.fail('it should have failed'),
    (thrown: unknown) => thrown as NodeJS.ErrnoException,
  );
}

describe('NodeDisk', () => {
  let folder: string;
  let disk: NodeDisk;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dstream-disk-'));
    disk = new NodeDisk(join(folder, 'state'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('writes at the end, and reads any part', async () => {
    await disk.makeFolder('log');
    const file = await disk.create('log/a');
    await file.append(Buffer.from('hello '));
    await file.append(Buffer.from('world'));
    await file.fsync();
    await file.close();
    await disk.fsyncFolder('log');
    expect(await disk.size('log/a')).to.equal(11);
    expect(text(await disk.read('log/a', 0, 100))).to.equal('hello world');
    expect(text(await disk.read('log/a', 4, 3))).to.equal('o w');
    expect(text(await disk.read('log/a', 20, 3))).to.equal('');
  });

  it('keeps all to its owner, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      await disk.makeFolder('a/b');
      await (await disk.create('a/b/c')).close();
    } finally {
      process.umask(before);
    }
    const modeOf = (path: string): number => statSync(join(folder, path)).mode & 0o777;
    // Windows has no such modes; there, the folder's own rights are all there is.
    if (process.platform === 'win32') return;
    expect([modeOf('state'), modeOf('state/a'), modeOf('state/a/b'), modeOf('state/a/b/c')]).to.deep.equal([0o700, 0o700, 0o700, 0o600]);
  });

  it('makes folders once, and leaves those that are there as they are', async () => {
    await disk.makeFolder('');
    await disk.makeFolder('a');
    await disk.makeFolder('a');
    expect(await disk.list('')).to.deep.equal([{ name: 'a', kind: 'folder' }]);
  });

  it('makes no file twice', async () => {
    await disk.makeFolder('');
    await (await disk.create('a')).close();
    expect((await failureOf(disk.create('a'))).code).to.equal('EEXIST');
  });

  it('lists in the order of names, and says what is a file', async () => {
    await disk.makeFolder('b');
    for (const name of ['c', 'a']) await (await disk.create(name)).close();
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'state', 'd'));
    expect(await disk.list('')).to.deep.equal([
      { name: 'a', kind: 'file' }, { name: 'b', kind: 'folder' }, { name: 'c', kind: 'file' }, { name: 'd', kind: 'other' },
    ]);
    expect((await failureOf(disk.list('missing'))).code).to.equal('ENOENT');
  });

  it('renames over what is there, and removes what may be missing', async () => {
    await disk.makeFolder('');
    for (const name of ['old', 'new']) {
      const file = await disk.create(name);
      await file.append(Buffer.from(name));
      await file.close();
    }
    await disk.rename('new', 'old');
    expect(text(await disk.read('old', 0, 9))).to.equal('new');
    await disk.remove('old');
    await disk.remove('old');
    expect(await disk.size('old')).to.equal(undefined);
  });

  it('follows no link and leaves its folder by no path', async () => {
    await disk.makeFolder('');
    writeFileSync(join(folder, 'secret'), 'secret');
    symlinkSync(join(folder, 'secret'), join(folder, 'state', 'link'));
    expect((await failureOf(disk.read('link', 0, 9))).code).to.equal('ELOOP');
    for (const path of ['../secret', 'a/../../secret', '/etc/passwd', 'a//b', '.', '', 'a\\b', 'a\0b', 'C:x']) {
      expect(() => disk.read(path, 0, 9), path).to.throw(RangeError, 'is no path inside');
    }
  });
});
