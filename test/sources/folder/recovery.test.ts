import { appendFile, copyFile, mkdtemp, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ManualClock } from '../../../src/ports/ManualClock';
import { type FolderParameters, FolderSource } from '../../../src/sources/folder/FolderSource';
import type { SourceHost, SourceLog, SourceMessage, SourceProblem, StoredWith } from '../../../src/sources/Source';

/** What a log keeps of a receiver, over all processes. */
class Log implements SourceLog {
  readonly lines: string[] = [];
  readonly marks = new Map<string, unknown>();
  readonly openPackets = [];

  hasPacket(): boolean {
    return false;
  }

  releasePackets(): Promise<void> {
    return Promise.resolve();
  }

  keep(messages: readonly SourceMessage[], marks: ReadonlyMap<string, unknown> = new Map()): void {
    this.lines.push(...messages.map(({ payload }) => String(payload).slice(0, 8)));
    // As a log would: what comes back is a copy.
    for (const [place, mark] of marks) {
      if (mark === undefined) this.marks.delete(place);
      else this.marks.set(place, JSON.parse(JSON.stringify(mark)));
    }
  }
}

/** One process; ends at one of its attempts to store something, before or after it is in the log. */
class Host implements SourceHost {
  readonly problems: SourceProblem[] = [];
  stores = 0;
  ended = false;

  constructor(
    readonly log: Log,
    readonly end = Infinity,
    readonly isStored = false,
  ) {}

  store(messages: readonly SourceMessage[], also?: StoredWith): Promise<void> {
    if (this.ended) return Promise.reject(new Error('the process has ended'));
    this.stores++;
    this.ended = this.stores === this.end;
    if (!this.ended || this.isStored) this.log.keep(messages, also?.marks);
    return this.ended ? Promise.reject(new Error('the process ends')) : Promise.resolve();
  }

  status(): void {
    // Nobody looks.
  }

  problem(problem: SourceProblem): void {
    this.problems.push(problem);
  }
}

describe('FolderSource with a log', () => {
  let folder: string;
  let log: Log;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstream-folder-'));
    log = new Log();
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const path = (name: string): string => join(folder, name);

  /** Runs one process for some looks, or until it ends. */
  async function run(host = new Host(log), change: Partial<FolderParameters> = {}): Promise<Host> {
    const clock = new ManualClock();
    const source = new FolderSource({ path: folder, pattern: '*', split: 'lines', existing: true, ...change }, host, clock);
    source.start();
    for (let look = 0; look < 4 && !host.ended; look++) await clock.advance(1000);
    await source.stop();
    return host;
  }

  it('has each line once, wherever it is stopped, before or after what it handed over was stored', async () => {
    const lineOf = (file: string, index: number): string => `${file}${String(index).padStart(7, '0')}${'x'.repeat(20_000)}`;
    const [a, b, c] = ['a', 'b', 'c'].map((file) => Array.from({ length: 12 }, (_, index) => lineOf(file, index))) as [string[], string[], string[]];
    await writeFile(path('a'), `\ufeff${a.join('\r\n')}\r\n`);
    await writeFile(path('b'), b.join('\n'));
    await writeFile(path('c'), `${c.join('\n\n')}\n\n`);
    for (const [index, name] of ['a', 'b', 'c'].entries()) await utimes(path(name), 1000 + index, 1000 + index);
    const expected = [...a, ...b, ...c].map((line) => line.slice(0, 8));
    const whole = await run();
    expect(log.lines).to.deep.equal(expected);
    expect(whole.stores).to.be.greaterThan(12);
    for (let end = 1; end <= whole.stores; end++) {
      for (const isStored of [false, true]) {
        log = new Log();
        expect((await run(new Host(log, end, isStored))).ended).to.equal(true);
        // And again a little later.
        await run(new Host(log, 2, !isStored));
        const last = await run();
        expect(log.lines, `${String(end)} ${String(isStored)}`).to.deep.equal(expected);
        expect(last.problems).to.deep.equal([]);
      }
    }
  });

  it('stops at every single line and goes on, each line once', async () => {
    const lines = Array.from({ length: 12 }, (_, index) => `${String(index).padStart(8, '0')}${'x'.repeat(65_000)}`);
    await writeFile(path('a'), `${lines.join('\n')}\n`);
    let lives = 0;
    // The first thing that is stored is that the folder was looked into.
    for (let ended = true; ended; lives++) ({ ended } = await run(new Host(log, lives === 0 ? 2 : 1, true)));
    expect(lives).to.be.greaterThan(11);
    expect(log.lines).to.deep.equal(lines.map((line) => line.slice(0, 8)));
  });

  it('takes files that came while it did not run, and leaves those alone that were there at the very first start', async () => {
    await writeFile(path('old'), 'old\n');
    await run(undefined, { existing: false });
    await writeFile(path('new'), 'new\n');
    // Moved in, with an old time of change.
    await utimes(path('new'), 1000, 1000);
    await run(undefined, { existing: false });
    await run(undefined, { existing: false });
    expect(log.lines).to.deep.equal(['new']);
  });

  it('knows at the next start that there was no folder, so that all that it holds then is new', async () => {
    await rm(folder, { recursive: true });
    await run(undefined, { existing: false });
    folder = await mkdtemp(folder);
    // The same path again.
    const [made, wanted] = [folder, [...log.marks.values()][0] as string];
    await rename(made, wanted);
    folder = wanted;
    await writeFile(path('a'), '1\n');
    await run(undefined, { existing: false });
    expect(log.lines).to.deep.equal(['1']);
  });

  it('begins anew where what is known of a file is not known for certain: another folder, or a first look that was not stored', async () => {
    await writeFile(path('a'), '1\n');
    const host = await run(new Host(log, 1, false), { existing: false });
    expect([host.stores, [...log.marks]]).to.deep.equal([1, []]);
    await run(undefined, { existing: false });
    const other = await mkdtemp(join(tmpdir(), 'dstream-folder-'));
    try {
      await copyFile(path('a'), join(other, 'a'));
      await run(undefined, { path: other });
      expect(log.lines).to.deep.equal(['1']);
    } finally {
      await rm(other, { recursive: true });
    }
  });

  describe('counts as new, and reads from its beginning,', () => {
    const changes: Readonly<Record<string, () => Promise<void>>> = {
      'a file that was replaced by one of the same size and time': async () => {
        const { mtime, size } = await stat(path('a'));
        await writeFile(path('.b'), '1\n2\n');
        await utimes(path('.b'), mtime, mtime);
        await rename(path('.b'), path('a'));
        expect((await stat(path('a'))).size).to.equal(size);
      },
      'a file that was cut off and written anew': async () => {
        await truncate(path('a'), 0);
        await appendFile(path('a'), '1\n2\n');
        await utimes(path('a'), 5000, 5000);
      },
      'a file that was moved away for another to take its name': async () => {
        await rename(path('a'), path('.a'));
        await writeFile(path('a'), '1\n2\n');
      },
    };
    for (const [name, change] of Object.entries(changes)) {
      it(name, async () => {
        await writeFile(path('a'), '1\n2\n');
        await run();
        await run();
        expect(log.lines).to.deep.equal(['1', '2']);
        await change();
        await run();
        await run();
        expect(log.lines).to.deep.equal(['1', '2', '1', '2']);
      });
    }
  });

  it('knows whole files too', async () => {
    await writeFile(path('a'), 'one');
    await run(undefined, { split: 'whole' });
    await writeFile(path('b'), 'two');
    await run(undefined, { split: 'whole' });
    expect(log.lines).to.deep.equal(['one', 'two']);
  });

  it('does not rely on marks that are none', async () => {
    await writeFile(path('a'), '1\n');
    for (const mark of [null, 'x', [], [1, 2, 3], ['1', 2, 3, 4]]) log.marks.set('a', mark);
    await run();
    expect(log.lines).to.deep.equal(['1']);
  });
});
