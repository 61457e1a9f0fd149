import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, open, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ManualClock } from '../../../src/ports/ManualClock';
import { type FolderParameters, FolderSource, LARGEST_WHOLE_FILE } from '../../../src/sources/folder/FolderSource';
import { LONGEST_LINE } from '../../../src/sources/folder/LineCutter';
import { TestHost } from '../mqtt/TestHost';
import { until } from '../mqtt/until';

describe('FolderSource', () => {
  let folder: string;
  let clock: ManualClock;
  let host: TestHost;
  let source: FolderSource | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstream-folder-'));
    clock = new ManualClock();
    host = new TestHost();
  });

  afterEach(async () => {
    await source?.stop();
    expect(clock.pendingTimers).to.equal(0);
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts the source and lets it look for the first time. */
  async function start(change: Partial<FolderParameters> = {}): Promise<FolderSource> {
    source = new FolderSource({ path: folder, pattern: '*', split: 'lines', existing: false, ...change }, host, clock);
    source.start();
    await clock.advance(0);
    return source;
  }

  const write = (name: string, content: string | Buffer): Promise<void> => writeFile(join(folder, name), content);
  const records = (): string[] => host.messages.map(({ topic, payload }) => `${topic}: ${String(payload)}`);

  it('reads files that come after the start, line by line, each once, the oldest first', async () => {
    await write('before.txt', 'not this one\n');
    await start();
    await write('b.txt', 'b1\nb2\r\n\nb3');
    await write('a.txt', 'a1\n');
    await utimes(join(folder, 'b.txt'), 1000, 1000);
    await utimes(join(folder, 'a.txt'), 2000, 2000);
    await clock.advance(5000);
    expect(records()).to.deep.equal(['b.txt: b1', 'b.txt: b2', 'b.txt: b3', 'a.txt: a1']);
    expect(host.messages.every(({ payload }) => Buffer.isBuffer(payload))).to.equal(true);
    expect(host.problems).to.deep.equal([]);
    expect(host.statuses.at(-1)).to.deep.equal({ state: 'running', text: 'watches the folder' });
  });

  it('reads what is there already where that is wanted', async () => {
    await write('before.txt', 'x\ny\n');
    await start({ existing: true });
    await clock.advance(3000);
    expect(records()).to.deep.equal(['before.txt: x', 'before.txt: y']);
  });

  it('waits until two looks have found a file unchanged', async () => {
    await start();
    await write('slow.txt', 'one\n');
    await clock.advance(1000);
    await appendFile(join(folder, 'slow.txt'), 'two\n');
    await clock.advance(1000);
    await appendFile(join(folder, 'slow.txt'), 'three\n');
    await clock.advance(1000);
    expect(records()).to.deep.equal([]);
    await clock.advance(1000);
    expect(records()).to.deep.equal(['slow.txt: one', 'slow.txt: two', 'slow.txt: three']);
  });

  it('takes whole files, and leaves out those that are empty or too large', async () => {
    await start({ split: 'whole' });
    await write('a.bin', Buffer.from([0, 10, 255]));
    await write('empty', '');
    await write('limit', Buffer.alloc(LARGEST_WHOLE_FILE));
    await write('large', Buffer.alloc(LARGEST_WHOLE_FILE + 1));
    await clock.advance(4000);
    const lengths = new Map(host.messages.map(({ topic, payload }) => [topic, (payload as Buffer).length]));
    expect(lengths).to.deep.equal(new Map([['a.bin', 3], ['limit', LARGEST_WHOLE_FILE]]));
    expect(host.problems).to.have.length(1);
    expect(host.problems[0]?.code).to.equal('folder-file-too-large');
    expect(host.problems[0]?.what).to.contain('large has 1048577 bytes');
  });

  it('looks at names: the pattern, dots, folders and links are left out', async () => {
    await start({ pattern: '*.csv' });
    await write('a.csv', '1\n');
    await write('a.txt', 'no\n');
    await write('.hidden.csv', 'no\n');
    await mkdir(join(folder, 'sub.csv'));
    await write('sub.csv/inner.csv', 'no\n');
    await symlink(join(folder, 'a.txt'), join(folder, 'link.csv'));
    await symlink(join(folder, 'nothing'), join(folder, 'broken.csv'));
    await clock.advance(4000);
    expect(records()).to.deep.equal(['a.csv: 1']);
    expect(host.codes).to.deep.equal(['folder-links']);
    expect(host.problems[0]?.what).to.contain('2 symbolic links');
  });

  it('reads a file again when it was changed, and not when it was only moved away and back', async () => {
    await start();
    await write('a', '1\n');
    await clock.advance(3000);
    await rename(join(folder, 'a'), join(folder, '.a'));
    await clock.advance(2000);
    await rename(join(folder, '.a'), join(folder, 'a'));
    await clock.advance(3000);
    expect(records()).to.deep.equal(['a: 1']);
    await write('a', '22\n');
    await clock.advance(3000);
    expect(records()).to.deep.equal(['a: 1', 'a: 22']);
  });

  it('tells of a folder that is not there, and reads all that it holds when it comes', async () => {
    await rm(folder, { recursive: true });
    await start();
    await clock.advance(2000);
    // Somebody may be about to make it.
    expect(host.codes).to.deep.equal([]);
    expect(host.statuses.at(-1)).to.deep.equal({ state: 'waiting', text: 'waits for the folder' });
    await clock.advance(5000);
    expect(host.codes).to.deep.equal(['folder-unreadable']);
    expect(host.problems[0]?.fix).to.contain('Make the folder');
    expect(host.statuses.at(-1)).to.deep.equal({ state: 'failed', text: 'there is no such folder' });
    await mkdir(folder);
    await write('a', '1\n');
    await clock.advance(3000);
    expect(records()).to.deep.equal(['a: 1']);
    expect(host.statuses.at(-1)?.state).to.equal('running');
    await rm(folder, { recursive: true });
    await clock.advance(7000);
    expect(host.codes).to.deep.equal(['folder-unreadable', 'folder-unreadable']);
  });

  it('tells of a file that may not be read, once, and reads it when it may', async () => {
    let allowed = false;
    source = new FolderSource({ path: folder, pattern: '*', split: 'lines', existing: false }, host, clock, (path, flags) =>
      allowed || path.endsWith('open') ? open(path, flags) : Promise.reject(new Error('EACCES: permission denied')),
    );
    source.start();
    await clock.advance(0);
    await write('secret', 'x\n');
    await write('open', 'y\n');
    await clock.advance(4000);
    expect(records()).to.deep.equal(['open: y']);
    expect(host.codes).to.deep.equal(['folder-file-unreadable']);
    expect(host.problems[0]?.what).to.contain('The file secret');
    expect(host.problems[0]?.why).to.equal('EACCES: permission denied');
    allowed = true;
    await clock.advance(2000);
    expect(records()).to.deep.equal(['open: y', 'secret: x']);
  });

  it('takes no file that is taken away before it is opened, and does not wait for a pipe in its place', async () => {
    await start();
    await write('gone', 'x\n');
    await write('pipe', 'x\n');
    await clock.advance(1000);
    await source?.stop();
    source = new FolderSource({ path: folder, pattern: '*', split: 'lines', existing: true }, host, clock, async (path, flags) => {
      await rm(path);
      if (path.endsWith('pipe')) execFileSync('mkfifo', [path]);
      return open(path, flags);
    });
    source.start();
    await clock.advance(5000);
    expect(records()).to.deep.equal([]);
    expect(host.problems).to.deep.equal([]);
  });

  it('leaves lines out that are too long, says how many, and takes the others', async () => {
    await start();
    await write('a', Buffer.concat([Buffer.from('1\n'), Buffer.alloc(LONGEST_LINE + 1, 'x'), Buffer.from('\n2\n')]));
    await clock.advance(3000);
    expect(records()).to.deep.equal(['a: 1', 'a: 2']);
    expect(host.codes).to.deep.equal(['folder-line-too-long']);
    expect(host.problems[0]?.what).to.contain('1 lines of the file a');
  });

  it('waits while the graph has no room, holding one piece of one file, and loses and repeats nothing', async () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `line ${String(index)}`);
    await start();
    await write('big', lines.join('\n'));
    const room: (() => void)[] = [];
    host.answer = () => new Promise<void>((resolve) => room.push(resolve));
    await clock.advance(3000);
    await until('the first piece', () => host.messages.length > 0);
    const first = host.messages.length;
    expect(first).to.be.lessThan(10_000);
    await clock.advance(10_000);
    expect(host.messages.length).to.equal(first);
    host.answer = () => undefined;
    room[0]?.();
    await until('the rest', () => host.messages.length >= lines.length);
    await clock.advance(3000);
    expect(host.payloads).to.deep.equal(lines);
  });

  it('goes on where it stopped when records were not taken', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${String(index)}`);
    await start();
    await write('big', `${lines.join('\n')}\n`);
    let calls = 0;
    host.answer = () => {
      if (++calls !== 2) return undefined;
      host.messages.splice(-1000);
      return Promise.reject(new Error('no room'));
    };
    const taken: string[] = [];
    const store = host.store.bind(host);
    host.store = (messages) => {
      const answer = store(messages);
      if (answer === undefined) taken.push(...messages.map(({ payload }) => String(payload)));
      return answer;
    };
    await clock.advance(8000);
    expect(taken).to.deep.equal(lines);
    expect(host.codes).to.deep.equal(['folder-refused']);
  });

  it('reads 10,000 files, each once', async function () {
    this.timeout(30_000);
    await start();
    for (let from = 0; from < 10_000; from += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, index) => write(`f${String(from + index)}`, `${String(from + index)}\n`)));
    }
    await clock.advance(10_000);
    const numbers = host.payloads.map(Number).sort((a, b) => a - b);
    expect(numbers).to.deep.equal(Array.from({ length: 10_000 }, (_, index) => index));
    expect(host.problems).to.deep.equal([]);
  });

  it('stops in the middle of a file, and stores nothing after that', async () => {
    const running = await start();
    await write('big', 'x\n'.repeat(200_000));
    let release: () => void = () => undefined;
    host.answer = () => new Promise<void>((resolve) => (release = resolve));
    await clock.advance(3000);
    await until('the first piece', () => host.messages.length > 0);
    const before = host.messages.length;
    const stopped = running.stop();
    release();
    await stopped;
    expect(host.messages.length).to.equal(before);
  });

  it('says so when a file is changed while it is read', async () => {
    await start();
    await write('big', 'x\n'.repeat(100_000));
    host.answer = () => {
      host.answer = () => undefined;
      return appendFile(join(folder, 'big'), 'more\n');
    };
    await clock.advance(2000);
    await until('the problem', () => host.codes.includes('folder-file-changed'));
    await clock.advance(4000);
    expect(host.payloads.filter((line) => line === 'more')).to.have.length(1);
    expect(host.messages.length).to.equal(200_001);
  });
});
