import { expect } from 'chai';
import { FailureReports } from '../../../src/engine/FailureReports';
import { MOST_PROBLEMS, ProblemLog } from '../../../src/flow/monitor/ProblemLog';
import { problemsShown } from '../../../src/flow/monitor/problemsShown';
import type { Problem } from '../../../src/plan/Problem';

const problem = (what: string, more: Partial<Problem> = {}): Problem => ({ nodeId: 'm', code: 'function-threw', what, why: '', fix: '', ...more });

describe('ProblemLog', () => {
  it('counts the same problem up, and puts it last', () => {
    const log = new ProblemLog();
    log.add(problem('a is not defined'), 1);
    log.add(problem('b is not defined'), 2);
    log.add(problem('a is not defined'), 3);
    expect(log.all.map(({ problem: { what }, time, count }) => [what, time, count])).to.deep.equal([['b is not defined', 2, 1], ['a is not defined', 3, 2]]);
  });

  it('takes texts for the same that differ in numbers alone, as those of batches do', () => {
    const log = new ProblemLog();
    const told = (count: number): Problem => {
      const reports = new FailureReports();
      reports.add('m', 'function-threw', () => problem('The value 17 is too large.'), count);
      return reports.take()[0] ?? expect.fail('nothing was reported');
    };
    log.add(told(1), 1);
    log.add(told(4), 2);
    log.add(problem('The value 99 is too large.'), 3);
    expect(log.all.map(({ count }) => count)).to.deep.equal([3]);
    const long = (count: number): Problem => {
      const reports = new FailureReports();
      reports.add('m', 'function-threw', () => problem(`The value 17 is too large: ${'x'.repeat(1e5)}`), count);
      return reports.take()[0] ?? expect.fail('nothing was reported');
    };
    const other = new ProblemLog();
    for (const count of [1, 60, 7]) other.add(long(count), count);
    expect(other.all.map(({ count }) => count)).to.deep.equal([3]);
    expect(problemsShown(other.all, [], (id) => id)[0]?.what, 'the count is not cut off').to.match(/^7 in this batch, of which the first: The value/);
    log.add(problem('The value 99 is too large.', { nodeId: 'n' }), 4);
    log.add(problem('The value 99 is too large.', { code: 'other' }), 5);
    expect(log.all).to.have.length(3);
  });

  it('forgets the oldest', () => {
    const log = new ProblemLog();
    for (let index = 0; index < MOST_PROBLEMS + 5; index++) log.add(problem('x'.repeat(index + 1)), index);
    expect(log.all.map(({ time }) => time)).to.deep.equal(Array.from({ length: MOST_PROBLEMS }, (_, index) => index + 5));
  });
});

describe('problemsShown', () => {
  const logged = (count: number, length: number): { problem: Problem; time: number; count: number }[] =>
    Array.from({ length: count }, (_, time) => ({ problem: problem('x'.repeat(length)), time, count: 1 }));

  it('shows what stands, and the newest others for which there is room', () => {
    const all = logged(50, 400);
    const stands = all[0]?.problem ?? expect.fail();
    const shown = problemsShown(all, [stands], (id) => `drawn ${id}`);
    // 8,000 characters are 20 texts of 400.
    expect(shown.map(({ time }) => time)).to.deep.equal([0, ...Array.from({ length: 19 }, (_, index) => index + 31)]);
    expect(shown[0]).to.include({ stands: true, node: 'drawn m', code: 'function-threw', count: 1 });
    expect(shown.filter((each) => each.stands)).to.have.length(1);
  });

  it('cuts long texts, and shows at least one problem', () => {
    const [only, ...others] = problemsShown([{ problem: problem('x'.repeat(1e6), { why: 'y'.repeat(1e6) }), time: 0, count: 7 }], [], (id) => id);
    expect(others).to.deep.equal([]);
    expect(only?.what).to.equal(`${'x'.repeat(499)}…`);
    expect(only?.why).to.have.length(500);
  });
});
