/** The only door to randomness: numbers in [0, 1), like `Math.random`. */
export type Random = () => number;
