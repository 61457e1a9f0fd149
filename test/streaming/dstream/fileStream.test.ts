import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { NodeFileSystem } from '../../../src/ports/node/NodeFileSystem';
import { IllegalArgumentError, IllegalStateError, type FileEntry, type FileSystem } from '../../../src/streaming';
import { type Program, program, recorded, rejectionOf, waitingIn } from '../program';

/** Files in memory; a folder in `failures` cannot be listed. */
class MemoryFiles implements FileSystem {
  readonly files = new Map<string, { content: string; modified: number }>();
  readonly failures = new Map<string, string>();
  readonly reads: string[] = [];
  /** Called before a file is read, with how often it has been read, this time included. */
  onRead: (path: string, attempt: number) => void = () => undefined;
  /** What a listing waits for. */
  delay: () => Promise<void> = () => Promise.resolve();

  put(path: string, modified: number, content = `${path}\n`): void {
    this.files.set(path, { content, modified });
  }

  async list(folder: string): Promise<readonly FileEntry[]> {
    await this.delay();
    this.#check(folder);
    const found = new Map<string, FileEntry>();
    for (const [path, { content, modified }] of this.files) {
      if (!path.startsWith(`${folder}/`)) continue;
      const [name = '', ...below] = path.slice(folder.length + 1).split('/');
      found.set(name, { name, kind: below.length > 0 ? 'folder' : 'file', size: content.length, modified });
    }
    if (found.size === 0) throw Object.assign(new Error(`ENOENT: ${folder}`), { code: 'ENOENT' });
    return [...found.values()].sort((first, second) => (first.name < second.name ? -1 : 1));
  }

  async read(path: string): Promise<Uint8Array> {
    this.reads.push(path);
    await Promise.resolve();
    this.onRead(path, this.reads.filter((other) => other === path).length);
    return Buffer.from(this.files.get(path)?.content ?? '');
  }

  #check(path: string): void {
    const failure = this.failures.get(path);
    if (failure !== undefined) throw Object.assign(new Error(failure), { code: 'EACCES' });
  }

  write = nothing;
  makeFolder = nothing;
  rename = nothing;
  remove = nothing;
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

/** A program over files in memory, with the folder `in` there. */
function overFiles(options: { startAt?: number; retries?: number } = {}): Program & { files: MemoryFiles } {
  const files = new MemoryFiles();
  files.put('in/.keep', 0);
  return { ...program({ fileSystem: files, ...options }), files };
}

describe('fileStream', () => {
  describe('with real files', () => {
    let folder = '';

    /** A file as if it had been last changed at this time, ms since the epoch. */
    async function put(path: string, content: string, modified: number): Promise<void> {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
      await utimes(join(folder, path), modified / 1000, modified / 1000);
    }

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'dstream-file-stream-'));
    });

    afterEach(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    it('reads lines of text, each file in the batch in which it was last changed, and once', async () => {
      const { ssc, clock, warnings } = program({ startAt: 100_000, fileSystem: new NodeFileSystem() });
      const outputs = recorded(ssc.textFileStream(folder));
      await put('old', 'old\n', 99_000);
      await put('a', 'eins\r\nzwei €\n', 100_500);
      await put('.hidden', 'hidden\n', 100_500);
      await put('later', 'later', 101_200);
      await ssc.start();
      await clock.advance(1000);
      await put('b', 'b\n\n', 102_000);
      await clock.advance(2000);
      await ssc.stop();
      expect(outputs).to.deep.equal([[101_000, ['eins', 'zwei €']], [102_000, ['b', '', 'later']], [103_000, []]]);
      expect(warnings).to.deep.equal([]);
      expect(clock.pendingTimers).to.equal(0);
    });

    it('finds files in all folders that fit a pattern, also in one that is renamed to fit', async () => {
      const { ssc, clock, warnings } = program({ startAt: 100_000, fileSystem: new NodeFileSystem() });
      const outputs = recorded(ssc.textFileStream(`${folder}/site-*/in`));
      await put('site-1/in/a', 'a1', 100_100);
      await put('site-1/out/x', 'x', 100_100);
      await put('site-2/in/a', 'a2', 100_200);
      await put('other/in/a', 'other', 100_300);
      await put('other/in/ancient', 'ancient', 30_000);
      await put('site-file', 'no folder', 100_300);
      await ssc.start();
      await clock.advance(1000);
      await rename(join(folder, 'other'), join(folder, 'site-3'));
      await clock.advance(1000);
      await rm(join(folder, 'site-1'), { recursive: true });
      await put('site-2/in/b', 'b2', 102_500);
      await clock.advance(1000);
      await ssc.stop();
      expect(outputs).to.deep.equal([[101_000, ['a1', 'a2']], [102_000, ['other']], [103_000, ['b2']]]);
      expect(warnings).to.deep.equal([]);
    });

    it('cuts files into records of a fixed length', async () => {
      const { ssc, clock } = program({ startAt: 100_000, fileSystem: new NodeFileSystem() });
      const outputs = recorded(ssc.binaryRecordsStream(folder, 3).map((record) => Buffer.from(record).toString('latin1')));
      await put('a', 'abcdef', 100_500);
      await put('b', '', 100_500);
      await ssc.start();
      await clock.advance(1000);
      await put('c', 'abcd', 101_500);
      await clock.advance(1000);
      expect((await rejectionOf(ssc.awaitTermination())).message).to.contain('4 bytes').and.contain('of 3 bytes').and.contain('/c ');
      await ssc.stop();
      expect(outputs).to.deep.equal([[101_000, ['abc', 'def']]]);
    });
  });

  // The stream is made at 0; W is 60,000 ms; the batch looked at is the first one.
  const choice: [what: string, newFilesOnly: boolean, batch: number, modified: number, isRead: boolean][] = [
    ['changed when the stream was made', true, 1000, 0, false],
    ['changed just after the stream was made', true, 1000, 1, true],
    ['changed before the stream was made', true, 1000, -1, false],
    ['changed before the stream was made, when old ones are wanted', false, 1000, 1, true],
    ['changed after the stream was made, but W ago', true, 100_000, 40_000, false],
    ['changed just less than W ago', true, 100_000, 40_001, true],
    ['changed at the batch time', true, 100_000, 100_000, true],
    ['changed after the batch time', true, 100_000, 100_001, false],
  ];
  for (const [what, newFilesOnly, batch, modified, isRead] of choice) {
    it(`${isRead ? 'reads' : 'leaves'} a file ${what}`, async () => {
      const { ssc, clock, files } = overFiles();
      const outputs = recorded(ssc.textFileStream('in', { newFilesOnly }));
      await clock.advance(batch - 1000);
      files.put('in/f', modified);
      await ssc.start();
      await clock.advance(1000);
      await ssc.stop();
      expect(outputs).to.deep.equal([[batch, isRead ? ['in/f'] : []]]);
    });
  }

  it('reads old files too when asked to, if they were changed within the remember duration', async () => {
    const { ssc, clock, files } = overFiles({ startAt: 100_000 });
    const outputs = recorded(ssc.textFileStream('in', { newFilesOnly: false }));
    files.put('in/1', 41_000);
    files.put('in/2', 41_001);
    files.put('in/3', 100_000);
    await ssc.start();
    await clock.advance(2000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[101_000, ['in/2', 'in/3']], [102_000, []]]);
  });

  it('finds a file that appears late, within the remember duration, rounded up to whole batches', async () => {
    const { ssc, clock, files } = overFiles();
    const outputs = recorded(ssc.textFileStream('in', { minRememberDuration: 1500 }));
    await ssc.start();
    await clock.advance(4000);
    // W is 2,000 ms: the batch of 5,000 ms finds what was changed after 3,000.
    files.put('in/late', 3001);
    files.put('in/too-late', 3000);
    await clock.advance(2000);
    await ssc.stop();
    expect(outputs.slice(4)).to.deep.equal([[5000, ['in/late']], [6000, []]]);
  });

  it('reads a file of the same name again only after the remember duration, changed anew', async () => {
    const { ssc, clock, files } = overFiles();
    const outputs = recorded(ssc.textFileStream('in', { minRememberDuration: 3000 }).count());
    files.put('in/f', 500);
    await ssc.start();
    for (let time = 1000; time <= 5000; time += 1000) {
      await clock.advance(1000);
      files.put('in/f', time + 500);
    }
    await clock.advance(0);
    await ssc.stop();
    // Chosen by the batch of 1,000 ms, so again by that of 4,000 at the earliest.
    expect(outputs).to.deep.equal([[1000, [1]], [2000, [0]], [3000, [0]], [4000, [1]], [5000, [0]]]);
  });

  it('takes a filter of the caller in place of its own', async () => {
    const { ssc, clock, files } = overFiles();
    const seen: string[] = [];
    const filter = (path: string): boolean => {
      seen.push(path);
      return path.endsWith('.csv');
    };
    const outputs = recorded(ssc.fileStream('in', { filter }));
    files.put('in/.a.csv', 500);
    files.put('in/b.txt', 500);
    await ssc.start();
    await clock.advance(1000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1000, ['in/.a.csv']]]);
    expect(seen).to.deep.equal(['in/.a.csv', 'in/b.txt']);
  });

  it('gives one partition a file, read once for all outputs, by a function of the caller', async () => {
    const { ssc, clock, files } = overFiles();
    const stream = ssc.fileStream('in', {
      read: (content, path) => Promise.resolve(new Set([path, content.length])),
    });
    const partitions: number[] = [];
    stream.foreachRDD((rdd) => {
      partitions.push(rdd.partitionCount);
    });
    const outputs = recorded(stream);
    const again = recorded(stream.union(stream));
    files.put('in/b', 500, 'four');
    files.put('in/a', 600, '');
    await ssc.start();
    await clock.advance(2000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1000, ['in/a', 0, 'in/b', 4]], [2000, []]]);
    expect(again[0]).to.deep.equal([1000, ['in/a', 0, 'in/b', 4, 'in/a', 0, 'in/b', 4]]);
    expect(partitions).to.deep.equal([2, 0]);
    expect(files.reads.sort()).to.deep.equal(['in/a', 'in/b']);
  });

  it('warns once of a folder that cannot be listed, gives empty batches, and finds the files when it can be again', async () => {
    const { ssc, clock, files, warnings, errors } = overFiles();
    const outputs = recorded(ssc.textFileStream('in', { minRememberDuration: 1000 }));
    await ssc.start();
    await clock.advance(1000);
    files.failures.set('in', 'permission denied');
    files.put('in/a', 1500);
    await clock.advance(3000);
    files.failures.clear();
    await clock.advance(2000);
    files.failures.set('in', 'permission denied');
    await clock.advance(1000);
    await ssc.stop();
    expect(outputs).to.deep.equal([
      [1000, []], [2000, []], [3000, []], [4000, []], [5000, ['in/a']], [6000, []], [7000, []],
    ]);
    expect(warnings).to.have.length(2);
    expect(warnings[0]).to.contain('The files in in cannot be looked for').and.contain('permission denied');
    expect(errors).to.deep.equal([]);
  });

  it('warns of a folder that is not there, and goes on', async () => {
    const { ssc, clock, files, warnings } = overFiles();
    const outputs = recorded(ssc.textFileStream('nowhere'));
    await ssc.start();
    await clock.advance(1000);
    files.put('nowhere/a', 1500);
    await clock.advance(1000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1000, []], [2000, ['nowhere/a']]]);
    expect(warnings).to.have.length(1);
  });

  it('fails a batch whose file cannot be read, naming it; tried again, the batch reads the same files', async () => {
    const { ssc, clock, files } = overFiles({ retries: 1 });
    const outputs = recorded(ssc.textFileStream('in'));
    files.put('in/a', 500);
    files.put('in/gone', 500);
    await ssc.start();
    files.onRead = (path, attempt) => {
      if (path !== 'in/gone') return;
      if (attempt === 1) {
        files.put('in/new', 600);
        throw new Error('not just now');
      }
    };
    await clock.advance(1000);
    expect(outputs).to.deep.equal([[1000, ['in/a', 'in/gone']]]);
    files.onRead = (path) => {
      throw new Error(`no ${path}`);
    };
    await clock.advance(1000);
    expect((await rejectionOf(ssc.awaitTermination())).message).to.contain('The file in/new cannot be read: no in/new');
    await ssc.stop();
  });

  it('looks for files batch after batch, however long it takes, and holds other inputs in step', async () => {
    const { ssc, clock, files } = overFiles();
    const outputs = recorded(ssc.textFileStream('in').union(ssc.queueStream([['q1'], ['q2'], ['q3'], ['q4']])));
    files.delay = () => clock.sleep(2500);
    for (const time of [500, 1500, 2500]) files.put(`in/${String(time)}`, time);
    await ssc.start();
    await clock.advance(9000);
    expect(outputs.slice(0, 3)).to.deep.equal([
      [1000, ['in/500', 'q1']], [2000, ['in/1500', 'q2']], [3000, ['in/2500', 'q3']],
    ]);
    files.delay = nothing;
    let processed = 0;
    const stopping = ssc.stop({ gracefully: true }).then(() => {
      processed = outputs.length;
    });
    await clock.advance(60_000);
    await stopping;
    expect(processed).to.equal(10);
    expect(outputs.map(([time]) => time)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((second) => second * 1000));
    expect(clock.pendingTimers).to.equal(0);
  });

  it('does not hold up a stop while a folder hangs', async () => {
    const { ssc, clock, files } = overFiles();
    const outputs = recorded(ssc.textFileStream('in'));
    let answer: () => void = () => undefined;
    files.delay = () => Promise.race([clock.sleep(1e9), new Promise<void>((resolve) => (answer = resolve))]);
    await ssc.start();
    await clock.advance(3000);
    await ssc.stop();
    answer();
    await Promise.resolve();
    expect(ssc.getState()).to.equal('STOPPED');
    expect(outputs).to.deep.equal([]);
  });

  it('gives back what batches got that still look for their files, when another program is to go on', async () => {
    const { ssc, clock, files } = overFiles();
    const queue = ssc.queueStream([['q1'], ['q2'], ['q3'], ['q4']]);
    const outputs = recorded(ssc.textFileStream('in').union(queue));
    await ssc.start();
    await clock.advance(1000);
    files.delay = () => clock.sleep(5000);
    await clock.advance(2000);
    const finishing = ssc.finish();
    await clock.advance(10_000);
    await finishing;
    expect(outputs).to.deep.equal([[1000, ['q1']]]);
    expect(waitingIn(queue)).to.deep.equal([['q2'], ['q3'], ['q4']]);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('reads every file once, in the first batch that may have it, whenever files are changed and seen', async () => {
    const arrival = fc.record({ modified: fc.integer({ min: 1, max: 9000 }), delay: fc.nat(6000) });
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { maxLength: 12 }), async (arrivals) => {
        const { ssc, clock, files } = overFiles();
        const outputs = recorded(ssc.textFileStream('in', { minRememberDuration: 3000 }));
        await ssc.start();
        arrivals.forEach(({ modified, delay }, index) => {
          clock.schedule(modified + delay + 0.5, () => {
            files.put(`in/${String(index)}`, modified);
          });
        });
        await clock.advance(20_000);
        await ssc.stop();
        // By hand: the first batch at or after both times; none when it is 3,000 ms or more after the change.
        const expected = arrivals.map(({ modified, delay }) => {
          const batch = Math.ceil((modified + delay + 0.5) / 1000) * 1000;
          return batch - modified < 3000 ? batch : undefined;
        });
        const actual = arrivals.map((_, index) => {
          const batches = outputs.filter(([, lines]) => lines.includes(`in/${String(index)}`)).map(([time]) => time);
          return batches.length > 1 ? batches : batches[0];
        });
        expect(actual).to.deep.equal(expected);
      }),
      { numRuns: 40 },
    );
  });

  describe('refuses', () => {
    const ssc = overFiles().ssc;
    const wrong: [what: string, make: () => unknown, message: string][] = [
      ['a folder that is no text', () => ssc.textFileStream(undefined as unknown as string), 'path of a folder'],
      ['an empty folder', () => ssc.textFileStream(''), 'path of a folder'],
      ['a filter that is no function', () => ssc.fileStream('in', { filter: '*.csv' as unknown as () => boolean }), 'functions'],
      ['a remember duration of 0', () => ssc.fileStream('in', { minRememberDuration: 0 }), 'minRememberDuration is 0'],
      ['a record length of 0', () => ssc.binaryRecordsStream('in', 0), 'record length is 0'],
    ];
    for (const [what, make, message] of wrong) {
      it(what, () => {
        expect(make).to.throw(IllegalArgumentError, message);
      });
    }

    it('to work without files to read', () => {
      expect(() => program().ssc.textFileStream('in')).to.throw(IllegalStateError, 'fileSystem');
    });
  });
});
