import { numericExtreme } from './numericExtreme';

/** The smallest number by IEEE rules: NaN when a NaN is among them, and -0 is below 0. Null for none. */
export const Min = numericExtreme('min', Math.min);
