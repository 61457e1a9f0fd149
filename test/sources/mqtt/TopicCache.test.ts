import { expect } from 'chai';
import { MalformedPacketError } from '../../../src/sources/mqtt/MalformedPacketError';
import { TopicCache } from '../../../src/sources/mqtt/TopicCache';

/** All texts of `length` pairs "Aa" and "BB". Their bytes have the same sum of 31^n: 65 × 31 + 97 = 66 × 31 + 66. */
function sameHash(length: number): string[] {
  return Array.from({ length: 2 ** length }, (_, number) =>
    Array.from({ length }, (_each, place) => ((number >> place) & 1 ? 'Aa' : 'BB')).join(''));
}

function topicIn(cache: TopicCache, topic: string): string {
  const bytes = Buffer.from(`--${topic}--`);
  return cache.topic(bytes, 2, bytes.length - 2);
}

describe('TopicCache', () => {
  it('tells topics with the same hash apart, more than have room beside each other', () => {
    const cache = new TopicCache();
    const topics = sameHash(5);
    for (let round = 0; round < 3; round++) expect(topics.map((topic) => topicIn(cache, topic))).to.deep.equal(topics);
  });

  it('tells topics apart where there are more than slots', () => {
    const cache = new TopicCache();
    const topics = Array.from({ length: 20_000 }, (_, number) => `sensors/${String(number)}`);
    for (let round = 0; round < 2; round++) expect(topics.map((topic) => topicIn(cache, topic))).to.deep.equal(topics);
  });

  it('keeps four topics with the same hash, and 1,000 sensors but for a few', () => {
    const decodedAgain = (topics: readonly string[]): number => {
      const cache = new TopicCache();
      for (const topic of topics) topicIn(cache, topic);
      let decoded = 0;
      for (const topic of topics) {
        const bytes = Buffer.from(topic);
        // What decodes a topic makes a view of it first.
        bytes.subarray = (start, end) => {
          decoded++;
          return Buffer.from(topic).subarray(start, end);
        };
        cache.topic(bytes, 0, bytes.length);
      }
      return decoded;
    };
    expect(decodedAgain(sameHash(2))).to.equal(0);
    expect(decodedAgain(Array.from({ length: 1000 }, (_, number) => `plant/sensor-${String(number)}`))).to.be.lessThan(10);
  });

  it('keeps bytes of its own', () => {
    const cache = new TopicCache();
    const bytes = Buffer.from('a/b');
    expect(cache.topic(bytes, 0, 3)).to.equal('a/b');
    bytes.fill('x');
    expect([topicIn(cache, 'a/b'), topicIn(cache, 'xxx')]).to.deep.equal(['a/b', 'xxx']);
  });

  it('refuses what is no topic, each time', () => {
    const cache = new TopicCache();
    for (const topic of [Buffer.from('a/+'), Buffer.from('#'), Buffer.from('a\0'), Buffer.from([0x61, 0xff])]) {
      for (let round = 0; round < 2; round++) expect(() => cache.topic(topic, 0, topic.length)).to.throw(MalformedPacketError);
    }
  });
});
