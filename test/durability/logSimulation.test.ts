import { expect } from 'chai';
import * as durability from '../../src/durability';
import { loadMutant } from '../support/simulation/loadMutant';
import { LOG_MUTANTS } from '../support/simulation/logMutants';
import { Outcome, Violation } from '../support/simulation/Outcome';
import { simulateLog } from '../support/simulation/simulateLog';

/** As many as a few seconds allow; with DSTREAM_SIMULATION_SEEDS more. */
const SEEDS = Number(process.env['DSTREAM_SIMULATION_SEEDS'] ?? 3200);
const MUTANT_SEEDS = 3000;

describe('the log, simulated', () => {
  it(`loses nothing that it confirmed, in ${SEEDS} lives and deaths`, async function () {
    this.timeout(20_000 + 50 * SEEDS);
    const outcome = new Outcome();
    for (let seed = 0; seed < SEEDS; seed++) await simulateLog(durability, seed, outcome);
    console.log(`      ${outcome.toString()}`);
    for (const what of ['power', 'kill', 'torn tail', 'carried', 'stray segment', 'segments dropped', 'full', 'resumed', 'fsync failed',
      'damage refused', 'harmless damage', 'closed']) {
      expect(outcome.sometimes.get(what), what).to.be.greaterThan(0);
    }
  });

  it('does the same for the same seed', async () => {
    const texts = await Promise.all([1, 2].map(async () => {
      const outcome = new Outcome();
      for (let seed = 0; seed < 20; seed++) await simulateLog(durability, seed, outcome);
      return outcome.toString();
    }));
    expect(texts[0]).to.equal(texts[1]);
  });

  for (const [mistake, mutations] of Object.entries(LOG_MUTANTS)) {
    it(`would notice a log that ${mistake}`, async function () {
      this.timeout(60_000);
      const mutant = loadMutant(mutations);
      const outcome = new Outcome();
      let caught: unknown;
      for (let seed = 0; seed < MUTANT_SEEDS && caught === undefined; seed++) {
        await simulateLog(mutant, seed, outcome).catch((thrown: unknown) => {
          caught = thrown;
        });
      }
      expect(caught, outcome.toString()).to.be.instanceOf(Violation);
    });
  }
});
