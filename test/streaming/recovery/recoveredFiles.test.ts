import { expect } from 'chai';
import { ManualClock } from '../../../src/streaming';
import { openRecoveryLog } from '../../../src/streamingRecovery';
import { SeededRandom } from '../../support/simulation/SeededRandom';
import { SimulatedDisk } from '../../support/simulation/SimulatedDisk';
import { MemoryFileSystem } from '../MemoryFileSystem';
import { type Output, program } from '../program';

interface Life {
  readonly clock: ManualClock;
  readonly outputs: Output<string>[];
  readonly stop: () => Promise<void>;
}

async function live(disk: SimulatedDisk, fileSystem: MemoryFileSystem, now: number, checkpointInterval: number): Promise<Life> {
  const clock = new ManualClock(now);
  const { ssc } = program({ clock, fileSystem });
  const outputs: Output<string>[] = [];
  ssc.textFileStream('/in').foreachRDD(async (rdd, time) => {
    outputs.push([time, await rdd.collect()]);
  });
  await ssc.recoverFrom(await openRecoveryLog(disk.connect(), { clock, epoch: 1 }), 'checkpoints', checkpointInterval);
  await ssc.start();
  await clock.advance(0);
  return { clock, outputs, stop: () => ssc.stop() };
}

describe('a recovered stream of files', () => {
  it('finds after a stop what came since then, and nothing that was read or was old at the first start', async () => {
    const disk = new SimulatedDisk(new SeededRandom(3));
    const fileSystem = new MemoryFileSystem();
    fileSystem.put('/in/old', 'old', 500);
    const first = await live(disk, fileSystem, 1000, 10_000);
    fileSystem.put('/in/a', 'a', 1500);
    await first.clock.advance(1000);
    await first.stop();
    fileSystem.put('/in/b', 'b', 2500);
    const second = await live(disk, fileSystem, 3200, 10_000);
    expect([first.outputs, second.outputs]).to.deep.equal([[[2000, ['a']]], [[3000, ['b']]]]);
    await second.stop();
  });

  for (const checkpointInterval of [1000, 1e6]) {
    it(`reads the files of pending batches again, and those that came meanwhile, once each (a checkpoint every ${String(checkpointInterval)} ms)`, async () => {
      const disk = new SimulatedDisk(new SeededRandom(3));
      const fileSystem = new MemoryFileSystem();
      fileSystem.put('/in/old', 'old', 500);
      const first = await live(disk, fileSystem, 1000, checkpointInterval);
      fileSystem.put('/in/a', 'a', 1500);
      await first.clock.advance(1000);
      fileSystem.put('/in/b', 'b', 2500);
      await first.clock.advance(1000);
      expect(first.outputs).to.deep.equal([[2000, ['a']], [3000, ['b']]]);
      disk.crash('power');
      fileSystem.put('/in/c', 'c', 3500);
      const second = await live(disk, fileSystem, 4200, checkpointInterval);
      // The batch of 2,000 ms is in a checkpoint that was made when that of 3,000 ms began.
      const again = checkpointInterval === 1000 ? [] : [[2000, ['a']]];
      expect(second.outputs).to.deep.equal([...again, [3000, ['b']], [4000, ['c']]]);
      fileSystem.put('/in/d', 'd', 4500);
      await second.clock.advance(800);
      expect(second.outputs.slice(again.length + 2)).to.deep.equal([[5000, ['d']]]);
      await second.stop();
    });
  }
});
