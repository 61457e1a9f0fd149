import { expect } from 'chai';
import { IllegalStateError, ManualClock, type Pair } from '../../../src/streaming';
import { recordOfLine } from '../../../src/streaming/rdd/objectLine';
import { StreamingContext } from '../../../src/streaming/StreamingContext';
import { MemoryFileSystem } from '../MemoryFileSystem';
import { program, rejectionOf } from '../program';

type Output = (ssc: StreamingContext) => void;

async function filesOf(duration: number, output: Output, fileSystem = new MemoryFileSystem()): Promise<MemoryFileSystem> {
  const { ssc, clock, errors } = program({ fileSystem });
  output(ssc);
  await ssc.start();
  await clock.advance(duration);
  await ssc.stop();
  if (errors.length > 0) throw new Error(errors.join('\n'));
  return fileSystem;
}

describe('saveAsTextFiles', () => {
  it('makes a folder a batch, with one file a partition, one line a record, and _SUCCESS at last', async () => {
    const { files, done } = await filesOf(4000, (ssc) => {
      ssc.queueStream([['a', 'b', 'c'], [], null, ['d']]).repartition(2).saveAsTextFiles('out/words', 'txt');
    });
    expect(Object.fromEntries(files)).to.deep.equal({
      'out/words-1000.txt/part-00000': 'a\n', 'out/words-1000.txt/part-00001': 'b\nc\n', 'out/words-1000.txt/_SUCCESS': '',
      'out/words-2000.txt/part-00000': '', 'out/words-2000.txt/part-00001': '', 'out/words-2000.txt/_SUCCESS': '',
      'out/words-4000.txt/part-00000': '', 'out/words-4000.txt/part-00001': 'd\n', 'out/words-4000.txt/_SUCCESS': '',
    });
    expect(done.slice(0, 5)).to.deep.equal([
      'makeFolder out/words-1000.txt', 'remove out/words-1000.txt/_SUCCESS', 'write out/words-1000.txt/part-00000',
      'write out/words-1000.txt/part-00001', 'write out/words-1000.txt/_SUCCESS',
    ]);
  });

  it('without a suffix, or with an empty one, the folder ends with the time', async () => {
    for (const suffix of [undefined, '']) {
      const { files } = await filesOf(1000, (ssc) => {
        ssc.queueStream<Pair<string, number>>([[['a', 1], ['b', 2]]]).saveAsTextFiles('pairs', suffix);
      });
      expect(files.get('pairs-1000/part-00000')).to.equal('(a,1)\n(b,2)\n');
    }
  });

  it('replaces what an earlier run left: parts of more partitions go, other files stay', async () => {
    const fileSystem = new MemoryFileSystem();
    fileSystem.files.set('words-1000/note.txt', 'mine');
    await filesOf(1000, (ssc) => {
      ssc.queueStream([['a', 'b', 'c']]).repartition(3).saveAsTextFiles('words');
    }, fileSystem);
    await filesOf(1000, (ssc) => {
      ssc.queueStream([['z']]).saveAsTextFiles('words');
    }, fileSystem);
    expect(Object.fromEntries(fileSystem.files)).to.deep.equal({
      'words-1000/note.txt': 'mine', 'words-1000/part-00000': 'z\n', 'words-1000/_SUCCESS': '',
    });
  });

  it('leaves no _SUCCESS where a file could not be written: the batch has failed', async () => {
    const fileSystem = new MemoryFileSystem();
    fileSystem.files.set('words-1000/_SUCCESS', '');
    fileSystem.broken.add('words-1000/part-00001');
    const failure = await rejectionOf(
      filesOf(1000, (ssc) => {
        ssc.queueStream([['a', 'b']]).repartition(2).saveAsTextFiles('words');
      }, fileSystem),
    );
    expect(failure.message).to.equal('ENOSPC: words-1000/part-00001');
    expect([...fileSystem.files.keys()]).to.deep.equal(['words-1000/part-00000']);
  });

  it('is refused by a context without files, at once', () => {
    const log = { warn: () => undefined, error: () => undefined };
    const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock(), log });
    const stream = ssc.queueStream([['a']]);
    expect(() => {
      stream.saveAsTextFiles('words');
    }).to.throw(IllegalStateError, 'fileSystem');
    expect(() => {
      stream.saveAsObjectFiles('words');
    }).to.throw(IllegalStateError, 'fileSystem');
  });
});

describe('saveAsObjectFiles', () => {
  it('writes records that can be read back as they were', async () => {
    const records = [NaN, -0, undefined, null, new Date(5), 12n, new Map([['a', new Set([1])]]), { a: [1, { b: '\n' }] }, 'text'];
    const { files } = await filesOf(1000, (ssc) => {
      ssc.queueStream<unknown>([records]).saveAsObjectFiles('objects', 'jsonl');
    });
    const lines = files.get('objects-1000.jsonl/part-00000')?.split('\n') ?? [];
    expect(lines.pop()).to.equal('');
    expect(lines.map(recordOfLine)).to.deep.equal(records);
    expect(files.has('objects-1000.jsonl/_SUCCESS')).to.equal(true);
  });
});
