import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { faults } from './faults';
import { BYTES_PER_KEY, measureRecovery } from './measureRecovery';
import { reportOf, spread } from './report';
import { runKills } from './runKills';

/** The long run: see scripts/kills.mjs. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '500' },
      qos: { type: 'string', default: '1,2' },
      seed: { type: 'string', default: '1' },
      rate: { type: 'string', default: '300' },
      sensors: { type: 'string', default: '50' },
      recovery: { type: 'string', default: '' },
      keep: { type: 'boolean', default: false },
    },
  });
  const qos = values.qos.split(',').filter((each) => each !== '').map((each) => {
    if (each !== '1' && each !== '2') throw new Error(`--qos is 1, 2 or 1,2; it was ${JSON.stringify(values.qos)}.`);
    return each === '1' ? 1 : 2;
  });
  const number = (name: 'kills' | 'seed' | 'rate' | 'sensors' | 'recovery'): number => {
    const value = Number(values[name]);
    if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} is a whole number from 1; it was ${JSON.stringify(values[name])}.`);
    return value;
  };
  const folder = await mkdtemp(join(tmpdir(), 'dstream-kills-'));
  if (values.recovery !== '') {
    const megabytes = number('recovery');
    const { checkpointBytes, firstBatch, recovered } = await measureRecovery({ keys: (megabytes * 1e6) / BYTES_PER_KEY, kills: 5, folder });
    console.log(`state of ${String(megabytes)} MB, newest checkpoint ${(checkpointBytes / 1e6).toFixed(2)} MB`);
    console.log(`flows started → first new batch: ${spread(firstBatch)}`);
    for (const { batches, records, milliseconds } of recovered) {
      console.log(`  the graph says: ready after ${milliseconds.toFixed(0)} ms, with ${String(batches)} batches and ${String(records)} records of the log`);
    }
    await rm(folder, { recursive: true, force: true });
    return;
  }
  const result = await runKills({
    seed: number('seed'), kills: number('kills'), qos, rate: number('rate'), sensors: number('sensors'), folder,
    log: (line) => {
      console.log(line);
    },
  });
  console.log(`\n${reportOf(result)}`);
  const isGood = faults(result).length === 0;
  if (isGood && !values.keep) await rm(folder, { recursive: true, force: true });
  else console.log(`\nLedger, outputs and the user directory are kept in ${folder}.`);
  process.exitCode = isGood ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
