import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { allResults, keep, machine, mainVersion, type Run } from '../../bench/support/results';

describe('the results of benchmarks', () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'dstream-results-')), 'bench');
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

  it('are kept for each main version of Node.js, the newest run in the place of the one before', async () => {
    const bench = { name: 'compute', work: 'much', goal: 'fast' };
    const run = (node: string, note: string): Run => ({ machine: { ...machine(), node }, comparisons: [], notes: [note] });
    await keep(bench, run('20.19.0', 'first'), folder);
    await keep(bench, run('24.1.0', 'second'), folder);
    await keep({ ...bench, goal: 'faster' }, run('20.20.2', 'third'), folder);
    await keep({ ...bench, name: 'another' }, run('20.20.2', 'fourth'), folder);
    const [another, compute] = await allResults(folder);
    expect(another?.name).to.equal('another');
    expect(compute).to.deep.include({ name: 'compute', work: 'much', goal: 'faster' });
    expect(Object.entries(compute?.runs ?? {}).map(([version, { notes }]) => [version, notes])).to.deep.equal([
      ['20', ['third']],
      ['24', ['second']],
    ]);
  });

  it('are none before anything has run', async () => {
    expect(await allResults(folder)).to.deep.equal([]);
  });

  it('say where they come from', () => {
    const { cores, node, commit } = machine();
    expect(cores).to.be.at.least(1);
    expect(node).to.equal(process.versions.node);
    expect(commit).to.match(/^([0-9a-f]{7,}\+?|unknown)$/);
    expect(mainVersion('24.21.0')).to.equal('24');
  });
});
