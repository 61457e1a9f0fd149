import { SeededRandom } from '../simulation/SeededRandom';

/** When a process is killed. */
export interface Kill {
  /**
   * `starting`: counted from when the process was begun, whatever it does by then. `recovering`: from when its flows have started.
   * `flowing`: from when every durable graph has written a batch that was due after that, so that there is always progress to undo.
   */
  readonly when: 'starting' | 'recovering' | 'flowing';
  /** ms */
  readonly after: number;
}

/** The longest time that records flow between two kills: ms. */
export const LONGEST_LIFE = 2000;
/** Node-RED takes about a second until its flows start: kills during start-up are spread over a little more than that. */
const LONGEST_START = 1800;
/** A graph with a small state is back within this: ms. */
const LONGEST_RECOVERY = 500;
const SHORTEST_LIFE = 50;
/** Deaths that follow each other at once, before anything can have been mended. */
const BURST = 3;

/**
 * The same kills for the same seed. Most come while records flow; some while Node-RED starts, some in its first moments, when graphs
 * recover; and some in bursts, 50 ms after each start.
 */
export function killSchedule(seed: number, kills: number): Kill[] {
  const random = new SeededRandom(seed);
  const schedule: Kill[] = [];
  while (schedule.length < kills) {
    const dice = random.next();
    if (dice < 0.6) schedule.push({ when: 'flowing', after: random.below(LONGEST_LIFE) });
    else if (dice < 0.78) schedule.push({ when: 'recovering', after: random.below(LONGEST_RECOVERY) });
    else if (dice < 0.93) schedule.push({ when: 'starting', after: SHORTEST_LIFE + random.below(LONGEST_START) });
    else for (let each = 0; each < BURST; each++) schedule.push({ when: 'starting', after: SHORTEST_LIFE + random.below(50) });
  }
  return schedule.slice(0, kills);
}
