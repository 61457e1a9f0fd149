import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { benchNames, loadBench, runBench } from '../../bench/support/main';
import type { Bench } from '../../bench/support/bench';
import { packageRoot } from '../support/packageRoot';

/** Those that start nothing and are done in a moment. */
const QUICK = ['compute', 'jsonata'];

describe('npm run bench', () => {
  it('knows every file of bench/', () => {
    const files = readdirSync(join(packageRoot, 'bench')).filter((file) => file.endsWith('.ts'));
    expect(benchNames()).to.deep.equal(files.map((file) => file.slice(0, -'.ts'.length)).sort());
  });

  for (const name of benchNames()) {
    it(`has a line about ${name}`, () => {
      const { work, goal, rounds } = loadBench(name);
      for (const line of [work, goal]) expect(line).to.match(/^[^\n]{20,200}$/);
      expect(rounds).to.be.at.least(3);
    });
  }

  for (const name of QUICK) {
    it(`can run ${name}`, async () => {
      const { comparisons } = await runBench(loadBench(name), { isQuick: true, print: () => {} });
      for (const { variants } of comparisons) {
        for (const { figures } of variants) for (const { median } of Object.values(figures)) expect(median).to.be.finite;
      }
      expect(comparisons).not.to.be.empty;
    });
  }

  const sample: Bench = {
    work: 'nothing',
    goal: 'none',
    rounds: 3,
    run: async (session) => {
      session.note(`quick: ${String(session.isQuick)}, ${session.nodeParameters.join(' ')}`);
      const variants = ['a', 'b'].map((name) => ({ name, run: (round: number) => ({ ms: round }) }));
      await session.compare({ name: 'first', variants, baseline: 'a' });
      await session.compare({ name: 'second', variants, rounds: 5 });
    },
  };

  it('runs as many rounds as the benchmark or the comparison says, prints tables, and keeps notes', async () => {
    const lines: string[] = [];
    const { comparisons, notes } = await runBench(sample, { isQuick: false, nodeParameters: ['--cpu-prof'], print: (line) => lines.push(line) });
    expect(comparisons.map(({ name, rounds }) => [name, rounds])).to.deep.equal([['first', 3], ['second', 5]]);
    expect(notes).to.deep.equal(['quick: false, --cpu-prof']);
    expect(lines.slice(0, 2)).to.deep.equal(['quick: false, --cpu-prof', '  first, warming up, b: -1 ms']);
    expect(lines.filter((line) => line.includes('| first'))).to.have.length(1);
  });

  it('runs as many rounds as it is told, and only one when it is in a hurry', async () => {
    const roundsOf = async (isQuick: boolean): Promise<number[]> =>
      (await runBench(sample, { isQuick, rounds: 2, print: () => {} })).comparisons.map(({ rounds }) => rounds);
    expect(await roundsOf(false)).to.deep.equal([2, 2]);
    expect(await roundsOf(true)).to.deep.equal([1, 1]);
  });
});
