import { expect } from 'chai';
import type { Plan, SinkOperator } from '../../../src/plan/Plan';
import { FileSink } from '../../../src/sinks/file/FileSink';
import type { Roll } from '../../../src/sinks/file/FileSinkOptions';
import { SeededRandom } from '../../support/simulation/SeededRandom';
import { SimulatedOutputFiles } from '../../support/simulation/SimulatedOutputFiles';
import { from, OPTIONS, receiver } from '../plans';
import { checkpoint, durablePlan, World } from './World';

const FILES: SinkOperator = {
  id: 'out', type: 'sink', inputs: from('in'),
  parameters: {
    target: { kind: 'file', path: '/files', name: 'out', format: 'text', roll: 'day', columns: [] }, mode: 'record', emptyBatches: false,
  },
};

const WITH: Plan = durablePlan([receiver(), checkpoint('keeper', 'in'), FILES]);
const WITHOUT: Plan = durablePlan([receiver(), FILES]);

const texts = (...payloads: string[]): { payload: string; topic: string }[] => payloads.map((payload) => ({ payload, topic: 'a' }));

for (const roll of ['day', 'batch'] as const satisfies readonly Roll[]) {
  describe(`a graph whose checkpoint comes and goes, with files for each ${roll}`, () => {
    let world: World;
    let files: SimulatedOutputFiles;

    /** What stands in the files, each line once for each time that it was written. */
    const lines = (): string[] => files.names
      .filter((name) => name.endsWith('.txt'))
      .flatMap((name) => (files.content(name) ?? '').split('\n').slice(0, -1))
      .sort();

    beforeEach(() => {
      world = new World();
      files = new SimulatedOutputFiles(new SeededRandom(1));
      world.places = {
        source: () => undefined,
        sink: (_operator, _secrets, host, clock) =>
          new FileSink({ sink: 'out', name: 'out', format: 'text', roll, columns: [] }, files.connect(), host, clock, () => 0.5),
      };
    });

    /** Runs with a checkpoint, then for a batch without, then with the same folder again, and dies before the first batch. */
    async function comeBack(waiting: readonly string[]): Promise<void> {
      await world.start(WITH);
      await world.offer(texts('a'));
      await world.clock.advance(1000);
      await world.runner.update(WITHOUT, OPTIONS);
      await world.offer(texts('b1', 'b2'));
      await world.clock.advance(1000);
      await world.runner.update(WITH, OPTIONS);
      await world.offer(texts(...waiting));
      expect(lines()).to.deep.equal(['a', 'b1', 'b2']);
      world.kill();
    }

    it('writes the records of batches whose times have been there without it', async () => {
      await comeBack(['c']);
      await world.start(WITH);
      await world.clock.advance(1000);
      expect(lines()).to.deep.equal(['a', 'b1', 'b2', 'c']);
      await world.offer(texts('d'));
      await world.clock.advance(1000);
      expect(lines()).to.deep.equal(['a', 'b1', 'b2', 'c', 'd']);
    });

    it('writes a batch once of which a power cut took the note, although others came without a checkpoint before it runs again', async () => {
      await world.start(WITH);
      await world.offer(texts('a'));
      await world.clock.advance(1000);
      world.kill('power');
      await world.start(WITHOUT);
      await world.offer(texts('b'));
      await world.clock.advance(1000);
      world.kill('power');
      for (let start = 0; start < 3; start++) {
        await world.start(WITH);
        await world.offer(texts(`c${String(start)}`));
        await world.clock.advance(1000);
        world.kill('power');
      }
      expect(lines()).to.deep.equal(['a', 'b', 'c0', 'c1', 'c2']);
    });

    it('writes them once, wherever another crash comes', async () => {
      await comeBack(['c1', 'c2', 'c3']);
      for (let operation = 1; operation <= 20; operation++) {
        const crash = files.crashAfter(operation, 'kill');
        await world.start(WITH);
        await Promise.race([world.clock.advance(1000), crash]);
        world.kill();
      }
      await world.start(WITH);
      await world.clock.advance(1000);
      expect(lines()).to.deep.equal(['a', 'b1', 'b2', 'c1', 'c2', 'c3']);
    });
  });
}
