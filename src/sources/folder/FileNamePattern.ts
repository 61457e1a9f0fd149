/** One place of a pattern: any run of characters, any one character, one of a set, or this character. */
type Part =
  | { readonly kind: 'run' }
  | { readonly kind: 'any' }
  | { readonly kind: 'set'; readonly ranges: readonly (readonly [from: string, to: string])[]; readonly negated: boolean }
  | { readonly kind: 'character'; readonly character: string };

/** The most alternatives that braces may stand for. */
const MOST_ALTERNATIVES = 1000;

/**
 * A glob for the name of a file, as shells and Spark's folders know it: `*` any characters, `?` one character, `[a-c]` one of
 * these, `[!a-c]` or `[^a-c]` none of these, `{csv,txt}` one of these texts, `\` takes the next character as it is. What is not
 * closed stands for itself. Capital letters differ from small ones. Matching takes time in proportion to pattern × name at the
 * most, whatever the name: names come from others.
 */
export class FileNamePattern {
  readonly #alternatives: readonly (readonly Part[])[];

  /** @throws RangeError where braces stand for more than 1,000 alternatives */
  constructor(pattern: string) {
    this.#alternatives = withoutBraces(pattern).map(parts);
  }

  matches(name: string): boolean {
    const characters = Array.from(name);
    return this.#alternatives.some((alternative) => fits(alternative, characters));
  }
}

/** Greedy, going back to the last run only: a run further left never has to be longer for a later one to fit. */
function fits(pattern: readonly Part[], name: readonly string[]): boolean {
  let place = 0;
  let at = 0;
  let afterRun = -1;
  let tried = 0;
  while (at < name.length) {
    const part = pattern[place];
    if (part?.kind === 'run') {
      afterRun = ++place;
      tried = at;
    } else if (part !== undefined && fitsOne(part, name[at] ?? '')) {
      place++;
      at++;
    } else if (afterRun >= 0) {
      place = afterRun;
      at = ++tried;
    } else {
      return false;
    }
  }
  return pattern.slice(place).every(({ kind }) => kind === 'run');
}

function fitsOne(part: Part, character: string): boolean {
  switch (part.kind) {
    case 'run':
    case 'any':
      return true;
    case 'set':
      return part.ranges.some(([from, to]) => character >= from && character <= to) !== part.negated;
    case 'character':
      return part.character === character;
  }
}

function parts(pattern: string): Part[] {
  const characters = Array.from(pattern);
  const found: Part[] = [];
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] ?? '';
    if (character === '*') {
      if (found.at(-1)?.kind !== 'run') found.push({ kind: 'run' });
    } else if (character === '?') {
      found.push({ kind: 'any' });
    } else if (character === '\\' && index + 1 < characters.length) {
      found.push({ kind: 'character', character: characters[++index] ?? '' });
    } else {
      const set = character === '[' ? setAt(characters, index) : undefined;
      found.push(set?.part ?? { kind: 'character', character });
      index = set?.end ?? index;
    }
  }
  return found;
}

/** The set that begins at a bracket, and where it ends; undefined where it does not end. */
function setAt(characters: readonly string[], start: number): { readonly part: Part; readonly end: number } | undefined {
  const negated = characters[start + 1] === '!' || characters[start + 1] === '^';
  const first = start + (negated ? 2 : 1);
  const ranges: [string, string][] = [];
  for (let index = first; index < characters.length; index++) {
    const from = characters[index] ?? '';
    // A closing bracket in the first place stands for itself.
    if (from === ']' && index > first) return { part: { kind: 'set', ranges, negated }, end: index };
    const to = characters[index + 2];
    if (characters[index + 1] === '-' && to !== undefined && to !== ']') {
      ranges.push([from, to]);
      index += 2;
    } else {
      ranges.push([from, from]);
    }
  }
  return undefined;
}

/** The patterns that one with braces stands for. Braces may stand inside braces. */
function withoutBraces(pattern: string): string[] {
  const waiting = [pattern];
  const done: string[] = [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const braces = firstBraces(next);
    if (braces === undefined) done.push(next);
    else for (const choice of braces.choices) waiting.push(next.slice(0, braces.start) + choice + next.slice(braces.end + 1));
    if (waiting.length + done.length > MOST_ALTERNATIVES) {
      throw new RangeError(`The pattern ${pattern.slice(0, 60)} stands for more than ${String(MOST_ALTERNATIVES)} patterns; use fewer braces.`);
    }
  }
  return done;
}

/** The first braces that are closed and hold a comma. */
function firstBraces(pattern: string): { readonly start: number; readonly end: number; readonly choices: string[] } | undefined {
  for (let start = 0; start < pattern.length; start++) {
    if (pattern[start] === '\\') start++;
    else if (pattern[start] === '{') {
      const found = bracesAt(pattern, start);
      if (found !== undefined && found.choices.length > 1) return { start, ...found };
    }
  }
  return undefined;
}

function bracesAt(pattern: string, start: number): { readonly end: number; readonly choices: string[] } | undefined {
  const choices: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let index = start; index < pattern.length; index++) {
    const character = pattern[index];
    if (character === '\\') index++;
    else if (character === '{') depth++;
    else if ((character === ',' && depth === 1) || (character === '}' && --depth === 0)) {
      choices.push(pattern.slice(from, index));
      from = index + 1;
      if (character === '}') return { end: index, choices };
    }
  }
  return undefined;
}
