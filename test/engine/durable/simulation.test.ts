import { expect } from 'chai';
import { GraphRunner } from '../../../src/engine/GraphRunner';
import { ENGINE_MUTANTS, RARE_ENGINE_MUTANTS } from '../../support/simulation/engine/engineMutants';
import { loadEngineMutant } from '../../support/simulation/engine/loadEngineMutant';
import { simulateEngine } from '../../support/simulation/engine/simulateEngine';
import { Outcome, Violation } from '../../support/simulation/Outcome';

/** As many as a few seconds allow; with DSTREAM_SIMULATION_SEEDS more, and from DSTREAM_SIMULATION_FROM on. */
const SEEDS = Number(process.env['DSTREAM_SIMULATION_SEEDS'] ?? 250);
const FROM = Number(process.env['DSTREAM_SIMULATION_FROM'] ?? 0);
const MUTANT_SEEDS = Math.max(600, SEEDS);
const MUTANTS = SEEDS < 5000 ? ENGINE_MUTANTS : { ...ENGINE_MUTANTS, ...RARE_ENGINE_MUTANTS };

/** What a run must have seen: without it, it would show nothing. */
const SOMETIMES = [
  'power', 'kill', 'crash while starting', 'crash during a checkpoint', 'torn tail', 'several batches run again', 'given again',
  'ran with a former drawing', 'update', 'update refused', 'a window reset', 'more than memory has room for', 'disk full',
  'given up because of the disk', 'sent again at QoS 2', 'twice at QoS 1', 'outside twice', 'waited for another process', 'fenced',
  'stopped', 'checkpoint asked for', 'died of a batch', 'checkpoint fallback', 'refused because of damage',
  'held',
];

describe('a graph with a checkpoint, simulated', () => {
  it(`keeps its promises in ${String(SEEDS)} histories`, async function () {
    this.timeout(60_000 + 200 * SEEDS);
    const outcome = new Outcome();
    const begun = performance.now();
    for (let seed = FROM; seed < FROM + SEEDS; seed++) await simulateEngine(GraphRunner, seed, outcome);
    const rate = outcome.crashes / ((performance.now() - begun) / 1000);
    console.log(`      ${outcome.toString()}; ${rate.toFixed(0)} crashes a second`);
    for (const what of SOMETIMES) expect(outcome.sometimes.get(what), what).to.be.greaterThan(0);
  });

  it('does the same for the same seed', async function () {
    this.timeout(20_000);
    const texts: string[] = [];
    for (let run = 0; run < 2; run++) {
      const outcome = new Outcome();
      for (let seed = 0; seed < 10; seed++) await simulateEngine(GraphRunner, seed, outcome);
      texts.push(outcome.toString());
    }
    expect(texts[0]).to.equal(texts[1]);
  });

  for (const [mistake, mutations] of Object.entries(MUTANTS)) {
    it(`would notice an engine that ${mistake}`, async function () {
      this.timeout(60_000 + 50 * MUTANT_SEEDS);
      const mutant = loadEngineMutant(mutations);
      const outcome = new Outcome();
      let caught: unknown;
      for (let seed = 0; seed < MUTANT_SEEDS && caught === undefined; seed++) {
        await simulateEngine(mutant, seed, outcome).catch((thrown: unknown) => {
          caught = thrown;
        });
      }
      expect(caught, outcome.toString()).to.be.instanceOf(Violation);
    });
  }
});
