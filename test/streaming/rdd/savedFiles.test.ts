import { expect } from 'chai';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock, StreamingContext, StreamingError } from '../../../src/streaming';
import { rejectionOf } from '../program';

describe('files of RDDs', () => {
  const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'saved-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('saveAsTextFile writes one file a partition and textFile reads them', async () => {
    const path = join(folder, 'deep', 'words');
    await ssc.parallelize(['a', 'bé', '', 'd'], 3).saveAsTextFile(path);
    expect(await readdir(path)).to.deep.equal(['_SUCCESS', 'part-00000', 'part-00001', 'part-00002']);
    expect(await ssc.textFile(path).collect()).to.deep.equal(['a', 'bé', '', 'd']);
    expect(await ssc.textFile(join(path, 'part-00000')).collect()).to.deep.equal(['a']);
  });

  it('saveAsObjectFile and objectFile bring records back as they were, and replace what was there', async () => {
    const path = join(folder, 'objects');
    const records = [{ at: new Date(1), bytes: Buffer.from('x') }, new Map([[1n, NaN]]), undefined, 'two\nlines'];
    await ssc.parallelize([1, 2, 3], 3).saveAsObjectFile(path);
    await ssc.parallelize<unknown>(records, 2).saveAsObjectFile(path);
    expect(await ssc.objectFile(path).collect()).to.deep.equal(records);
    expect(await readdir(path)).to.deep.equal(['_SUCCESS', 'part-00000', 'part-00001']);
  });

  it('an RDD without partitions leaves a folder that is whole and empty', async () => {
    const path = join(folder, 'none');
    await ssc.parallelize([1]).union(ssc.parallelize([2])).filter(() => false).coalesce(1).saveAsTextFile(path);
    expect(await ssc.textFile(path).collect()).to.deep.equal([]);
  });

  it('says what cannot be read', async () => {
    const missing = await rejectionOf(ssc.textFile(join(folder, 'gone')).collect());
    expect(missing).to.be.instanceOf(StreamingError);
    expect(missing.message).to.match(/gone cannot be read: .*ENOENT/u);
    await writeFile(join(folder, 'text'), 'not json\n');
    expect((await rejectionOf(ssc.objectFile(join(folder, 'text')).collect())).message).to.contain('not a line of an object file: not json');
  });

  it('textFile brings lines into streams', async () => {
    const path = join(folder, 'names');
    await ssc.parallelize(['x', 'y']).saveAsTextFile(path);
    const clock = new ManualClock(0);
    const program = new StreamingContext({ batchInterval: 1000, clock });
    const seen: string[][] = [];
    program.queueStream([program.textFile(path)]).foreachRDD(async (rdd) => {
      seen.push(await rdd.collect());
    });
    await program.start();
    await clock.advance(1000);
    await program.stop();
    expect(seen).to.deep.equal([['x', 'y']]);
  });
});
