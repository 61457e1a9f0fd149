/** A key and its value: the element type of keyed streams and RDDs. */
export type Pair<K, V> = readonly [K, V];
