import { expect } from 'chai';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDisk } from '../../src/durability';
import type { Disk } from '../../src/ports/Disk';
import { NodeDisk } from '../../src/ports/node/NodeDisk';
import { SeededRandom } from '../support/simulation/SeededRandom';
import { SimulatedDisk } from '../support/simulation/SimulatedDisk';

async function messageOf(disk: Disk): Promise<string> {
  return checkDisk(disk).then(() => 'no error', (thrown: unknown) => `${(thrown as Error).name}: ${(thrown as Error).message}`);
}

function fails(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(`${code}: system`), { code }));
}

describe('checkDisk', () => {
  let simulated: SimulatedDisk;

  beforeEach(() => {
    simulated = new SimulatedDisk(new SeededRandom(1));
  });

  it('finds nothing wrong with a disk that works, and leaves nothing there', async () => {
    await checkDisk(simulated.connect());
    expect(simulated.files().size).to.equal(0);
    const folder = mkdtempSync(join(tmpdir(), 'dstream-disk-'));
    try {
      await checkDisk(new NodeDisk(join(folder, 'new')));
      expect(readdirSync(join(folder, 'new'))).to.deep.equal([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('finds nothing wrong where several look at once, or one was killed while it looked', async () => {
    for (let seed = 0; seed < 30; seed++) {
      simulated = new SimulatedDisk(new SeededRandom(seed));
      const crashed = simulated.crashAfter(1 + (seed % 9), 'kill');
      await Promise.race([checkDisk(simulated.connect()), crashed]);
      simulated.crash('kill');
      await Promise.all([1, 2, 3].map(() => checkDisk(simulated.connect())));
    }
  });

  it('says what does not work, and what to do', async () => {
    const disk = simulated.connect();
    const begin = 'DurabilityError: Nothing can be kept in disk: ';
    const rows: [Partial<Disk>, string][] = [
      [{ makeFolder: fails('EACCES') }, 'the folder could not be made (EACCES: system). Node-RED may not write there'],
      [{ create: fails('EROFS') }, 'a file could not be made (EROFS: system). It can only be read: make it writable'],
      [{ create: fails('EEXIST') }, 'a file could not be made (EEXIST: system). Choose a folder on a disk of this machine'],
      [{ rename: fails('EPERM') }, 'a file could not be given another name (EPERM: system). Node-RED may not write there'],
      [{ fsyncFolder: fails('EINVAL') },
        'the names of files could not be made to survive a power cut (EINVAL: system). Its file system cannot do that, as some network'],
      [{ read: fails('EIO') }, 'a file could not be read (EIO: system). Choose a folder'],
      [{ read: () => Promise.resolve(new Uint8Array(3)) }, '87 bytes were written to a file, and other 3 were read. The disk or its file system is broken'],
      [{ remove: fails('EBUSY') }, 'a file could not be removed (EBUSY: system)'],
    ];
    for (const [broken, message] of rows) {
      expect(await messageOf({ ...disk, ...broken })).to.contain(begin + message);
    }
    expect(simulated.files().size).to.equal(0);
  });

  it('says when there is no room, or what was written does not last', async () => {
    simulated.capacity = 10;
    expect(await messageOf(simulated.connect())).to.contain(
      'a file could not be written to (ENOSPC: probe-1.tmp). There is no room: make some, or choose a folder on another disk.',
    );
    simulated.capacity = Infinity;
    simulated.fsyncFailure = 1;
    expect(await messageOf(simulated.connect())).to.contain('what was written could not be made to survive a power cut (EIO: probe-1.tmp).');
    expect(simulated.files().size).to.equal(0);
  });

  it('says it of a real folder that is none, or that may not be written to', async function () {
    const folder = mkdtempSync(join(tmpdir(), 'dstream-disk-'));
    try {
      writeFileSync(join(folder, 'file'), '');
      expect(await messageOf(new NodeDisk(join(folder, 'file', 'x')))).to.contain('A part of its path is a file: choose another folder.');
      // Who may do anything is not kept from it.
      if (process.getuid?.() === 0 || process.platform === 'win32') return;
      chmodSync(folder, 0o500);
      expect(await messageOf(new NodeDisk(join(folder, 'y')))).to.contain('Node-RED may not write there');
    } finally {
      chmodSync(folder, 0o700);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
