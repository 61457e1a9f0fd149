import { expect } from 'chai';
import { ManualClock } from '../../../src/ports/ManualClock';
import { FileSink } from '../../../src/sinks/file/FileSink';
import type { FileSinkOptions } from '../../../src/sinks/file/FileSinkOptions';
import { encodeManifest, type Manifest } from '../../../src/sinks/file/Manifest';
import type { SinkRecord } from '../../../src/sinks/Sink';
import { SeededRandom } from '../../support/simulation/SeededRandom';
import { SimulatedOutputFiles } from '../../support/simulation/SimulatedOutputFiles';
import { TestSinkHost } from '../TestSinkHost';

const NOON = Date.UTC(2026, 10, 22, 12);
const DAY = 86_400_000;

/** A part of a batch, as the engine names it. */
function part(batchTime: number, payloads: readonly unknown[], from = 0, name = 's'): SinkRecord[] {
  return payloads.map((payload, index) => ({
    payload, topic: 't', key: 'k', id: `g/${name}/${String(batchTime)}/${String(from + index)}`, count: 1,
  }));
}

describe('FileSink', () => {
  let files: SimulatedOutputFiles;
  let clock: ManualClock;
  let host: TestSinkHost;
  let sink: FileSink;

  function open(change: Partial<FileSinkOptions> = {}): FileSink {
    const options: FileSinkOptions = { sink: 's', name: 'out', format: 'json', roll: 'day', columns: [], ...change };
    sink = new FileSink(options, files.connect(), host, clock, () => 0.5);
    sink.start();
    return sink;
  }

  const deliver = (batchTime: number, payloads: readonly unknown[], from = 0): Promise<void> =>
    sink.deliver(part(batchTime, payloads, from), host.settled, batchTime, { run: '1' });

  const AGAIN = { run: '1', runsAgain: new Set(['1']) };

  /** The same, of a batch that comes again after a start. */
  const deliverAgain = (batchTime: number, payloads: readonly unknown[], from = 0): Promise<void> =>
    sink.deliver(part(batchTime, payloads, from), host.settled, batchTime, AGAIN);

  /** A batch of a graph without a log. */
  const deliverUnlogged = (batchTime: number, payloads: readonly unknown[]): Promise<void> =>
    sink.deliver(part(batchTime, payloads), host.settled, batchTime);

  beforeEach(() => {
    files = new SimulatedOutputFiles(new SeededRandom(1));
    clock = new ManualClock(NOON + 10 * DAY);
    host = new TestSinkHost();
  });

  afterEach(async () => {
    await sink.stop();
    expect(clock.pendingTimers).to.equal(0);
  });

  describe('batches that come once more', () => {
    const deliverOf = (run: string, batchTime: number, payloads: readonly unknown[]): Promise<void> =>
      sink.deliver(part(batchTime, payloads), host.settled, batchTime, { run });

    it('are not written by the same start again, also when a later one has been written', async () => {
      open();
      await deliver(NOON, [1]);
      await deliver(NOON, [1]);
      await deliver(NOON + 1000, [2]);
      await deliver(NOON, [1]);
      expect(files.content('out-2026-11-22.jsonl')).to.equal('1\n2\n');
      expect(host.arrived).to.have.length(4);
    });

    it('are not written by a process that was paused while another one took over', async () => {
      open();
      await deliverOf('1', NOON, [1]);
      // Written down by the first, and written by the one that took over; then batches of its own.
      await sink.deliver(part(NOON + 1000, [2]), host.settled, NOON + 1000, AGAIN);
      await deliverOf('2', NOON + 2000, [3]);
      await deliverOf('1', NOON + 1000, [2]);
      await deliverOf('1', NOON + 3000, ['of nobody any more']);
      await deliverOf('2', NOON + 4000, [4]);
      expect(files.content('out-2026-11-22.jsonl')).to.equal('1\n2\n3\n4\n');
    });
  });

  describe('names', () => {
    it('appends to a file for each day of batch time, in UTC; midnight begins the next one', async () => {
      open();
      await deliver(NOON, [{ a: 1 }, 'x']);
      await deliver(Date.UTC(2026, 10, 22, 23, 59, 59, 999), [2]);
      await deliver(Date.UTC(2026, 10, 23), [null]);
      expect(files.content('out-2026-11-22.jsonl')).to.equal('{"a":1}\n"x"\n2\n');
      expect(files.content('out-2026-11-23.jsonl')).to.equal('null\n');
      expect(files.names).to.deep.equal(['out-2026-11-22.jsonl', 'out-2026-11-23.jsonl', 'out.manifest.json']);
      expect(host.arrived).to.have.length(4);
      expect([host.last, host.problems]).to.deep.equal([{ state: 'running', text: 'writing' }, []]);
    });

    it('appends to a file for each hour', async () => {
      open({ roll: 'hour', format: 'text' });
      await deliver(NOON, ['a']);
      await deliver(NOON + 3_599_999, ['b']);
      await deliver(NOON + 3_600_000, ['c']);
      expect([files.content('out-2026-11-22T12.txt'), files.content('out-2026-11-22T13.txt')]).to.deep.equal(['a\nb\n', 'c\n']);
    });

    it('makes a file for each batch, and a list of them with bytes and records', async () => {
      open({ roll: 'batch' });
      await deliver(NOON, [1, 2]);
      await deliver(NOON + 1500, ['zwölf']);
      expect(files.content('out-20261122T120000.000Z.jsonl')).to.equal('1\n2\n');
      expect(files.content('out-20261122T120001.500Z.jsonl')).to.equal('"zwölf"\n');
      expect(files.content('out.batches.jsonl')).to.equal(
        `{"batch":${String(NOON)},"file":"out-20261122T120000.000Z.jsonl","length":4,"records":2}\n` +
          `{"batch":${String(NOON + 1500)},"file":"out-20261122T120001.500Z.jsonl","length":9,"records":1}\n`,
      );
      expect(files.names).to.have.length(4);
    });

    it('writes nothing of an empty delivery', async () => {
      open();
      await deliver(NOON, []);
      expect(files.names).to.deep.equal([]);
    });

    it('leaves a file alone that somebody else made, and begins a second one', async () => {
      files.put('out-2026-11-22.jsonl', 'mine\n');
      open();
      await deliver(NOON, [1]);
      await deliver(NOON + 1, [2]);
      expect(files.content('out-2026-11-22.jsonl')).to.equal('mine\n');
      expect(files.content('out-2026-11-22.2.jsonl')).to.equal('1\n2\n');
    });
  });

  describe('what is there already', () => {
    it('is not written again when a batch or some of it comes again, in this process or the next', async () => {
      open();
      await deliver(NOON, [1, 2]);
      await deliver(NOON + 1, [3]);
      open();
      for (const [time, payloads] of [[NOON, [1, 2]], [NOON + 1, [3, 4]], [NOON + 1, [3, 4]]] as const) {
        await deliverAgain(time, payloads);
      }
      await deliver(NOON + 2, [5]);
      expect(files.content('out-2026-11-22.jsonl')).to.equal('1\n2\n3\n4\n5\n');
      expect(host.arrived).to.have.length(3 + 7);
    });

    it('is told apart from further parts of the same batch, whether their numbers go on or begin anew', async () => {
      for (const roll of ['day', 'batch'] as const) {
        const name = `out-${roll}`;
        open({ name, roll });
        await deliver(NOON, [1, 2]);
        await deliver(NOON, [3], 2);
        open({ name, roll });
        await sink.deliver(part(NOON, [4, 5], 0, 's/1'), host.settled, NOON, AGAIN);
        await deliverAgain(NOON, [3], 2);
        await sink.deliver(part(NOON, [4, 5], 0, 's/1'), host.settled, NOON, AGAIN);
      }
      expect(files.content('out-day-2026-11-22.jsonl')).to.equal('1\n2\n3\n4\n5\n');
      const parts = ['', '-2', '-3'].map((piece) => files.content(`out-batch-20261122T120000.000Z${piece}.jsonl`));
      expect(parts).to.deep.equal(['1\n2\n', '3\n', '4\n5\n']);
    });

    it('cuts off what a crash left behind it', async () => {
      open();
      await deliver(NOON, [1]);
      files.put('out-2026-11-22.jsonl', `${files.content('out-2026-11-22.jsonl') ?? ''}2\n{"ha`);
      open();
      await deliver(NOON + 1, [2]);
      expect(files.content('out-2026-11-22.jsonl')).to.equal('1\n2\n');
    });

    it('plays no role for a batch that comes for the first time: the graph kept no log, or the clock was set back', async () => {
      open();
      await deliverUnlogged(NOON, [1]);
      await deliverUnlogged(NOON - DAY, [2]);
      await deliverUnlogged(NOON, [3]);
      expect(files.content('out-2026-11-22.jsonl')).to.equal('1\n');
      expect(files.content('out-2026-11-21.jsonl')).to.equal('2\n');
      expect(files.content('out-2026-11-22.2.jsonl')).to.equal('3\n');
      open({ name: 'b', roll: 'batch' });
      await deliverUnlogged(NOON, [1]);
      await deliverUnlogged(NOON - DAY, [2]);
      await deliverUnlogged(NOON, [3]);
      expect(files.content('b-20261122T120000.000Z.jsonl')).to.equal('1\n');
      expect(files.content('b-20261122T120000.000Z.2.jsonl')).to.equal('3\n');
    });

    it('plays no role where it is of a batch that nobody wrote down, and not of the one that comes again', async () => {
      open();
      await deliverUnlogged(NOON + 1, [1]);
      await deliverAgain(NOON, [2]);
      await deliverAgain(NOON + 1, [3]);
      await deliverAgain(NOON, [2]);
      await deliverAgain(NOON + 1, [3]);
      expect(files.content('out-2026-11-22.jsonl')).to.equal('1\n2\n3\n');
      expect(host.problems).to.deep.equal([]);
    });

    it('is not written again where something else was written since: by a graph without a log, or with one elsewhere', async () => {
      const elsewhere = (batchTime: number, payloads: readonly unknown[]): Promise<void> =>
        sink.deliver(part(batchTime, payloads), host.settled, batchTime, { run: '2' });
      for (const roll of ['day', 'batch'] as const) {
        for (const [name, between] of [['unlogged', deliverUnlogged], ['elsewhere', elsewhere]] as const) {
          open({ name: `${name}-${roll}`, roll });
          await deliver(NOON, [1]);
          await deliver(NOON + 1, [2, 3]);
          await between(NOON + 2, [4]);
          for (let again = 0; again < 2; again++) {
            open({ name: `${name}-${roll}`, roll });
            await deliverAgain(NOON, [1]);
            await deliverAgain(NOON + 1, [2, 3]);
            // Another part of that batch, and another batch of that start, which are not there yet.
            await sink.deliver(part(NOON + 1, [5], 0, 's/1'), host.settled, NOON + 1, AGAIN);
            await deliverAgain(NOON + 3, [6]);
          }
          const lines = files.names.filter((file) => file.startsWith(`${name}-${roll}-`)).flatMap((file) => (files.content(file) ?? '').trim().split('\n'));
          expect(lines.sort(), `${name}, ${roll}`).to.deep.equal(['1', '2', '3', '4', '5', '6']);
        }
      }
      expect(host.problems).to.deep.equal([]);
    });

    it('is known from manifests of early versions, which have only the names of former starts', async () => {
      const early: object = { sink: 's', batch: NOON, parts: {}, pieces: 1, file: null, columns: null, run: '2', former: ['1'] };
      files.put('out.manifest.json', encodeManifest(early as Manifest).toString('utf8'));
      open();
      // A paused process of a former start.
      await deliver(NOON + 1, [1]);
      expect(files.content('out-2026-11-22.jsonl')).to.equal(undefined);
      await deliverAgain(NOON + 1, [2]);
      expect(files.content('out-2026-11-22.jsonl')).to.equal('2\n');
    });

    it('is not replaced where a file of a batch has the name of one that was there before', async () => {
      open({ roll: 'batch' });
      await deliverUnlogged(NOON, [1]);
      await deliverUnlogged(NOON + 1, [2]);
      await deliver(NOON, [3]);
      // A crash after the file was made, and before anybody knew that it is there for good.
      const crash = files.crashAfter(11, 'kill');
      await Promise.race([deliver(NOON + 1, [4]), crash]);
      open({ roll: 'batch' });
      await deliverAgain(NOON + 1, [4]);
      const listed = (files.content('out.batches.jsonl') ?? '').split('\n').slice(0, -1).map((line) => (JSON.parse(line) as { file: string }).file);
      expect(listed.map((name) => files.content(name))).to.deep.equal(['1\n', '2\n', '3\n', '4\n']);
      expect(files.names.filter((name) => name.startsWith('out-'))).to.deep.equal([...listed].sort());
    });
  });

  describe('records that cannot be written', () => {
    it('are refused, and the others go on', async () => {
      open();
      const circle: Record<string, unknown> = {};
      circle['self'] = circle;
      await deliver(NOON, [1, NaN, { a: [1, { deep: Infinity }] }, 2n, circle, undefined, () => 1, { a: null, b: undefined }, 3]);
      expect(files.content('out-2026-11-22.jsonl')).to.equal('1\n{"a":null}\n3\n');
      expect(host.refused.map(([id, { code, why }]) => [id.split('/').at(-1), code, why.replace(/^.*? of the file\. /, '')])).to.deep.equal([
        ['1', 'record-unwritable', 'It is NaN, which JSON does not know.'],
        ['2', 'record-unwritable', 'Its "deep" is Infinity, which JSON does not know.'],
        ['3', 'record-unwritable', 'Do not know how to serialize a BigInt'],
        ['4', 'record-unwritable', 'Converting circular structure to JSON'],
        ['5', 'record-unwritable', 'There is no payload.'],
        ['6', 'record-unwritable', 'A function cannot be written as JSON.'],
      ]);
      expect(host.arrived).to.have.length(3);
    });

    it('alone leave no file', async () => {
      open();
      await deliver(NOON, [NaN]);
      expect([files.names, host.refused.length]).to.deep.equal([[], 1]);
    });
  });

  describe('CSV', () => {
    it('takes its columns from the first record, keeps them, and says what has none', async () => {
      open({ format: 'csv' });
      await deliver(NOON, [{ key: 'a,b', mean: 1.5 }, { mean: 2, key: 'say "x"', more: 1 }]);
      open({ format: 'csv' });
      await deliver(NOON + 1, [{ key: 'two\r\nlines' }]);
      await deliver(NOON + DAY, [{ mean: -0.5, more: 2, other: 3 }, 7]);
      expect(files.content('out-2026-11-22.csv')).to.equal('key,mean\r\n"a,b",1.5\r\n"say ""x""",2\r\n"two\r\nlines",\r\n');
      expect(files.content('out-2026-11-23.csv')).to.equal('key,mean\r\n,-0.5\r\n,\r\n');
      expect(host.problems.map(({ code, what }) => [code, what])).to.deep.equal([
        ['sink-columns-left-out', 'Records have properties that are in no column: "more".'],
        ['sink-columns-left-out', 'Records have properties that are in no column: "more", "other", "payload".'],
      ]);
    });

    it('begins another file where the columns are others', async () => {
      open({ format: 'csv', columns: ['b', 'a'] });
      await deliver(NOON, [{ a: 1, b: 2 }]);
      open({ format: 'csv', columns: ['a'] });
      await deliver(NOON + 1, [{ a: 3 }]);
      await deliver(NOON + 2, [{ a: 4 }]);
      expect(files.content('out-2026-11-22.csv')).to.equal('b,a\r\n2,1\r\n');
      expect(files.content('out-2026-11-22.2.csv')).to.equal('a\r\n3\r\n4\r\n');
    });

    it('names the columns in each file of a batch', async () => {
      open({ format: 'csv', roll: 'batch' });
      await deliver(NOON, [{ a: 1 }]);
      await deliver(NOON + 1, [{ a: 2 }]);
      expect(files.content('out-20261122T120000.001Z.csv')).to.equal('a\r\n2\r\n');
      open({ format: 'csv', roll: 'batch', columns: ['b', 'a'] });
      await deliver(NOON + 2, [{ a: 3 }]);
      open({ roll: 'batch' });
      await deliver(NOON + 3, [4]);
      expect(files.content('out-20261122T120000.002Z.csv')).to.equal('b,a\r\n,3\r\n');
      expect(files.content('out.batches.jsonl')?.split('\n'), 'one list of all').to.have.length(4 + 1);
    });
  });

  describe('a disk that takes nothing', () => {
    for (const [code, problem, state] of [
      ['ENOSPC', 'sink-disk-full', 'waiting'], ['EDQUOT', 'sink-disk-full', 'waiting'], ['EACCES', 'sink-file-forbidden', 'failed'],
      ['EROFS', 'sink-file-forbidden', 'failed'], ['ELOOP', 'sink-file-misplaced', 'failed'], ['EIO', 'sink-file-failed', 'waiting'],
    ] as const) {
      it(`${code}: says so once, waits longer each time, and goes on by itself with nothing lost or twice`, async () => {
        open();
        await deliver(NOON, [1]);
        const operations = new Set<string>();
        let failing: string | undefined;
        for (const operation of ['write', 'fsync', 'rename', 'fsyncFolder', 'open', 'truncate', 'close']) {
          failing = operation;
          files.failure = (name) => {
            if (name !== failing) return undefined;
            operations.add(name);
            return code;
          };
          host.problems.length = 0;
          const time = NOON + operations.size + 1;
          const delivered = deliver(time, [operation]);
          await clock.advance(3000);
          expect(host.codes, operation).to.deep.equal([problem]);
          expect(host.problems[0]?.why).to.contain('Nothing was dropped');
          expect(host.last?.state).to.equal(state);
          expect(host.last?.text).to.match(/, retrying at \d\d:\d\d:\d\d$/);
          failing = undefined;
          await clock.advance(5000);
          await delivered;
          expect(host.last?.state).to.equal('running');
        }
        expect(operations.size).to.equal(7);
        expect(files.content('out-2026-11-22.jsonl')).to.equal(`1\n${[...operations].map((name) => `"${name}"\n`).join('')}`);
        expect(host.arrived).to.have.length(8);
      });
    }

    it('that hangs does not keep the sink from stopping', async () => {
      open();
      let answer: () => void = () => undefined;
      const hanging = { ...files.connect(), prepare: () => new Promise<void>((resolve) => (answer = resolve)) };
      // A clock that does not wait for the disk.
      const impatient = { now: () => clock.now(), monotonic: () => clock.monotonic(), schedule: clock.schedule.bind(clock), track: () => undefined };
      sink = new FileSink({ sink: 's', name: 'out', format: 'json', roll: 'day', columns: [] }, hanging, host, impatient, () => 0.5);
      const delivered = deliver(NOON, [1]);
      const stopped = sink.stop();
      await clock.advance(2000);
      await Promise.all([stopped, delivered]);
      expect([host.arrived, host.refused]).to.deep.equal([[], []]);
      answer();
    });

    it('does not keep it from stopping while it waits either', async () => {
      open();
      files.failure = () => 'ENOSPC';
      const delivered = deliver(NOON, [1]);
      await clock.advance(100);
      await sink.stop();
      await delivered;
      expect([host.arrived, host.refused, clock.pendingTimers]).to.deep.equal([[], [], 0]);
    });
  });

  describe('files that were changed behind its back', () => {
    it('refuses to write behind a hole, and goes on when the file is back or away', async () => {
      open();
      await deliver(NOON, ['one', 'two']);
      files.put('out-2026-11-22.jsonl', '"one"\n');
      let delivered = deliver(NOON + 1, [3]);
      await clock.advance(100);
      expect(host.codes).to.deep.equal(['sink-file-cut']);
      expect(host.problems[0]?.what).to.equal('The file out-2026-11-22.jsonl in folder has 6 bytes, and 12 were written to it.');
      expect(host.last?.state).to.equal('failed');
      files.put('out-2026-11-22.jsonl', '"one"\n"two"\n');
      await clock.advance(1000);
      await delivered;
      expect(files.content('out-2026-11-22.jsonl')).to.equal('"one"\n"two"\n3\n');
      files.put('out-2026-11-22.jsonl', undefined);
      delivered = deliver(NOON + 2, [4]);
      await delivered;
      expect(files.content('out-2026-11-22.jsonl')).to.equal('4\n');
      expect(host.codes).to.deep.equal(['sink-file-cut', 'sink-file-gone']);
    });

    it('refuses the files of another sink', async () => {
      open();
      await deliver(NOON, [1]);
      open({ sink: 'other' });
      const delivered = deliver(NOON + 1, [2]);
      await clock.advance(100);
      expect(host.codes).to.deep.equal(['sink-file-taken']);
      expect(host.problems[0]?.what).to.contain('another sink, s');
      expect(files.content('out-2026-11-22.jsonl')).to.equal('1\n');
      await sink.stop();
      await delivered;
    });

    it('refuses a manifest with any byte of it changed, or of a newer version', async () => {
      open();
      await deliver(NOON, [1]);
      const manifest = files.content('out.manifest.json') ?? '';
      // The line end at its end means nothing.
      for (let place = 0; place < manifest.length - 1; place++) {
        const flipped = Buffer.from(manifest);
        flipped[place] = flipped[place]! ^ 1;
        files.put('out.manifest.json', flipped.toString('latin1'));
        host.problems.length = 0;
        open();
        const delivered = deliver(NOON + 1, [2]);
        await clock.advance(0);
        expect(host.codes, `byte ${String(place)}`).to.deep.equal(['sink-file-manifest']);
        await sink.stop();
        await delivered;
      }
      files.put('out.manifest.json', manifest.replace('"version":1', '"version":2'));
      open();
      const delivered = deliver(NOON + 1, [2]);
      await clock.advance(0);
      expect(host.problems.at(-1)?.why).to.contain('version 2');
      await sink.stop();
      await delivered;
      expect(files.content('out-2026-11-22.jsonl')).to.equal('1\n');
    });
  });
});
