import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as streaming from '../../src/streaming';
import { packageRoot } from '../support/packageRoot';

function pairs(): streaming.DStream<streaming.Pair<string, number>> {
  const ssc = new streaming.StreamingContext({ batchInterval: 1000, clock: new streaming.ManualClock(0) });
  return ssc.queueStream<streaming.Pair<string, number>>([]);
}

/** Where the names of each section are found. */
const OWNERS: Readonly<Record<string, readonly object[]>> = {
  StreamingContext: [streaming.StreamingContext.prototype, streaming.StreamingContext],
  'Operations on DStreams': [streaming.DStream.prototype],
  'Operations on DStreams of pairs': [streaming.DStream.prototype, pairs().mapWithState(streaming.StateSpec.function(() => undefined))],
  RDDs: [streaming.RDD.prototype],
  Receivers: [streaming.Receiver.prototype],
};

/** Options of a StreamingContext are no methods. */
const OPTIONS = new Set(['checkpointDirectory']);

interface Row {
  readonly section: string;
  readonly spark: string;
  readonly ours: string;
  readonly difference: string;
}

function rows(): Row[] {
  const found: Row[] = [];
  let section = '';
  for (const line of readFileSync(join(packageRoot, 'docs/spark.md'), 'utf8').split('\n')) {
    if (line.startsWith('## ')) section = line.slice(3);
    if (!line.startsWith('|') || line.startsWith('|---') || line.startsWith('| Spark |')) continue;
    const [, spark = '', ours = '', difference = ''] = line.split('|').map((cell) => cell.trim());
    found.push({ section, spark, ours, difference });
  }
  return found;
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([A-Za-z]+)[^`]*`/g)].map(([, name]) => name ?? '');
}

describe('docs/spark.md', () => {
  it('names only what exists', () => {
    const missing: string[] = [];
    let checked = 0;
    for (const { section, ours } of rows()) {
      const owners = OWNERS[section];
      if (owners === undefined) continue;
      for (const name of namesIn(ours)) {
        checked++;
        if (name === 'new' || OPTIONS.has(name) || name in streaming) continue;
        if (!owners.some((owner) => name in owner)) missing.push(`${section}: ${name}`);
      }
    }
    expect(checked).to.be.above(60);
    expect(missing).to.deep.equal([]);
  });

  it('says why where there is nothing beside an operation of Spark', () => {
    expect(rows().filter(({ ours, difference }) => ours === '' && difference === '')).to.deep.equal([]);
  });

  it('names every operation that DStreams have', () => {
    const named = new Set(rows().flatMap(({ ours }) => namesIn(ours)));
    const operations = Object.keys(streaming.DStream.prototype);
    expect(operations.length).to.be.above(30);
    expect(operations.filter((name) => !named.has(name))).to.deep.equal([]);
  });
});
