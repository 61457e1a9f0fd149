import type { Clock } from '../../../src/ports/Clock';

/** Time as a ReadingPace sees it when everything comes at the same moment, and each rest lasts one turn of the event loop. */
export const QUICK_RESTS: Pick<Clock, 'monotonic' | 'schedule'> = {
  monotonic: () => 0,
  schedule: (_delay, action) => {
    const timer = setImmediate(action);
    return {
      cancel: () => {
        clearImmediate(timer);
      },
    };
  },
};
