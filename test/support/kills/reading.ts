import { createHash } from 'node:crypto';
import type { SeededRandom } from '../simulation/SeededRandom';

/** What a sensor of the publisher sends: enough to say of any copy whose it is, and whether all of it is there. */
export interface Reading {
  readonly producer: string;
  /** From 0, without gaps, per producer. */
  readonly sequence: number;
  readonly sensor: string;
  /** A whole number, so that sums of them do not depend on who adds them, or in which order. */
  readonly value: number;
  /** What careless code breaks. */
  readonly text: string;
}

const TEXTS = ['plain', 'ü€ – „…“', '😀 beyond 16 bits', 'line\nbreak', 'quote " and \\ backslash', '\t\u0001\u2028', '', '=1+1', '{"a":[1,2]}'];
const PLACE = 1_000_000;

export function readingOf(producer: string, sequence: number, sensors: number, random: SeededRandom): Reading {
  const value = random.below(PLACE);
  return { producer, sequence, sensor: `s${String(sequence % sensors)}`, value, text: random.pick(TEXTS) };
}

/** SHA-256 of a reading as it travels: its JSON, with the properties in the order in which it came. */
export function hashOf(reading: unknown): string {
  return createHash('sha256').update(JSON.stringify(reading)).digest('hex');
}

/** What a row of a sink says it is, or undefined where it cannot even say that. */
export function readingIn(row: unknown): Reading | undefined {
  if (typeof row !== 'object' || row === null) return undefined;
  const { producer, sequence, sensor, value } = row as Partial<Reading>;
  const isOne =
    typeof producer === 'string' && Number.isSafeInteger(sequence) && typeof sensor === 'string' && typeof value === 'number';
  return isOne ? (row as Reading) : undefined;
}

/** What a row of a file says, or undefined where it is torn. */
export function parsed(row: string): unknown {
  try {
    return JSON.parse(row);
  } catch {
    return undefined;
  }
}
