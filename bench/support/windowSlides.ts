import { OperatorFigures } from '../../src/engine/OperatorFigures';
import { type Column, type KeyedInput, KeyedWindowState } from '../../src/engine/prepare/KeyedWindowState';
import { aggregateNamed } from '../../src/operators/aggregates';
import { type Reading, readings, SeededRandom } from './inputs';
import { median } from './statistics';

/** What one window is fed with, and how many of its slides are measured once it is full. */
export interface Slides {
  readonly aggregates: readonly string[];
  /** ms */
  readonly length: number;
  /** ms; also the batch interval. */
  readonly slide: number;
  readonly sensors: number;
  /** Records of a sensor in a batch. */
  readonly records: number;
  readonly measured: number;
}

/** What `windowSlides` found out. */
export interface SlideFigures {
  readonly median: number;
  readonly worst: number;
  /** Of `median` what is spent after the batch was taken in: the window itself, and the records of its results. */
  readonly emission: number;
  /** Bytes */
  readonly rss: number;
}

/** So many different batches take turns; in each the sensors come in another order. */
const BATCHES = 4;

/** Slides a window over batches as reduceByKey does it: takes each batch in, record by record, and emits all keys. Times are in ms. */
export function slideWindow({ aggregates, length, slide, sensors, records, measured }: Slides): SlideFigures {
  const columns = aggregates.map((name): Column => ({ name, fingerprint: name, aggregate: aggregateNamed(name) }));
  const state = new KeyedWindowState({ length, slide }, slide);
  state.configure({
    columns,
    begin: () => {},
    read: (record: unknown, into: KeyedInput) => {
      const { sensor, celsius, time } = record as Reading;
      into.key = sensor;
      into.order = time;
      for (let index = 0; index < columns.length; index++) into.values[index] = celsius;
    },
    takesCombined: false,
    unreadable: (thrown) => {
      throw thrown;
    },
    keyLimit: 1_000_000,
    tooManyKeys: () => {},
    emitsAll: true,
    emitsLeaving: false,
    figures: new OperatorFigures(),
    windowFigures: undefined,
    shownLength: length,
    completeSince: () => 0,
  });
  const random = new SeededRandom(7);
  const batches = Array.from({ length: BATCHES }, (_, index) => shuffled(readings(sensors * records, sensors, index + 1), random));
  const slides: number[] = [];
  const emissions: number[] = [];
  const full = length / slide;
  for (let number = 1; number <= full + measured; number++) {
    const batch = batches[number % BATCHES] ?? [];
    const begun = performance.now();
    state.take(number * slide, (emit) => {
      for (const record of batch) emit(record);
    });
    const taken = performance.now();
    if (state.emit(number * slide).length !== sensors) throw new Error('A window has not the keys that it should have.');
    const end = performance.now();
    if (number <= full) continue;
    slides.push(end - begun);
    emissions.push(end - taken);
  }
  return { median: median(slides), worst: Math.max(...slides), emission: median(emissions), rss: process.memoryUsage.rss() };
}

/** In random order (Fisher and Yates). */
function shuffled<T>(all: T[], random: SeededRandom): T[] {
  for (let left = all.length; left > 1; left--) {
    const other = random.below(left);
    [all[left - 1], all[other]] = [all[other]!, all[left - 1]!];
  }
  return all;
}

/** The program that does it in a process of its own, so that its memory can be told from that of others. */
if (require.main === module) {
  const slides = JSON.parse(process.argv[2] ?? '{}') as Slides;
  console.log(JSON.stringify(slideWindow(slides)));
}
