/** What the scenarios should give, by plain loops over their recordings: nothing of the palette is used here. */

export interface Energy {
  readonly meter: string;
  readonly quarter: number;
  readonly kWh: number;
}

export interface Peak {
  readonly meter: string;
  readonly quarter: number;
  /** kW */
  readonly peak: number;
}

/** One after the other, those quarters whose energy is greater than all before of the same meter. */
export function newPeaks(quarters: readonly Energy[]): Peak[] {
  return quarters
    .filter(({ meter, kWh }, index) => quarters.slice(0, index).every((before) => before.meter !== meter || before.kWh < kWh))
    .map(({ meter, quarter, kWh }) => ({ meter, quarter, peak: kWh * 4 }));
}

/** Of whole numbers, so that the sum has no rounding error. */
export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

export interface Reading {
  readonly truck: string;
  readonly minute: number;
  readonly celsius: number;
}

export interface Excursion {
  readonly truck: string;
  readonly from: number;
  readonly to: number;
  readonly highest: number;
}

/** From the first reading of 8 °C or more to the next below 6 °C; by the minute they end. */
export function excursions(readings: readonly Reading[]): Excursion[] {
  const found: Excursion[] = [];
  for (const truck of new Set(readings.map((reading) => reading.truck))) {
    const own = readings.filter((reading) => reading.truck === truck);
    for (let start = own.findIndex(({ celsius }) => celsius >= 8); start >= 0; ) {
      const end = own.findIndex(({ celsius }, index) => index > start && celsius < 6);
      if (end < 0) break;
      const highest = Math.max(...own.slice(start, end).map(({ celsius }) => celsius));
      found.push({ truck, from: own[start]?.minute ?? NaN, to: own[end]?.minute ?? NaN, highest });
      start = own.findIndex(({ celsius }, index) => index > end && celsius >= 8);
    }
  }
  return found.sort((a, b) => a.to - b.to);
}

export interface MachineEvent {
  readonly machine: string;
  readonly minute: number;
  readonly state: string;
  readonly made: number;
  readonly bad: number;
}

export interface Shift {
  readonly running: number;
  readonly setup: number;
  readonly down: number;
  readonly made: number;
  readonly bad: number;
}

/** The minutes of each state and the pieces of one machine. */
export function shiftOf(events: readonly MachineEvent[], machine: string): Shift {
  const own = events.filter((event) => event.machine === machine);
  const minutes = (state: string): number => own.reduce((sum, event, index) => {
    const next = own[index + 1];
    return event.state === state && next !== undefined ? sum + next.minute - event.minute : sum;
  }, 0);
  const pieces = (kind: 'made' | 'bad'): number => own.reduce((sum, event) => sum + event[kind], 0);
  return { running: minutes('running'), setup: minutes('setup'), down: minutes('down'), made: pieces('made'), bad: pieces('bad') };
}

/** In percent, with two decimals. */
export function oee({ running, setup, down, made, bad }: Shift): Readonly<Record<'availability' | 'performance' | 'quality' | 'oee', number>> {
  const minutes = running + setup + down;
  const availability = running / minutes;
  const performance = made / running;
  const quality = (made - bad) / made;
  const percent = (part: number): number => Number((part * 100).toFixed(2));
  return {
    availability: percent(availability), performance: percent(performance), quality: percent(quality), oee: percent(availability * performance * quality),
  };
}

/** How far numbers lie from their mean, for all there are: by two passes. */
export function standardDeviation(numbers: readonly number[]): number {
  const middle = mean(numbers);
  return Math.sqrt(mean(numbers.map((number) => (number - middle) ** 2)));
}
