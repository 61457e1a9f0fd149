import { expect } from 'chai';
import { badgesOf } from '../../../../nodes/sidebar/editor/canvas/badgesOf';
import type { OperatorMonitor, PlannedOperator } from '../../../../src/flow/monitor/snapshot';
import { sidebarText } from '../sidebarText';
import { graphMonitor, monitored, planned } from '../snapshots';

/** The texts of the badges, by node. */
function said(
  plan: readonly PlannedOperator[],
  operators: Record<string, Partial<OperatorMonitor>>,
  batchInterval = 1000,
): Record<string, string> {
  const monitors = Object.fromEntries(Object.entries(operators).map(([id, more]) => [id, monitored(more)]));
  const badges = badgesOf({ operators: plan }, graphMonitor({ operators: monitors, batchInterval }), sidebarText);
  return Object.fromEntries([...badges].map(([node, { text }]) => [node, text]));
}

describe('the badges on the canvas', () => {
  it('say what comes in a second', () => {
    const plan = [planned('a'), planned('b', ['a'])];
    expect(said(plan, { a: { inPerSecond: 1240 }, b: { inPerSecond: 0 } })).to.deep.equal({ a: '1.2k/s', b: '0/s' });
  });

  it('add the backlog, but not what only waits for the next batch', () => {
    const plan = [planned('a')];
    expect(said(plan, { a: { inPerSecond: 1000, waiting: 900 } })).to.deep.equal({ a: '1k/s' });
    expect(said(plan, { a: { inPerSecond: 1000, waiting: 1500 } })).to.deep.equal({ a: '1k/s' });
    expect(said(plan, { a: { inPerSecond: 1000, waiting: 1501 } })).to.deep.equal({ a: '1k/s · 1501 waiting' });
    expect(said(plan, { a: { inPerSecond: 1000, waiting: 14_000 } }, 10_000)).to.deep.equal({ a: '1k/s' });
    expect(said(plan, { a: { waiting: 1 } })).to.deep.equal({ a: '0/s · 1 waiting' });
  });

  it('count for a subflow instance what comes into it, and all that waits in it', () => {
    const inside = { node: 'i' };
    const instance = [planned('i-b', ['a'], inside), planned('i-c', ['i-b'], inside), planned('i-d', [], inside)];
    const plan = [planned('a'), ...instance, planned('e', ['i-c'])];
    const operators = {
      a: { inPerSecond: 5 },
      'i-b': { inPerSecond: 5 },
      'i-c': { inPerSecond: 4, waiting: 90 },
      'i-d': { inPerSecond: 2, waiting: 7 },
      e: {},
    };
    expect(said(plan, operators)).to.deep.equal({ a: '5/s', i: '7/s · 97 waiting', e: '0/s' });
  });

  it('are left out for what nobody drew and for what nothing is known of', () => {
    const { node: _, ...undrawn } = planned('a');
    expect(said([undrawn, planned('b', ['a'])], { a: { inPerSecond: 5 } })).to.deep.equal({});
  });
});
