import type { Clock } from '../../ports/Clock';

/** Waits for work, whatever becomes of it, and no longer than so many ms. @returns whether it has ended */
export function endsInTime(clock: Clock, limit: number, work: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.schedule(limit, () => {
      resolve(false);
    });
    work.catch(() => undefined).finally(() => {
      timer.cancel();
      resolve(true);
    });
  });
}
