import { numericExtreme } from './numericExtreme';

/** The largest number by IEEE rules: NaN when a NaN is among them, and 0 is above -0. Null for none. */
export const Max = numericExtreme('max', Math.max);
