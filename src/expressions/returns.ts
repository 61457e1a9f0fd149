/** Words after which a slash begins a regular expression and not a division. */
const BEFORE_EXPRESSION = new Set(
  'return typeof instanceof in of new delete void throw case do else yield await'.split(' '),
);
const BEFORE_BLOCK = new Set(['if', 'for', 'while', 'switch', 'catch', 'with']);

const WORD = /[\p{ID_Continue}$]+/uy;
const REGULAR_EXPRESSION = /\/(?![*/])(?:[^\\/[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*\])+\/[a-z]*/y;

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

/** Where a quoted string ends, or -1. */
function endOfString(source: string, start: number): number {
  const quote = source.charAt(start);
  for (let index = start + 1; index < source.length; index++) {
    if (source.charAt(index) === '\\') index++;
    else if (source.charAt(index) === quote) return index + 1;
  }
  return -1;
}

/**
 * Whether a function body returns something by itself: a `return` outside strings, comments and functions inside it.
 * It is meant for an early, friendly error, so it answers true wherever it cannot tell (templates with values inside,
 * slashes that may be a division or a regular expression).
 */
export function returnsSomewhere(source: string): boolean {
  if (!/\breturn\b/.test(source)) return false;
  /** For each open brace, whether it is the body of a function inside. */
  const braces: boolean[] = [];
  /** For each open parenthesis, the word before it. */
  const parentheses: string[] = [];
  let closedAfter = '';
  let previous = '';
  let index = 0;
  while (index < source.length) {
    const character = source.charAt(index);
    if (/\s/.test(character)) {
      index++;
    } else if (source.startsWith('//', index)) {
      const end = source.indexOf('\n', index);
      index = end < 0 ? source.length : end;
    } else if (source.startsWith('/*', index)) {
      const end = source.indexOf('*/', index + 2);
      if (end < 0) return true;
      index = end + 2;
    } else if (character === '"' || character === "'" || character === '`') {
      const end = endOfString(source, index);
      if (end < 0) return true;
      if (character === '`' && source.slice(index, end).includes('${')) return true;
      index = end;
      previous = 'string';
    } else if (character === '/') {
      if (previous === ')' || previous === '}') return true;
      const expression = /^[\p{ID_Continue}$\]]/u.test(previous) && !BEFORE_EXPRESSION.has(previous);
      const regular = expression ? undefined : match(REGULAR_EXPRESSION, source, index);
      index += regular?.length ?? 1;
      previous = regular === undefined ? '/' : 'string';
    } else if (/[\p{ID_Continue}$]/u.test(character)) {
      const word = match(WORD, source, index) ?? character;
      if (word === 'return' && previous !== '.' && !braces.includes(true)) return true;
      index += word.length;
      previous = word;
    } else {
      if (character === '(') parentheses.push(previous);
      if (character === ')') closedAfter = parentheses.pop() ?? '';
      if (character === '{') braces.push(previous === '=>' || (previous === ')' && !BEFORE_BLOCK.has(closedAfter)));
      if (character === '}') braces.pop();
      previous = source.startsWith('=>', index) ? '=>' : character;
      index += previous.length;
    }
  }
  return false;
}
