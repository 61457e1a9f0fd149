import { chosenByOrder } from './chosenByOrder';

/**
 * The value with the largest order coordinate, of any type but undefined and null. Of equals, the one folded in later wins.
 * Null for none.
 */
export const Last = chosenByOrder('last', (order, present) => order >= present);
