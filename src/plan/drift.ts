import type { Code } from './Plan';

/** Something that gives another value each time it is asked, and the words that give it away. */
type Drift = readonly [name: string, pattern: RegExp];

/** A name that stands for itself: neither `msg.name` nor `{ name: ... }`. */
const own = (names: string): RegExp => new RegExp(`(?<![\\w$.])(?:${names})(?![\\w$])(?!\\s*:)`);

const JAVASCRIPT: readonly Drift[] = [
  ['Math.random', /(?<![\w$.])Math\s*\.\s*random\b/],
  // Math under another name, or a member of it that is chosen later.
  ['Math.random', /(?<![\w$.])Math\b(?!\s*(?:\?\.|\.)\s*[A-Za-z])/],
  ['Date.now', /(?<![\w$.])Date\s*(?:\.\s*now\b|\[)/],
  ['new Date()', /\bnew\s+Date\b(?!\s*\(\s*[^\s)])/],
  ['Date()', /(?<!\bnew\s+)(?<![\w$.])Date\s*\(/],
  ['performance', own('performance')],
  ['crypto', own('crypto')],
  ['globalThis', own('globalThis')],
  ['eval', own('eval|Function')],
  ['import', /(?<![\w$.])import\s*\(/],
];

const JSONATA: readonly Drift[] = [
  ['$now', /\$now\b/],
  ['$millis', /\$millis\b/],
  ['$random', /\$random\b/],
  ['$shuffle', /\$shuffle\b/],
  ['$moment', /\$moment\b/],
];

/**
 * What in a piece of user code gives something else when it is run again with the same records, or undefined where nothing was
 * found. It is a look at the text, not a proof: it finds what people write, and finds it also where it does no harm.
 * `ctx.random()` and `ctx.batchTime` are not among it: they give the same again for the same record of the same batch.
 */
export function driftOf({ lang, source }: Code): string | undefined {
  const text = withoutComments(source);
  return (lang === 'jsonata' ? JSONATA : JAVASCRIPT).find(([, pattern]) => pattern.test(text))?.[0];
}

/** Texts stay, so that nothing after a `//` within one is taken for a comment. */
function withoutComments(source: string): string {
  return source.replace(
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|(?<!\\)\/\/[^\n]*/g,
    (part) => (part.startsWith('/') ? ' ' : part),
  );
}
