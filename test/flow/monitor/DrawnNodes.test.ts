import { expect } from 'chai';
import { DrawnNodes } from '../../../src/flow/monitor/DrawnNodes';
import type { NodeProperties } from '../../../src/flow/Runtime';

describe('DrawnNodes', () => {
  const flow = new Map<string, NodeProperties>([
    ['map-1', { type: 'dstream-map' }],
    ['inner', { type: 'dstream-map' }],
    ['one', { type: 'subflow:s' }],
    ['one-two', { type: 'subflow:s' }],
    ['map', { type: 'dstream-map' }],
  ]);

  it('are themselves on tabs, and the instance in subflows, also in nested ones', () => {
    const nodes = new DrawnNodes(() => flow);
    expect(['map-1', 'one-inner', 'one-two-inner', 'one-nested-inner'].map((id) => nodes.find(id))).to.deep.equal(['map-1', 'one', 'one-two', 'one']);
  });

  it('are nothing for what nobody drew', () => {
    const nodes = new DrawnNodes(() => flow);
    expect(['r.batcher', 'map-x', 'gone', '', '-inner'].map((id) => nodes.find(id))).to.deep.equal([undefined, undefined, undefined, undefined, undefined]);
  });

  it('are looked up again after a deploy, and only then', () => {
    let looks = 0;
    const nodes = new DrawnNodes(() => {
      looks++;
      return flow;
    });
    expect(looks).to.equal(0);
    nodes.find('map');
    nodes.find('inner');
    expect(looks).to.equal(1);
    nodes.forget();
    nodes.find('map');
    expect(looks).to.equal(2);
  });
});
