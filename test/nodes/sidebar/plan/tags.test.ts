import { expect } from 'chai';
import { tags } from '../../../../nodes/sidebar/editor/plan/tags';
import type { PlannedOperator } from '../../../../src/flow/monitor/snapshot';
import { sidebarText } from '../sidebarText';
import { planned } from '../snapshots';

const said = (more: Partial<PlannedOperator>): string[] => tags(planned('a', [], more), sidebarText).map(({ text }) => text);

describe('the tags of an operator', () => {
  it('are none for one of which nothing special is known', () => {
    expect(said({})).to.deep.equal([]);
    expect(said({ code: 'javascript', partitions: 1, threads: 1 })).to.deep.equal([]);
  });

  it('say how its window is computed', () => {
    expect(said({ window: 'subtracting' })).to.deep.equal(['incremental']);
    expect(said({ window: 'merging' })).to.deep.equal(['merging']);
    expect(said({ window: 'both' })).to.deep.equal(['partly incremental']);
  });

  it('say what runs its code and how the work is spread', () => {
    const shared = said({ code: 'jsonata compiled', partitions: 4, threads: 2 });
    expect(shared).to.deep.equal(['JSONata, compiled', 'partitions: 4', 'threads: 2']);
    expect(said({ code: 'jsonata interpreted' })).to.deep.equal(['JSONata, interpreted']);
  });

  it('say what a sink promises, and why', () => {
    const sink = planned('s', ['a'], { guarantee: { level: 'at least once', text: 'MQTT may deliver twice' } });
    expect(tags(sink, sidebarText)[0]).to.deep.equal({ key: 'guarantee', text: 'at least once', tooltip: 'MQTT may deliver twice' });
  });
});
