import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bench, Figures, Variant } from './support/bench';
import type { SlideFigures, Slides } from './support/windowSlides';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

const BASELINE = '60 s';

interface Length {
  readonly name: string;
  readonly length: number;
  readonly slide: number;
}

const LENGTHS: readonly Length[] = [
  { name: BASELINE, length: 60 * SECOND, slide: SECOND },
  { name: '600 s', length: 600 * SECOND, slide: SECOND },
  { name: '3,600 s', length: HOUR, slide: SECOND },
  { name: '24 h, slide 10 s', length: 24 * HOUR, slide: 10 * SECOND },
];

const AGGREGATES: readonly (readonly string[])[] = [['sum'], ['max'], ['sum', 'max']];

const slidesIn = join(__dirname, 'support', 'windowSlides.js');

const bench: Bench = {
  work: 'windows over 1,000 keys with 10 records each in a batch, sum and max: taking a batch in and emitting all keys; a slide a batch',
  goal: 'median at 3,600 s at most 1.2 times that at 60 s; worst at most 5 times the median; at most 250 MB RSS',
  rounds: 5,
  run: async (session) => {
    for (const aggregates of AGGREGATES) {
      const variants = LENGTHS.map(({ name, length, slide }): Variant => {
        const work: Slides = {
          aggregates, length: session.isQuick ? 5 * slide : length, slide, sensors: session.isQuick ? 10 : 1000, records: 10,
          measured: session.isQuick ? 5 : 600,
        };
        return { name, run: () => slidesOf(work, session.nodeParameters) };
      });
      // Each run is a fresh process, which warms up while its window fills.
      await session.compare({ name: aggregates.join(' and '), variants, baseline: BASELINE, warmUp: 0 });
    }
  },
};

export default bench;

async function slidesOf(work: Slides, nodeParameters: readonly string[]): Promise<Figures> {
  const { stdout } = await promisify(execFile)(process.execPath, [...nodeParameters, slidesIn, JSON.stringify(work)]);
  const { median, worst, emission, rss } = JSON.parse(stdout) as SlideFigures;
  return {
    'ms/slide': median,
    'ms worst slide': worst,
    'worst/median': worst / median,
    'ms to emit': emission,
    'MB RSS': rss / 2 ** 20,
  };
}
