import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { measureRecovery } from '../support/kills/measureRecovery';
import { spread } from '../support/kills/report';

describe('the recovery of a state of 1 MB', () => {
  it('takes at most a second from flows:started to the first new batch', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dstream-recovery-'));
    const { checkpointBytes, firstBatch } = await measureRecovery({ keys: 1000, kills: 3, folder });
    console.log(`      checkpoint of ${(checkpointBytes / 1e6).toFixed(2)} MB; ${spread(firstBatch)}`);
    expect(checkpointBytes).to.be.greaterThan(900_000);
    // The quickest: another program that takes the machine for a moment is not what this is about.
    expect(Math.min(...firstBatch)).to.be.below(1000);
    await rm(folder, { recursive: true, force: true });
  });
});
