import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { HOSTILE_NAMES, HOSTILE_TEXTS } from './hostile';
import type { HostileRun } from './hostileRun';

describe('the content of messages', function () {
  this.timeout(20_000);
  let folder: string;
  let run: HostileRun;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstream-hostile-'));
    // A process of its own: nothing else has touched its prototypes, and an ending of the process would be seen.
    const { stdout } = await promisify(execFile)(process.execPath, ['--disable-proto=throw', join(__dirname, 'hostileRun.js')], { cwd: folder, maxBuffer: 1e8 });
    run = JSON.parse(stdout) as HostileRun;
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('is never evaluated: code, templates and expressions in topics and payloads stay text', () => {
    expect(run.through.slice(0, HOSTILE_TEXTS.length)).to.deep.equal(HOSTILE_TEXTS.map((text) => [text, text, text]));
    expect(run.evaluated).to.equal(undefined);
    expect(run.globals).to.deep.equal([]);
    expect(existsSync(join(folder, 'evaluated'))).to.equal(false);
  });

  it('may be a name that objects have already: each is a key of its own', () => {
    const counts = new Map(run.counts.map(([key, count]) => [key, count]));
    expect(counts.size).to.equal(run.counts.length);
    for (const name of [...HOSTILE_TEXTS, ...HOSTILE_NAMES]) expect(counts.get(name), JSON.stringify(name)).to.equal(1);
    for (const topic of ['json', 'text', 'bytes', 'parsed']) expect(counts.get(topic), topic).to.equal(HOSTILE_NAMES.length);
    expect(counts.size).to.equal(HOSTILE_TEXTS.length + HOSTILE_NAMES.length + 4);
  });

  it('leaves Object.prototype and its like as they were', () => {
    expect(run.changed).to.deep.equal([]);
    expect(run.inherited).to.equal(0);
  });
});
