import { expect } from 'chai';
import { Deliveries } from './Deliveries';

/** A PUBLISH of MQTT 3.1.1 at QoS 1, written by hand: header, remaining length, topic, packet id, payload. */
function publish(sequence: number, dup: boolean, text = ''): Buffer {
  const payload = Buffer.from(JSON.stringify({ producer: 'p', sequence, sensor: 's0', value: 1, text }));
  const body = Buffer.concat([Buffer.from([0, 3]), Buffer.from('a/b'), Buffer.from([0, 7]), payload]);
  const length = body.length < 128 ? [body.length] : [(body.length % 128) | 0x80, Math.floor(body.length / 128)];
  return Buffer.concat([Buffer.from([dup ? 0x3a : 0x32, ...length]), body]);
}

describe('Deliveries', () => {
  it('counts what is delivered again, however the bytes are cut, connection by connection', () => {
    const deliveries = new Deliveries();
    const connack = Buffer.from([0x20, 2, 1, 0]);
    const bytes = Buffer.concat([connack, publish(1, false), publish(2, true, 'long'.repeat(100)), connack, publish(3, true)]);
    for (const [index] of bytes.entries()) {
      deliveries.take(bytes.subarray(index, index + 1), 1);
      deliveries.take(bytes.subarray(index, index + 1), 2);
    }
    deliveries.take(publish(2, true), 3);
    expect([1, 2, 3].map((sequence) => deliveries.again('p', sequence))).to.deep.equal([0, 3, 2]);
    expect(deliveries.count).to.equal(5);
    expect(deliveries.again('q', 2)).to.equal(0);
  });
});
