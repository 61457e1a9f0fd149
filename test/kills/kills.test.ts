import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { faults } from '../support/kills/faults';
import { reportOf } from '../support/kills/report';
import { runKills } from '../support/kills/runKills';

/** Another one shows other moments: DSTREAM_KILLS_SEED. */
const SEED = Number(process.env['DSTREAM_KILLS_SEED'] ?? 1);
const KILLS = 20;

describe('a real Node-RED that is killed while records flow from mosquitto', () => {
  it(`loses nothing in ${String(KILLS)} kills, duplicates only what QoS 1 delivers again, and gives the windows and totals of its records`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dstream-kills-'));
    const result = await runKills({ seed: SEED, kills: KILLS, qos: [1, 2], rate: 300, sensors: 50, folder });
    console.log(reportOf(result).replace(/^/gm, '      '));
    expect(faults(result)).to.deep.equal([]);
    // What was found wrong can be looked at: only a run that holds is cleared away.
    await rm(folder, { recursive: true, force: true });
  });
});
