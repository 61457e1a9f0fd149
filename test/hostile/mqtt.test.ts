import { expect } from 'chai';
import { memoryInUse } from './memory';
import { fuzzPackets, fuzzStream } from './mqttFuzz';

/** Seeds that failed once. They stay. */
const KEPT_SEEDS: readonly number[] = [];

describe('the inbound lane of MQTT, with hostile bytes', () => {
  it('decodes, passes on or refuses 50,000 packets, the same way however they are cut, in bounded memory', async function () {
    this.timeout(60_000);
    await fuzzPackets(2000, 900_000_000);
    const before = await memoryInUse();
    const { streams, refused } = await fuzzPackets(50_000, 1);
    const growth = (await memoryInUse()) - before;
    expect(growth, 'growth in bytes').to.be.below(8 * 1_048_576);
    // Otherwise the streams are not hostile, or nothing but garbage.
    expect(refused / streams).to.be.within(0.2, 0.8);
  });

  for (const seed of KEPT_SEEDS) {
    it(`stands seed ${String(seed)}`, async () => {
      await fuzzStream(seed);
    });
  }
});
