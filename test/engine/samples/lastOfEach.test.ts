import { expect } from 'chai';
import { DataRecord } from '../../../src/engine/DataRecord';
import { lastOfEach } from '../../../src/engine/samples/lastOfEach';

const records = (topic: string, ...orders: number[]): DataRecord[] => orders.map((order) => new DataRecord(order, topic, null, 0, order));
const shown = (inputs: readonly (readonly DataRecord[])[], most: number): string[] =>
  lastOfEach(inputs, most).map(({ topic, payload }) => topic + String(payload));

describe('lastOfEach', () => {
  it('gives each input its share, in the order in which the records came', () => {
    expect(shown([records('a', 1, 2, 4, 6, 8, 9), records('b', 3, 5, 7)], 4)).to.deep.equal(['b5', 'b7', 'a8', 'a9']);
  });

  it('gives to the rest what some leave over', () => {
    expect(shown([records('a', 1, 2, 4, 6, 8, 9), records('b', 3), []], 4)).to.deep.equal(['b3', 'a6', 'a8', 'a9']);
  });

  it('keeps records of one input in their order, whatever their coordinates', () => {
    const same = [new DataRecord(1, 'a', null, 0, 7), new DataRecord(2, 'a', null, 0, 7), new DataRecord(3, 'a', null, 0, 7)];
    expect(shown([same], 2)).to.deep.equal(['a2', 'a3']);
  });

  it('has nothing of nothing', () => {
    expect(shown([], 4)).to.deep.equal([]);
    expect(shown([[], []], 4)).to.deep.equal([]);
  });
});
