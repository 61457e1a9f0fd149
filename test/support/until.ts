import { setTimeout as pause } from 'node:timers/promises';

/** ms between two looks. */
const PERIOD = 20;

/** Resolves when something that goes on in another process has come about; looks every 20 ms. @throws after `limit` ms */
export async function until(what: string, holds: () => Promise<boolean> | boolean, limit = 10_000): Promise<void> {
  const end = performance.now() + limit;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Within ${String(limit)} ms it did not come about that ${what}.`);
    await pause(PERIOD);
  }
}
