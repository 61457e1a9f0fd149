import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKPOINT_FORMAT, decode, ENCODING_VERSION, goBack, LOG_FORMAT, Savepoints } from '../../src/durability';
import { MemoryDisk } from '../support/simulation/MemoryDisk';
import { openGraph, outcomeOf } from '../support/simulation/sampleGraph';

const GOLDEN = join(process.cwd(), 'test/durability/golden');

function golden(format: string): MemoryDisk {
  const folder = join(GOLDEN, format);
  const paths = ['log', 'ckpt'].flatMap((name) => readdirSync(join(folder, name)).map((file) => `${name}/${file}`));
  return new MemoryDisk(paths.map((path) => [path, readFileSync(join(folder, path))]));
}

describe('folders that earlier versions wrote', () => {
  it('are there for every format', () => {
    const formats = readdirSync(GOLDEN).filter((name) => /^\d+$/.test(name));
    expect(formats).to.deep.equal(Array.from({ length: LOG_FORMAT }, (_, index) => String(index + 1)));
    expect([LOG_FORMAT, CHECKPOINT_FORMAT, ENCODING_VERSION]).to.deep.equal([1, 1, 1]);
  });

  it('are read with every value: format 1', async () => {
    const opened = await openGraph(golden('1'));
    const { checkpoint, batches, sources, lastBatch, quarantined, tornBytes } = opened.recovery;
    expect([quarantined.length, tornBytes, lastBatch]).to.deep.equal([0, 0, 1795348808000]);
    expect([checkpoint?.batch, checkpoint?.data]).to.deep.equal([1795348806000, { batch: 6 }]);
    // Records 1 to 17: three a batch, and the last always waits for the next.
    expect(decode(checkpoint!.sections.get('sum')!)).to.equal(153);
    expect(decode(checkpoint!.sections.get('pane')!)).to.deep.equal(['a pane that is over', 'p'.repeat(400)]);
    expect(batches.map(({ time, data, attempts }) => [time, data, attempts])).to.deep.equal([
      [1795348807000, { plan: 'p1' }, 1], [1795348808000, { plan: 'p1' }, 1],
    ]);
    expect(batches.map(({ upTo }) => [...upTo])).to.deep.equal([[['wire', 20], ['mqtt', 7]], [['wire', 23], ['mqtt', 8]]]);
    expect(batches.map(({ committed }) => [...committed])).to.deep.equal([['file'], []]);
    const rows = batches[0]!.pinned.get('table') as unknown[];
    expect([rows[0], Object.is(rows[1], -0), rows[2]]).to.deep.equal([NaN, true, 1n]);
    expect(await opened.recovery.recordsOf(batches[1]!)).to.deep.equal([
      { source: 'wire', first: 20, records: [21] }, { source: 'wire', first: 21, records: [22, 23] },
      { source: 'mqtt', first: 7, records: ['text 8'] },
    ]);
    expect(sources.get('mqtt')).to.deep.equal({ next: 8, waiting: 0, packets: new Set([7, 8]), marks: new Map() });
    expect(sources.get('wire')).to.deep.equal({
      next: 24, waiting: 1, packets: new Set(), marks: new Map<string, unknown>([['place', { offset: 24 }], ['place 1', 7], ['place 0', 8]]),
    });
    expect(JSON.parse(await outcomeOf(opened))).to.deep.include(276);
  });

  it('are gone back to: a savepoint of format 1', async () => {
    const disk = new MemoryDisk([['savepoints/golden.ck', readFileSync(join(GOLDEN, 'savepoint-1/golden.ck'))]]);
    expect(readdirSync(GOLDEN).filter((name) => name.startsWith('savepoint-'))).to.have.length(CHECKPOINT_FORMAT);
    expect(await goBack(disk, new Savepoints(disk, 'sample'), 'golden', 'r1', 1_795_348_820_000)).to.equal(true);
    const { recovery } = await openGraph(disk);
    const { checkpoint, savepoint, batches, sources, lastBatch } = recovery;
    expect([checkpoint?.batch, checkpoint?.data, lastBatch, batches]).to.deep.equal([1795348806000, { batch: 6 }, 1795348806000, []]);
    expect(savepoint).to.deep.equal({ name: 'golden', made: 1795348810000 });
    // Records 1 to 17, as in the checkpoint that it is a copy of; and the file that had the pane is no longer needed.
    expect(decode(checkpoint!.sections.get('sum')!)).to.equal(153);
    expect(decode(checkpoint!.sections.get('pane')!)).to.deep.equal(['a pane that is over', 'p'.repeat(400)]);
    // How far the receiver has read its places: of its own log nothing is left.
    const marks = new Map<string, unknown>([['place', { offset: 18 }], ['place 1', 5]]);
    expect(sources).to.deep.equal(new Map([['wire', { next: 0, waiting: 0, packets: new Set(), marks }]]));
  });

  it('are gone on with', async () => {
    const disk = golden('1');
    const { journal } = await openGraph(disk);
    journal.append('wire', [25]);
    await journal.intend({ time: 1795348809000, upTo: new Map([['wire', 25]]), external: new Map(), data: null }).durable;
    await journal.close();
    const { recovery } = await openGraph(disk);
    expect(recovery.batches.map(({ time }) => time)).to.deep.equal([1795348807000, 1795348808000, 1795348809000]);
    expect((await recovery.recordsOf(recovery.batches[2]!)).map(({ records }) => records)).to.deep.equal([[24], [25]]);
  });
});
