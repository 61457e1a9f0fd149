import type { Aggregate } from './Aggregate';
import { numberOf } from './numbers';

export interface MinPartial {
  /** Whether there is a value yet; until then `value` means nothing. */
  some: boolean;
  value: number;
}

/** The smallest number by IEEE rules: NaN when a NaN is among them, and -0 is below 0. Null for none. */
export const Min: Aggregate<MinPartial> = {
  name: 'min',
  zero: () => ({ some: false, value: 0 }),
  accepts: (candidate) => numberOf(candidate) !== undefined,
  add: (partial, accepted) => {
    const number = numberOf(accepted);
    if (number !== undefined) include(partial, number);
    return partial;
  },
  merge: (into, from) => {
    if (from.some) include(into, from.value);
    return into;
  },
  copy: (partial) => ({ some: partial.some, value: partial.value }),
  finish: (partial) => (partial.some ? partial.value : null),
};

function include(partial: MinPartial, number: number): void {
  partial.value = partial.some ? Math.min(partial.value, number) : number;
  partial.some = true;
}
