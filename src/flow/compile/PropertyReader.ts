import type { Problem } from '../../plan/Problem';
import { problems } from '../problems';
import type { NodeProperties } from '../Runtime';

/** Milliseconds in the units that dialogs offer. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

export interface NumberRule {
  /** In words, for the message: `a number above 0`. */
  readonly expected: string;
  accepts(value: number): boolean;
}

export const WHOLE_FROM_1: NumberRule = {
  expected: 'a whole number from 1',
  accepts: (value) => Number.isSafeInteger(value) && value >= 1,
};

export const ABOVE_0: NumberRule = {
  expected: 'a number above 0',
  accepts: (value) => Number.isFinite(value) && value > 0,
};

export const WHOLE: NumberRule = { expected: 'a whole number', accepts: (value) => Number.isSafeInteger(value) };

/**
 * Reads the properties of one node, which arrive as strings or numbers, and collects what is wrong with them.
 * After a problem the default is returned, so that one look finds everything.
 */
export class PropertyReader {
  readonly problems: Problem[] = [];

  constructor(
    readonly id: string,
    readonly properties: NodeProperties,
  ) {}

  text(name: string): string {
    const value = this.properties[name];
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
  }

  flag(name: string): boolean {
    const value = this.properties[name];
    return value === true || value === 'true';
  }

  choice<Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice {
    const value = this.properties[name];
    if (value === undefined || value === '') return choices[0];
    const text = this.text(name);
    for (const choice of choices) if (choice === text) return choice;
    this.problems.push(problems.unknownChoice(this.id, name, value, choices));
    return choices[0];
  }

  number(name: string, otherwise: number, rule: NumberRule): number {
    return this.optionalNumber(name, rule) ?? this.#absent(name, otherwise, rule);
  }

  /** As `number`, and null where the field was left empty. */
  optionalNumber(name: string, rule: NumberRule): number | null {
    const value = this.properties[name];
    if (value === undefined || value === null || value === '') return null;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : typeof value === 'number' ? value : NaN;
    if (rule.accepts(number)) return number;
    this.problems.push(problems.notANumber(this.id, name, value, rule.expected));
    return null;
  }

  /**
   * A value and its unit.
   * @returns whole ms
   */
  duration(name: string, otherwise: number): number {
    const units = this.choice(`${name}Units`, ['s', 'ms', 'min', 'h']);
    const scale = UNITS[units] ?? 1;
    const rule = {
      expected: 'a duration of at least 1 ms, in whole ms',
      // 0.1 s and the like are not exact in binary; a millionth of a millisecond is not what anybody drew.
      accepts: (value: number): boolean => {
        const whole = Math.round(value * scale);
        return whole >= 1 && Number.isSafeInteger(whole) && Math.abs(value * scale - whole) < 1e-6;
      },
    };
    return Math.round(this.number(name, otherwise, rule) * scale);
  }

  #absent(name: string, otherwise: number, rule: NumberRule): number {
    const value = this.properties[name];
    // A flow written by hand may leave a property out; an emptied field is a mistake.
    if (value !== undefined && !this.problems.some((problem) => problem.what.startsWith(`${name} is`))) {
      this.problems.push(problems.notANumber(this.id, name, value, rule.expected));
    }
    return otherwise;
  }
}

/** A message property without the `msg.` that dialogs put in front. */
export function propertyPath(text: string): string {
  return text.trim().replace(/^msg\./, '');
}
