import { expect } from 'chai';
import { memoryInUse } from '../memory';
import { fuzzSeeds } from '../recordFuzz';

/** A tenth of the packets that the inbound lane is fuzzed with. */
const RECORDS = Number(process.env['DSTREAM_FUZZ'] ?? 1_000_000) / 10;

describe('a graph with a great many hostile records', () => {
  it(`stands ${String(RECORDS)} records in bounded memory`, async function () {
    this.timeout(900_000);
    const begun = Date.now();
    await fuzzSeeds(2000, 900_000_000);
    const before = await memoryInUse();
    const graphs = await fuzzSeeds(RECORDS, 1_000_001);
    const growth = (await memoryInUse()) - before;
    expect(growth, 'growth in bytes').to.be.below(16 * 1_048_576);
    console.log(`      ${String(graphs)} graphs from seed 1000001, memory grew by ${String(Math.round(growth / 1024))} KiB, `
      + `${String(Math.round((Date.now() - begun) / 1000))} s`);
  });
});
