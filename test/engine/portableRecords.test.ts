import { expect } from 'chai';
import { portableRecords } from '../../src/engine/portableRecords';

describe('portableRecords', () => {
  it('makes null of a payload that throws where it is looked at, tells why, and leaves the others as they are', () => {
    const throwing = (): never => {
      throw new Error('looked at');
    };
    const hostile = [
      Object.defineProperty<object>({}, 'value', { enumerable: true, get: throwing }),
      { inside: new Proxy({}, { ownKeys: throwing }) },
    ];
    for (const payload of hostile) {
      const records = [{ payload: { value: 1 }, topic: 't', key: 't' }, { payload, topic: 't', key: 't' }];
      const { event, problem } = portableRecords(
        { operator: 'out', tap: false, batchTime: 1000, count: 2, truncated: false, offset: 0, last: true, records },
        (sound) => sound,
      );
      expect(event.records.map((record) => record.payload)).to.deep.equal([{ value: 1 }, null]);
      expect(problem).to.include({ nodeId: 'out', code: 'payload-not-portable' });
      expect(problem?.what).to.contain('1 of 2 payloads').and.to.contain('looked at');
    }
  });
});
