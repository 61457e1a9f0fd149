import { serve } from './questions';
import { quantile, quantileOfWaits } from './statistics';

/**
 * Loaded into each process that is measured (`--require`), Node-RED included: says what it has used. While nobody asks it does nothing,
 * except where it is asked to watch the event loop.
 */

export interface MeterQuestion {
  readonly ask: 'figures' | 'watch' | 'delays';
}

export interface MeterFigures {
  /** The CPU time of all threads since the process began: µs. */
  readonly cpu: number;
  /** Resident memory: bytes. */
  readonly rss: number;
}

/** How long the main thread's event loop was held beyond the millisecond that a timer takes in any case. */
export interface LoopDelays {
  /** Of the timer's calls: 99 of 100 were late by no more than this. As `monitorEventLoopDelay` counts. ms */
  readonly percentile99: number;
  /** What comes at a random moment waits longer than this in one case of 100: a loop that is held once for long shows here. ms */
  readonly wait99: number;
  /** ms */
  readonly max: number;
}

/** ms between two looks of the watch. */
const RESOLUTION = 1;

/** Set while the event loop is watched. */
let watch: { readonly delays: number[]; last: number; timer: NodeJS.Timeout } | undefined;

function figures(): MeterFigures {
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, rss: process.memoryUsage.rss() };
}

function begin(): void {
  delays();
  const look = (): void => {
    const now = performance.now();
    own.delays.push(Math.max(0, now - own.last - RESOLUTION));
    own.last = now;
    own.timer = setTimeout(look, RESOLUTION);
  };
  const own = { delays: [], last: performance.now(), timer: setTimeout(look, RESOLUTION) } as NonNullable<typeof watch>;
  watch = own;
}

/** Ends the watch. */
function delays(): LoopDelays {
  const all = watch?.delays ?? [];
  clearTimeout(watch?.timer);
  watch = undefined;
  return { percentile99: quantile(all, 0.99), wait99: quantileOfWaits(all, all.length * RESOLUTION, 0.99), max: quantile(all, 1) };
}

serve((question) => {
  switch ((question as MeterQuestion).ask) {
    case 'figures':
      return figures();
    case 'watch':
      begin();
      return undefined;
    case 'delays':
      return delays();
  }
});
// The channel alone keeps no process alive.
process.channel?.unref();
