import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import type { OperatorProgress, Query } from '../../src/engine/Engine';
import type { FileTarget, SinkOperator } from '../../src/plan/Plan';
import type { Problem } from '../../src/plan/Problem';
import { until } from '../sources/mqtt/until';
import { from, OPTIONS, planOf, receiver } from './plans';

const INTERVAL = 50;

describe('sinks that write files', () => {
  let folder: string;
  let query: Query | undefined;
  let problems: Problem[];
  let figures: Readonly<Record<string, OperatorProgress>>;

  function sink(id: string, change: Partial<FileTarget> = {}, mode: 'record' | 'key' = 'record'): SinkOperator {
    const target: FileTarget = { kind: 'file', path: join(folder, 'out'), name: id, format: 'json', roll: 'day', columns: [], ...change };
    return { id, type: 'sink', inputs: from('in'), parameters: { target, mode, emptyBatches: false } };
  }

  async function start(...sinks: readonly SinkOperator[]): Promise<Query> {
    const started = new EmbeddedEngine({ isolation: 'inline' }).start(planOf([receiver(), ...sinks], INTERVAL), OPTIONS);
    query = started;
    started.on('problem', (problem) => problems.push(problem));
    started.on('progress', (event) => {
      figures = event.operators;
    });
    await started.started;
    return started;
  }

  const offer = (running: Query, ...payloads: unknown[]): Promise<void> =>
    running.offer('in', payloads.map((payload) => ({ payload, topic: 't' })));

  /** The lines of all files of a sink, oldest first. */
  function linesOf(name: string): string[] {
    const out = join(folder, 'out');
    const files = existsSync(join(out, `${name}.manifest.json`)) ? readdirSync(out).filter((file) => file.startsWith(`${name}-`)).sort() : [];
    return files.map((file) => readFileSync(join(out, file), 'utf8')).join('').split('\n').slice(0, -1);
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstream-files-'));
    problems = [];
    figures = {};
  });

  afterEach(async () => {
    await query?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('have a line for each record, or for the last of each key, of all batches, also after a start anew', async () => {
    const wanted: string[] = [];
    for (let life = 0; life < 2; life++) {
      const running = await start(sink('all'), sink('keys', { roll: 'batch' }, 'key'), sink('texts', { format: 'text' }));
      for (let batch = 0; batch < 3; batch++) {
        const payloads = [`${String(life)}${String(batch)}a`, `${String(life)}${String(batch)}b`];
        wanted.push(...payloads);
        await offer(running, ...payloads);
        await until('the lines', () => ['texts', 'all'].every((name) => linesOf(name).length === wanted.length));
      }
      await running.stop();
    }
    expect(linesOf('all')).to.deep.equal(wanted.map((text) => JSON.stringify(text)));
    expect(linesOf('texts')).to.deep.equal(wanted);
    expect(linesOf('keys')).to.deep.equal(wanted.filter((text) => text.endsWith('b')).map((text) => JSON.stringify(text)));
    expect(problems).to.deep.equal([]);
  });

  it('refuse what cannot be written, and count it; the others go on', async () => {
    const running = await start(sink('out'));
    await offer(running, 1, NaN, 2);
    await until('the figures', () => figures['out']?.failed === 1 && figures['out'].recordsOut === 2);
    expect(linesOf('out')).to.deep.equal(['1', '2']);
    expect(problems.map(({ nodeId, code }) => [nodeId, code])).to.deep.equal([['out', 'record-unwritable']]);
  });

  it('say what is in their way, wait, and go on when it is gone', async () => {
    await writeFile(join(folder, 'out'), 'a file, not a folder');
    const running = await start(sink('out'));
    await offer(running, 1);
    await until('the problem', () => problems.length > 0);
    expect(problems.map(({ nodeId, code }) => [nodeId, code])).to.deep.equal([['out', 'sink-file-misplaced']]);
    expect(figures['out']?.source?.state).to.equal('failed');
    await rm(join(folder, 'out'));
    await until('the line', () => linesOf('out').length === 1);
    await offer(running, 2);
    await until('the next', () => linesOf('out').length === 2);
    expect(problems).to.have.length(1);
  });
});
