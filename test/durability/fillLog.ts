import { rmSync, writeSync } from 'node:fs';
import { Journal } from '../../src/durability';
import { NodeDisk } from '../../src/ports/node/NodeDisk';
import { SystemClock } from '../../src/ports/node/SystemClock';

/** Records that are appended after there was no room, and then there was. */
const AFTERWARDS = 20;

/** At once, for the process may be ended the next moment. */
function print(line: string): void {
  writeSync(1, `${line}\n`);
}

/** Codes are all that matters of errors here. */
function codeOf(error: unknown): string {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  return typeof code === 'string' ? code : cause === undefined ? String(error) : codeOf(cause);
}

/** Appends records of half a kilobyte to the log in a folder, one after the other, until it has failed or has had room again. */
async function fill(folder: string, ballast: string | undefined): Promise<void> {
  let left = Infinity;
  const { journal } = await Journal.open(new NodeDisk(folder), {
    graph: 'g', clock: new SystemClock(), epoch: 1, segmentBytes: ballast === undefined ? 1e9 : 16_384, retryAfter: 20,
    listener: {
      full: (error) => {
        print(`full ${codeOf(error)}`);
        if (ballast !== undefined) rmSync(ballast);
      },
      resumed: () => {
        print('resumed');
        left = AFTERWARDS;
      },
      failed: (error) => {
        print(`failed ${codeOf(error)}`);
      },
    },
  });
  for (let number = 0; left > 0; number++, left--) {
    await journal.append('s', [`${String(number)} ${'x'.repeat(500)}`]).durable;
    print(`confirmed ${String(number)}`);
  }
  process.kill(process.pid, 'SIGKILL');
}

/** Prints the numbers of the records in the log. */
async function read(folder: string): Promise<void> {
  const { journal, recovery } = await Journal.open(new NodeDisk(folder), { graph: 'g', clock: new SystemClock(), epoch: 2 });
  await recovery.readWaiting(({ records }) => {
    for (const record of records) print(`found ${String(record).split(' ')[0] ?? ''}`);
  });
  await journal.close();
}

/** A program of its own, so that the system can set it limits: `fill <folder> [<file to remove when there is no room>]`, `read <folder>`. */
const [mode, folder = '', ballast] = process.argv.slice(2);
(mode === 'fill' ? fill(folder, ballast) : read(folder)).catch((error: unknown) => {
  print(`ended ${codeOf(error)}`);
  process.exitCode = 1;
});
