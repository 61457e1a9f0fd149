import { expect } from 'chai';
import mqttPacket, { type IPublishPacket, type Packet } from 'mqtt-packet';
import { PublishPackets } from '../../bench/support/PublishPackets';
import { readings, type Reading } from '../../bench/support/inputs';

const NOW = 1_790_000_000_123;

/** As mqtt.js reads them. */
function parsed(bytes: Buffer): IPublishPacket[] {
  const found: Packet[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on('packet', (packet) => found.push(packet));
  expect(parser.parse(bytes)).to.equal(0);
  return found.filter((packet) => packet.cmd === 'publish');
}

describe('the PUBLISH packets of the load', () => {
  const all = readings(3, 2);

  for (const qos of [0, 1] as const) {
    it(`are what mqtt.js would send at QoS ${qos}, the readings in turn, with the time of publishing`, () => {
      const packets = parsed(new PublishPackets('load', qos, all).take(2, 3, NOW));
      const sent = [all[2]!, all[0]!, all[1]!];
      expect(packets.map(({ topic, qos: found }) => [topic, found])).to.deep.equal(sent.map(({ sensor }) => [`load/${sensor}`, qos]));
      expect(packets.map(({ payload }) => JSON.parse(payload.toString()) as Reading)).to.deep.equal(sent.map((each) => ({ ...each, time: NOW })));
      expect(packets.map(({ messageId }) => messageId)).to.deep.equal(qos === 0 ? [undefined, undefined, undefined] : [3, 4, 5]);
    });
  }

  it('have identifiers from 1 to 65,535, over and over', () => {
    const packets = new PublishPackets('load', 1, all);
    const identifierOf = (message: number): number | undefined => parsed(packets.take(message, 1, NOW))[0]?.messageId;
    expect([0, 65_534, 65_535, 65_536].map(identifierOf)).to.deep.equal([1, 65_535, 1, 2]);
  });

  it('are told apart also where the length takes two bytes', () => {
    const long = all.map((reading) => ({ ...reading, unit: 'x'.repeat(300) }));
    expect(parsed(new PublishPackets('load', 0, long).take(0, 3, NOW))).to.have.length(3);
  });

  it('refuse readings whose time cannot be replaced in place', () => {
    expect(() => new PublishPackets('load', 0, [{ ...all[0]!, time: 5 }])).to.throw('The time of a reading must have 13 digits');
    expect(() => new PublishPackets('load', 0, []).take(0, 1, NOW)).to.throw('There are no readings to publish.');
  });
});

describe('the readings of benchmarks', () => {
  it('are the same for the same parameters, of about 100 bytes, the sensors in turn', () => {
    expect(readings(100, 7, 3)).to.deep.equal(readings(100, 7, 3));
    expect(readings(100, 7, 3)).not.to.deep.equal(readings(100, 7, 4));
    expect(readings(4, 3).map(({ sensor }) => sensor)).to.deep.equal(['sensor-0000', 'sensor-0001', 'sensor-0002', 'sensor-0000']);
    for (const reading of readings(100, 7)) {
      expect(reading.celsius).to.be.within(-20, 100);
      expect(JSON.stringify(reading).length).to.be.within(85, 110);
    }
  });
});
