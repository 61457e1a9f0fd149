import { expect } from 'chai';
import { compile, type Compiled } from '../../../src/flow/compile';
import { discover } from '../../../src/flow/discover';
import type { NodeProperties } from '../../../src/flow/Runtime';
import type { JoinOperator } from '../../../src/plan/Plan';
import { validatePlan } from '../../../src/plan/validatePlan';
import { type Drawing, flowView } from '../flowView';

function compiled(drawing: Drawing, dialogs: Readonly<Record<string, NodeProperties>> = {}): Compiled {
  const view = flowView(drawing);
  const [graph, ...others] = discover(view.streams, view);
  if (graph === undefined || others.length > 0) return expect.fail(`${String(others.length + 1)} graphs`);
  return compile(graph, (id) => ({ type: view.streamType(id) ?? expect.fail(id), properties: dialogs[id] ?? {} }));
}

function join(result: Compiled): JoinOperator {
  const operator = result.plan?.operators.find(({ type }) => type === 'join');
  return operator?.type === 'join' ? operator : expect.fail(JSON.stringify(result.problems));
}

const two: Drawing = {
  p: ['dstream-receiver', 'b'], b: ['dstream-batcher', 'j'],
  q: ['dstream-receiver', 'c'], c: ['dstream-batcher', 'j'],
  j: ['dstream-join', 's'], s: ['dstream-sink'],
};
const bare: Drawing = { p: ['dstream-receiver', 'j'], q: ['dstream-receiver', 'j'], j: ['dstream-join', 's'], s: ['dstream-sink'] };

describe('compiling a join', () => {
  it('takes the first stream by id as the left one where none was chosen, and says so', () => {
    const result = compiled(two);
    expect(result.problems).to.deep.equal([]);
    expect(join(result)).to.deep.equal({
      id: 'j', type: 'join', inputs: [{ id: 'b', port: 0 }, { id: 'c', port: 0 }], parameters: { mode: 'inner', left: 'b' },
    });
    expect(result.hints.map(({ nodeId, text }) => [nodeId, text])).to.deep.equal([
      ['j', 'The left stream of join j is batcher b, the right one is batcher c. Open the node to choose.'],
    ]);
    expect(validatePlan(JSON.parse(JSON.stringify(result.plan)))).to.deep.equal(result.plan);
  });

  it('takes the one that was chosen, without a word', () => {
    const result = compiled(two, { j: { mode: 'cogroup', left: 'c' } });
    expect(join(result).parameters).to.deep.equal({ mode: 'cogroup', left: 'c' });
    expect(result.hints).to.deep.equal([]);
  });

  it('finds the batcher that was put behind a receiver', () => {
    const result = compiled(bare, { j: { left: 'q' } });
    expect(join(result).parameters.left).to.equal('q.batcher');
    expect(join(compiled(bare)).parameters.left).to.equal('p.batcher');
    expect(compiled(bare).hints.at(-1)?.text).to.contain('is receiver p, the right one is receiver q');
  });

  it('finds a node of a subflow instance by its own id, where no other ends like it', () => {
    const inside: Drawing = {
      ...two, b: ['dstream-batcher', 'i-m'], 'i-m': ['dstream-map', 'j'],
    };
    expect(join(compiled(inside, { j: { left: 'm' } })).parameters.left).to.equal('i-m');
    const twice: Drawing = { ...inside, c: ['dstream-batcher', 'h-m'], 'h-m': ['dstream-map', 'j'] };
    expect(compiled(twice, { j: { left: 'm' } }).problems.map(({ code }) => code)).to.deep.equal(['join-left-missing']);
  });

  const cases: readonly [string, Drawing, Readonly<Record<string, NodeProperties>>, string, string][] = [
    ['a left stream that is not wired in', two, { j: { left: 'gone' } }, 'j join-left-missing', 'the left stream of the join, gone, is not wired to it'],
    ['one stream alone', { ...two, c: ['dstream-batcher', 's'] }, {}, 'j join-one-input', 'only one stream is wired into join j: batcher b'],
    ['a mode that does not exist', two, { j: { mode: 'outer' } }, 'j unknown-choice', 'outer'],
    [
      'streams that slide differently',
      { ...two, b: ['dstream-batcher', 'w'], w: ['dstream-window', 'j'] },
      { j: { left: 'c' } },
      'j slides-differ',
      'every 1000 ms and window w every 10000 ms',
    ],
  ];
  for (const [title, drawing, dialogs, code, text] of cases) {
    it(`refuses ${title}`, () => {
      const result = compiled(drawing, dialogs);
      expect(result.problems.map((problem) => `${problem.nodeId} ${problem.code}`)).to.deep.equal([code]);
      expect(result.problems[0]?.what).to.contain(text);
      expect(result.plan).to.equal(undefined);
    });
  }

  it('leaves a join without any input to the problem that says so', () => {
    const result = compiled({ ...two, b: ['dstream-batcher', 's'], c: ['dstream-batcher', 's'] }, { j: { left: 'b' } });
    expect(result.problems.map(({ nodeId, code }) => `${nodeId} ${code}`)).to.deep.equal(['j no-input']);
  });
});
