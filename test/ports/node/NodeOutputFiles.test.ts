import { execFileSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ManualClock } from '../../../src/ports/ManualClock';
import { NodeOutputFiles } from '../../../src/ports/node/NodeOutputFiles';
import { FileSink } from '../../../src/sinks/file/FileSink';
import { TestSinkHost } from '../../sinks/TestSinkHost';

async function rejection(work: Promise<unknown>): Promise<NodeJS.ErrnoException> {
  return work.then(() => expect.fail('it went well'), (thrown: unknown) => thrown as NodeJS.ErrnoException);
}

describe('NodeOutputFiles', () => {
  let outside: string;
  let folder: string;
  let files: NodeOutputFiles;

  beforeEach(async () => {
    outside = await mkdtemp(join(tmpdir(), 'dstream-output-'));
    folder = join(outside, 'a', 'b');
    files = new NodeOutputFiles(folder);
    await files.prepare();
  });

  afterEach(() => rm(outside, { recursive: true, force: true }));

  it('makes folders and files that are their owner\'s alone', async () => {
    const file = await files.open('x');
    await file.close();
    const modes = await Promise.all([join(outside, 'a'), folder, join(folder, 'x')].map(async (path) => (await lstat(path)).mode & 0o777));
    expect(modes).to.deep.equal([0o700, 0o700, 0o600]);
    await files.prepare();
  });

  it('writes in the middle, cuts off, tells sizes, and gives names', async () => {
    const file = await files.open('x');
    await file.write(Buffer.from('0123456789'), 0);
    await file.truncate(4);
    await file.write(Buffer.from('abc'), 3);
    await file.fsync();
    expect(await file.size()).to.equal(6);
    await file.close();
    await files.rename('x', 'y');
    await files.fsyncFolder();
    expect([await files.size('x'), await files.size('y')]).to.deep.equal([undefined, 6]);
    expect(Buffer.from((await files.read('y', 6)) ?? []).toString()).to.equal('012abc');
    expect(await files.read('x', 6)).to.equal(undefined);
    expect((await rejection(files.read('y', 5))).code).to.equal('EFBIG');
  });

  it('keeps to its folder, and to plain files', async () => {
    for (const name of ['', '.', '..', '../x', 'a/b', 'a\\b', 'c:x', 'a\0']) {
      const error = await rejection(Promise.resolve().then(() => files.open(name)));
      expect(error, JSON.stringify(name)).to.be.instanceOf(RangeError);
    }
    await writeFile(join(outside, 'secret'), 'secret');
    await symlink(join(outside, 'secret'), join(folder, 'link'));
    await mkdir(join(folder, 'folder'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const name of ['link', 'folder', 'pipe']) {
      expect((await rejection(files.size(name))).code, name).to.equal('EINVAL');
      expect((await rejection(files.open(name))).code, name).to.be.oneOf(['ELOOP', 'EISDIR', 'ENXIO', 'EINVAL']);
    }
    expect(await readFile(join(outside, 'secret'), 'utf8')).to.equal('secret');
  });

  it('stays in the folder that it found behind a link, also when the link leads elsewhere later', async () => {
    await mkdir(join(outside, 'other'));
    await symlink(folder, join(outside, 'link'));
    const linked = new NodeOutputFiles(join(outside, 'link'));
    await linked.prepare();
    await rm(join(outside, 'link'));
    await symlink(join(outside, 'other'), join(outside, 'link'));
    await (await linked.open('x')).close();
    expect(await files.size('x')).to.equal(0);
  });

  it('is what a file sink writes to, at one start and the next', async () => {
    const host = new TestSinkHost();
    const time = Date.UTC(2026, 10, 22);
    for (const batches of [[0, 1], [1, 2]]) {
      const sink = new FileSink({ sink: 's', name: 'out', format: 'csv', roll: 'day', columns: [] }, files, host, new ManualClock(time + 10), () => 0.5);
      for (const batch of batches) {
        const id = `g/s/${String(time + batch)}/0`;
        // Of those of the first start, the second one delivers the last again.
        const origin = { run: '1', ...(batch === 1 ? { runsAgain: new Set(['1']) } : {}) };
        await sink.deliver([{ payload: { batch }, topic: '', key: null, id, count: 1 }], host.settled, time + batch, origin);
      }
      await sink.stop();
    }
    expect(await readFile(join(folder, 'out-2026-11-22.csv'), 'utf8')).to.equal('batch\r\n0\r\n1\r\n2\r\n');
    expect([host.arrived.length, host.problems]).to.deep.equal([4, []]);
  });
});
