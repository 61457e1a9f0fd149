import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

const PROGRAM = join(__dirname, 'fillLog.js');

/** Fills a disk of 256 KiB in memory, of which 64 KiB are taken by a file that goes when there is no room left, and reads the log. */
const SMALL_DISK = `
  mount -t tmpfs -o size=256k none "$1" || exit 99
  head -c 65536 /dev/zero > "$1/ballast"
  "$2" "$3" fill "$1/log" "$1/ballast"
  "$2" "$3" read "$1/log"`;

/** No file may have more than 64 blocks of 512 or 1,024 bytes: the write that meets the limit is cut short, the next one fails. */
const SMALL_FILES = `
  (ulimit -f 64; "$2" "$3" fill "$1/log")
  "$2" "$3" read "$1/log"`;

describe('the log at the limits that a system sets', function () {
  this.timeout(30_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dstream-limits-'));
    mkdirSync(join(folder, 'disk'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function run(command: string, ...before: string[]): { readonly status: number | null; readonly lines: readonly string[] } {
    const [program, ...options] = [...before, 'sh', '-c', command, 'sh', join(folder, 'disk'), process.execPath, PROGRAM];
    const { status, stdout, error } = spawnSync(program, options, { encoding: 'utf8', timeout: 25_000 });
    return error === undefined ? { status, lines: stdout.trim().split('\n') } : { status: 99, lines: [] };
  }

  const numbersOf = (word: string, lines: readonly string[]): number[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)));

  const counted = (length: number): number[] => Array.from({ length }, (_, number) => number);

  it('a disk that is full: confirms nothing, goes on by itself when there is room, and has all it confirmed', () => {
    if (process.platform !== 'linux') return;
    const { status, lines } = run(SMALL_DISK, 'unshare', '--user', '--map-root-user', '--mount');
    // Not every system lets its users make a disk in memory.
    if (status === 99 || status === 1) return;
    expect(lines.filter((line) => !/^(confirmed|found) \d+$/.test(line))).to.deep.equal(['full ENOSPC', 'resumed']);
    const confirmed = numbersOf('confirmed', lines);
    expect(confirmed.length).to.be.above(200);
    expect(confirmed).to.deep.equal(counted(confirmed.length));
    expect(numbersOf('found', lines)).to.deep.equal(confirmed);
  });

  it('a file that may not grow: the half that was written counts for nothing, and the log has all it confirmed', () => {
    if (process.platform === 'win32') return;
    const { lines } = run(SMALL_FILES);
    expect(lines.filter((line) => !/^(confirmed|found) \d+$/.test(line))).to.deep.equal(['failed EFBIG', 'ended EFBIG']);
    const confirmed = numbersOf('confirmed', lines);
    expect(confirmed.length).to.be.above(20);
    expect(numbersOf('found', lines)).to.deep.equal(confirmed);
  });
});
