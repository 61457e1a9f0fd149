// Writes test/durability/golden/<format>: to be run once for every format, from the root of the repository, with the folder to be made.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MemoryDisk } from './MemoryDisk';
import { writeSampleGraph } from './sampleGraph';

async function write(target: string): Promise<void> {
  const disk = new MemoryDisk();
  await writeSampleGraph(disk);
  for (const [path, bytes] of disk.files) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    // Never over one that is there: what was written once must be read for ever.
    writeFileSync(join(target, path), bytes, { flag: 'wx' });
  }
}

const [, , target] = process.argv;
if (target === undefined) throw new Error('Give the folder that is to be made, such as test/durability/golden/1.');
void write(target);
