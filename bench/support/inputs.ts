import { SeededRandom } from '../../test/support/simulation/SeededRandom';

export { SeededRandom };

/** What a simulated sensor sends: about 100 bytes as JSON. */
export interface Reading {
  readonly sensor: string;
  /** °C, from -20 to 100, with two digits behind the point. */
  readonly celsius: number;
  /** % */
  readonly humidity: number;
  /** ms since the epoch */
  readonly time: number;
  readonly unit: string;
}

/** When the first reading was taken: ms since the epoch. The others follow a millisecond apart. */
const BEGIN = 1_760_000_000_000;

/** The same readings for the same parameters: the sensors take turns, the values look random. */
export function readings(count: number, sensors: number, seed = 1): Reading[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, (_, index) => ({
    sensor: sensorName(index % sensors),
    celsius: (random.below(12_000) - 2000) / 100,
    humidity: random.below(1000) / 10,
    time: BEGIN + index,
    unit: 'celsius',
  }));
}

export function sensorName(index: number): string {
  return `sensor-${String(index).padStart(4, '0')}`;
}

/** The readings as they travel. */
export function encoded(all: readonly Reading[]): Buffer[] {
  return all.map((reading) => Buffer.from(JSON.stringify(reading)));
}

/** `all` in pieces of `size`; the last one may be shorter. */
export function batchesOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
}
