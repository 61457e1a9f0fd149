import { expect } from 'chai';
import { isTopicFilter } from '../../../nodes/shared/editor/topics';

describe('editor topics', () => {
  // The examples of MQTT 5.0, section 4.7.1, and their neighbours.
  const filters = ['sport/tennis/player1/#', 'sport/#', '#', '+', '+/tennis/#', 'sport/+/player1', '/+', '/'];
  for (const filter of [...filters, 'a//b', '$SYS/#', 'a b']) {
    it(`takes ${filter}`, () => expect(isTopicFilter(filter)).to.equal(true));
  }
  for (const filter of ['', 'sport/tennis#', 'sport/tennis/#/ranking', 'sport+', 'a/+b', '##', 'a\0b', undefined, 7]) {
    it(`refuses ${JSON.stringify(filter)}`, () => expect(isTopicFilter(filter)).to.equal(false));
  }
});
