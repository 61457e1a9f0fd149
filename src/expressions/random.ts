/** 2 to the power of 53: the number of steps that a draw is taken from. */
const STEPS = 2 ** 53;

/** A 32-bit hash of a text: FNV-1a over its UTF-16 units, started at `start`, with MurmurHash3's finalizer on top. */
function hash(text: string, start: number): number {
  let state = start | 0;
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return state ^ (state >>> 16);
}

/**
 * A stream of numbers in [0, 1) that depends on the text alone, for example on `graph/operator/batch time`:
 * a batch that runs again draws the same numbers.
 *
 * The generator is sfc32 (Chris Doty-Humphrey's small fast counter generator: 128 bits of state, a period of at least 2^32
 * and about 2^127 on average). Three words of its state are hashes of the text with different starts, the counter begins
 * at 1, and the first 12 draws are thrown away. A number takes two draws: 27 bits of the first and 26 of the second.
 * Not for secrets.
 */
export function seededRandom(text: string): () => number {
  let a = hash(text, 0x811c9dc5);
  let b = hash(text, 0x9e3779b9);
  let c = hash(text, 0x7f4a7c15);
  let counter = 1;

  const draw = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let discarded = 0; discarded < 12; discarded++) draw();

  return () => ((draw() >>> 5) * 2 ** 26 + (draw() >>> 6)) / STEPS;
}
