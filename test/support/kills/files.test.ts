import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { batchTimeOf, linesIn, linesOf } from './files';

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

describe('the files of a sink', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstream-kills-files-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('are read line by line, also where JSON holds other line separators, and over the edges of chunks', async () => {
    const lines = [JSON.stringify('\u2028 \u2029 \u0085'), ...Array.from({ length: 20_000 }, (_, index) => JSON.stringify(`ü${String(index)}`)), '"torn'];
    await writeFile(join(folder, 'r-1.jsonl'), lines.join('\n'));
    expect(await all(linesOf(join(folder, 'r-1.jsonl')))).to.deep.equal(lines);
  });

  it('come in the order of their names, without what was not finished', async () => {
    await writeFile(join(folder, 'r-2.jsonl'), '2\n');
    await writeFile(join(folder, 'r-1.jsonl'), '1\n\n');
    await writeFile(join(folder, 'r-3.jsonl.tmp'), '3\n');
    await writeFile(join(folder, 'r.manifest.json'), '{}');
    await writeFile(join(folder, 'r.batches.jsonl'), '{}\n');
    expect(await all(linesIn(folder))).to.deep.equal(['1', '2']);
    expect(await all(linesIn(join(folder, 'none')))).to.deep.equal([]);
  });

  it('say the time of their batch', () => {
    expect(batchTimeOf('r-20261122T170001.250Z.jsonl')).to.equal(Date.parse('2026-11-22T17:00:01.250Z'));
    expect(batchTimeOf('r-20261122T170001.250Z.jsonl.tmp')).to.equal(undefined);
    expect(batchTimeOf('r-2026-11-22.jsonl')).to.equal(undefined);
  });
});
