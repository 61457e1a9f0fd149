import { type Outcome, Violation } from '../Outcome';
import { SeededRandom } from '../SeededRandom';
import { EngineWorld } from './EngineWorld';
import type { Runner } from './EngineProcess';

/** ms that everything may take to come to rest when nothing fails any more. */
const LONGEST_END = 120_000;

/**
 * One history of the real engine: process after process runs a drawing on a disk that crashes, fed by wires and a broker, with
 * everything that can go wrong as the seed says. In the end nothing fails any more, and what was seen must be what was promised.
 */
export async function simulateEngine(runner: Runner, seed: number, outcome: Outcome): Promise<void> {
  const random = new SeededRandom(seed);
  const world = new EngineWorld(runner, random, outcome, (what) => {
    throw new Violation(seed, what);
  });
  outcome.seeds++;
  const lives = 1 + random.below(5);
  for (let life = 0; life < lives; life++) {
    await world.live();
    if (world.isRefused) {
      outcome.happened('refused because of damage');
      return;
    }
    outcome.crashes++;
  }
  const last = await world.lastLife(LONGEST_END);
  if (last === undefined) return;
  await world.drain(last, LONGEST_END);
  world.check();
}
