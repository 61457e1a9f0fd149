import { expect } from 'chai';
import { offeredMessage } from '../../src/flow/offeredMessage';
import type { FlowMessage } from '../../src/flow/Runtime';

const property = (message: FlowMessage, path: string): unknown => {
  let value: unknown = message;
  for (const name of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[name];
  return value;
};
const offered = (message: FlowMessage, path?: string): unknown =>
  offeredMessage(message, path === undefined ? { from: 'topic' } : { from: 'property', property: path }, property);

describe('offeredMessage', () => {
  it('is the payload and the topic, nothing else', () => {
    expect(offered({ payload: 1, topic: 'a', _msgid: 'x', res: () => 1 })).to.deep.equal({ payload: 1, topic: 'a' });
  });

  it('makes text of topics that are numbers, and of others none', () => {
    expect([5, true, undefined, null, { a: 1 }].map((topic) => (offered({ topic }) as { topic: string }).topic)).to.deep.equal(
      ['5', 'true', '', '', ''],
    );
  });

  it('takes along a key from elsewhere, of any plain type', () => {
    for (const key of ['x', 7, false, null]) expect(
      offered({ payload: 1, device: { id: key } }, 'device.id'),
    ).to.deep.include({ key });
    expect(offered({ payload: 1, device: { b: 1, a: 2 } }, 'device')).to.deep.include({ key: '{"a":2,"b":1}' });
    expect(offered({ payload: 1 }, 'device.id')).not.to.have.property('key');
    expect(offered({ payload: 1, device: () => 1 }, 'device')).not.to.have.property('key');
  });

  it('leaves a key in the payload or the topic to be found there', () => {
    for (const path of ['payload.id', 'payload["id"]', 'payload', 'topic']) expect(
      offered({ payload: { id: 1 }, topic: 't' }, path),
    ).not.to.have.property('key');
    expect(offered({ payloads: 3 }, 'payloads')).to.deep.include({ key: 3 });
  });
});
