// Writes the savepoint of test/durability/golden/savepoint-<format>: to be run once for every format, from the root of the repository, with
// the file to be made.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Savepoints } from '../../../src/durability';
import { MemoryDisk } from './MemoryDisk';
import { openGraph, writeSampleGraph } from './sampleGraph';

async function write(target: string): Promise<void> {
  const disk = new MemoryDisk();
  await writeSampleGraph(disk);
  const { journal } = await openGraph(disk);
  const whole = await journal.wholeCheckpoint({ name: 'golden', made: 1_795_348_810_000 });
  await new Savepoints(disk, 'sample').keep('golden', whole, () => Promise.resolve());
  await journal.close();
  const bytes = disk.files.get('savepoints/golden.ck');
  if (bytes === undefined) throw new Error('The savepoint was not written.');
  mkdirSync(dirname(target), { recursive: true });
  // Never over one that is there: what was written once must be read for ever.
  writeFileSync(target, bytes, { flag: 'wx' });
}

const [, , target] = process.argv;
if (target === undefined) throw new Error('Give the file that is to be made, such as test/durability/golden/savepoint-1/golden.ck.');
void write(target);
