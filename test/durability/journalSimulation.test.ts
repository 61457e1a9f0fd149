import { expect } from 'chai';
import * as durability from '../../src/durability';
import { JOURNAL_MUTANTS } from '../support/simulation/journalMutants';
import { loadMutant } from '../support/simulation/loadMutant';
import { Outcome, Violation } from '../support/simulation/Outcome';
import { simulateJournal } from '../support/simulation/simulateJournal';

/** As many as a few seconds allow; with DSTREAM_SIMULATION_SEEDS more. */
const SEEDS = Number(process.env['DSTREAM_SIMULATION_SEEDS'] ?? 2000);
const MUTANT_SEEDS = 2000;

describe('the journal, simulated', () => {
  it(`gives the sinks what they get without crashes, in ${SEEDS} histories`, async function () {
    this.timeout(20_000 + 50 * SEEDS);
    const outcome = new Outcome();
    for (let seed = 0; seed < SEEDS; seed++) await simulateJournal(durability, seed, outcome);
    console.log(`      ${outcome.toString()}`);
    for (const what of ['power', 'kill', 'torn tail', 'from checkpoint', 'batch replayed', 'committed batch replayed', 'delivered again',
      'packet sent again', 'segments dropped', 'fallback', 'back to the beginning', 'full', 'resumed', 'refused', 'no room for a checkpoint',
      'read back']) {
      expect(outcome.sometimes.get(what), what).to.be.greaterThan(0);
    }
  });

  it('does the same for the same seed', async () => {
    const texts: string[] = [];
    for (let run = 0; run < 2; run++) {
      const outcome = new Outcome();
      for (let seed = 0; seed < 20; seed++) await simulateJournal(durability, seed, outcome);
      texts.push(outcome.toString());
    }
    expect(texts[0]).to.equal(texts[1]);
  });

  for (const [mistake, mutations] of Object.entries(JOURNAL_MUTANTS)) {
    it(`would notice a journal that ${mistake}`, async function () {
      this.timeout(60_000);
      const mutant = loadMutant(mutations);
      const outcome = new Outcome();
      let caught: unknown;
      for (let seed = 0; seed < MUTANT_SEEDS && caught === undefined; seed++) {
        await simulateJournal(mutant, seed, outcome).catch((thrown: unknown) => {
          caught = thrown;
        });
      }
      expect(caught, outcome.toString()).to.be.instanceOf(Violation);
    });
  }
});
