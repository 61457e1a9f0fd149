import { expect } from 'chai';
import { readExample } from '../../../../nodes/shared/editor/preview/example';

describe('readExample', () => {
  it('takes an object with a payload for a record', () => {
    expect(readExample('{"payload": 1, "topic": "t", "key": "k", "time": 5}', 9)).to.deep.equal([{ payload: 1, topic: 't', key: 'k', time: 5 }]);
    expect(readExample('{"payload": null, "topic": 7, "key": {"a": 1}}', 9)).to.deep.equal([{ payload: null, topic: '', key: null, time: 9 }]);
  });

  it('takes an array of such for several records', () => {
    expect(readExample('[{"payload": 1, "key": false}, {"payload": 2, "key": 0}]', 9).map(({ payload, key }) => [payload, key]))
      .to.deep.equal([[1, false], [2, 0]]);
    expect(readExample(JSON.stringify(Array.from({ length: 100 }, () => ({ payload: 1 }))), 9)).to.have.length(20);
  });

  it('takes anything else for a payload', () => {
    for (const payload of [21.5, 'text', null, [], [1, 2], { value: 1 }, [{ payload: 1 }, 2]]) {
      expect(readExample(JSON.stringify(payload), 9)).to.deep.equal([{ payload, topic: '', key: null, time: 9 }]);
    }
  });

  it('refuses what is not JSON', () => {
    for (const json of ['', '{', "{'payload': 1}", 'undefined']) expect(() => readExample(json, 9), json).to.throw(SyntaxError);
  });
});
