import { expect } from 'chai';
import { memoryInUse } from '../memory';
import { fuzzPackets } from '../mqttFuzz';

const PACKETS = Number(process.env['DSTREAM_FUZZ'] ?? 1_000_000);

describe('the inbound lane of MQTT, with a great many hostile bytes', () => {
  it(`stands ${String(PACKETS)} packets in bounded memory`, async function () {
    this.timeout(900_000);
    const begun = Date.now();
    await fuzzPackets(10_000, 900_000_000);
    const before = await memoryInUse();
    const { streams, refused } = await fuzzPackets(PACKETS, 1_000_001);
    const growth = (await memoryInUse()) - before;
    expect(growth, 'growth in bytes').to.be.below(8 * 1_048_576);
    console.log(`      ${String(streams)} streams from seed 1000001, ${String(refused)} refused, memory grew by ${String(Math.round(growth / 1024))} KiB, `
      + `${String(Math.round((Date.now() - begun) / 1000))} s`);
  });
});
