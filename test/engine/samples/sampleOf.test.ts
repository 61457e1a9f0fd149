import { expect } from 'chai';
import { DataRecord } from '../../../src/engine/DataRecord';
import { sampleOf } from '../../../src/engine/samples/sampleOf';

describe('sampleOf', () => {
  it('is the record as plain JSON', () => {
    expect(sampleOf(new DataRecord({ value: 1, at: new Date(0) }, 'a/b', 'b', 5, 1), 100)).to.deep.equal(
      { payload: { value: 1, at: '1970-01-01T00:00:00.000Z' }, topic: 'a/b', key: 'b', time: 5 },
    );
  });

  it('has a text cut off for a payload that is too large: the beginning of its JSON, or of itself', () => {
    expect(sampleOf(new DataRecord([100, 200, 300], '', null, 0, 0), 6)).to.include({ payload: '[100,2', truncated: true });
    expect(sampleOf(new DataRecord('some "text"', '', null, 0, 0), 6)).to.include({ payload: 'some "', truncated: true });
  });

  it('cuts names that would fill a screen, and has a text for a key or time that JSON has no number for', () => {
    const { topic, key, time } = sampleOf(new DataRecord(1, 't'.repeat(100_000), 'é'.repeat(600), Number.NaN, 0), 100);
    expect(topic).to.equal(`${'t'.repeat(1024)}…`);
    expect(key).to.equal(`${'é'.repeat(512)}…`);
    expect(time).to.equal(0);
    expect(sampleOf(new DataRecord(1, '', -Infinity, 0, 0), 100).key).to.equal('-Infinity');
  });
});
