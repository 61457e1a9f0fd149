import { chosenByOrder } from './chosenByOrder';

/**
 * The value with the smallest order coordinate, of any type but undefined and null. Of equals, the one folded in earlier stays.
 * Null for none.
 */
export const First = chosenByOrder('first', (order, present) => order < present);
