import { expect } from 'chai';
import { isProperty, isTopicLevel } from '../../../nodes/shared/editor/keys';

describe('editor keys', () => {
  it('counts topic levels from 1, or from the end with a minus', () => {
    expect(['1', '12', '-1', 2, ' 3 '].every(isTopicLevel)).to.equal(true);
    expect(['0', '-0', '01', '1.5', '', 'one', '+1', undefined].some(isTopicLevel)).to.equal(false);
  });

  it('takes message properties', () => {
    const quoted = ['payload["room temperature"]', "payload['x'].y", 'payload[0].value'];
    for (const property of ['payload', 'payload.id', 'größe', '_a.$b', ...quoted]) {
      expect(isProperty(property), property).to.equal(true);
    }
  });

  it('refuses what cannot be a property', () => {
    for (const property of ['', 'payload.', '.id', 'pay load', 'payload..id', 'payload[', 'payload[""]', '1st', undefined]) {
      expect(isProperty(property), String(property)).to.equal(false);
    }
  });
});
