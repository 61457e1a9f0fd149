import { notProven } from './notProven';

type TokenType = 'name' | 'number' | 'string' | 'template' | 'punctuator' | 'end';

/** One word or mark of a program. */
export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Whether a line ends between the token before and this one. */
  readonly afterLineEnd: boolean;
}

const SPACE = /[ \t\r\n]+/y;
const NAME = /[A-Za-z_$][\w$]*/y;
const NUMBER = /(?:0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w$.])/y;
const STRING = /'(?:[^'\\\n\r]|\\[^\r])*'|"(?:[^"\\\n\r]|\\[^\r])*"/y;
const REGULAR_EXPRESSION = /\/(?![*/])(?:[^\\/[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*\])+\/[dgimsuy]*(?![\w$])/y;
const ARROW = /^(?:[A-Za-z_$][\w$]*|\(\s*(?:[A-Za-z_$][\w$]*\s*(?:,\s*[A-Za-z_$][\w$]*\s*)*)?\))\s*=>/;
const PUNCTUATOR = new RegExp(
  [
    // Longer ones first.
    '>>>= === !== **= ??= &&= ||= ... >>> <<= >>= => == != <= >= && || ?? ++ -- += -= *= /= %= &= |= ^= << >> **',
    '{ } ( ) [ ] ; , < > + - * / % & | ^ ! ~ : = .',
  ]
    .flatMap((row) => row.split(' '))
    .map((text) => text.replace(/[^\w\s]/g, '\\$&'))
    // Before a digit `?.` is a question mark and a number.
    .concat('\\?\\.(?!\\d)', '\\?')
    .join('|'),
  'y',
);

/** A program, token by token. It looks one token ahead, and can be put back to one it has given. */
export class Tokens {
  readonly #source: string;
  #token: Token;

  constructor(source: string) {
    this.#source = source;
    this.#token = this.#read(0);
  }

  /** The token that comes next. */
  get next(): Token {
    return this.#token;
  }

  /** Goes back to a token. */
  backTo(token: Token): void {
    this.#token = token;
  }

  /** The character behind a token. */
  characterBehind(token: Token): string {
    return this.#source.charAt(token.end);
  }

  /** Whether an arrow function begins here. */
  atArrow(): boolean {
    return ARROW.test(this.#source.slice(this.#token.start));
  }

  /** Takes a regular expression, whose beginning was read as a mark of division. @returns whether there is one */
  takeRegularExpression(): boolean {
    const end = this.#match(REGULAR_EXPRESSION, this.#token.start);
    if (end < 0) return false;
    this.#token = this.#read(end);
    return true;
  }

  /** Takes the text of a template, behind the token that comes next. @returns whether a value follows, or it has ended */
  takeTemplateText(): boolean {
    const source = this.#source;
    for (let index = this.#token.end; ; index++) {
      const character = source.charAt(index);
      if (character === '') notProven();
      if (character === '\\') {
        index++;
      } else if (character === '`') {
        this.#token = this.#read(index + 1);
        return false;
      } else if (source.startsWith('${', index)) {
        this.#token = this.#read(index + 2);
        return true;
      }
    }
  }

  #match(pattern: RegExp, at: number): number {
    pattern.lastIndex = at;
    return pattern.test(this.#source) ? pattern.lastIndex : -1;
  }

  #read(from: number): Token {
    const source = this.#source;
    let start = from;
    for (;;) {
      const space = this.#match(SPACE, start);
      if (space > 0) {
        start = space;
      } else if (source.startsWith('//', start)) {
        const end = /[\n\r\u2028\u2029]/.exec(source.slice(start));
        start = end === null ? source.length : start + end.index;
      } else if (source.startsWith('/*', start)) {
        const end = source.indexOf('*/', start + 2);
        if (end < 0) notProven();
        start = end + 2;
      } else {
        break;
      }
    }
    const afterLineEnd = /[\n\r\u2028\u2029]/.test(source.slice(from, start));
    const token = (type: TokenType, end: number): Token => ({ type, text: source.slice(start, end), start, end, afterLineEnd });
    if (start >= source.length) return token('end', start);
    // Two marks of HTML that JavaScript still reads as comments.
    if (source.startsWith('<!--', start) || source.startsWith('-->', start)) notProven();
    let end = this.#match(NAME, start);
    if (end > 0) return token('name', end);
    end = this.#match(NUMBER, start);
    if (end > 0) return token('number', end);
    end = this.#match(STRING, start);
    if (end > 0) return token('string', end);
    if (source.charAt(start) === '`') return token('template', start + 1);
    end = this.#match(PUNCTUATOR, start);
    if (end > 0) return token('punctuator', end);
    return notProven();
  }

  advance(): Token {
    const token = this.#token;
    this.#token = this.#read(token.end);
    return token;
  }

  isPunctuator(text: string): boolean {
    return this.#token.type === 'punctuator' && this.#token.text === text;
  }

  isWord(text: string): boolean {
    return this.#token.type === 'name' && this.#token.text === text;
  }

  take(text: string): boolean {
    if (!this.isPunctuator(text)) return false;
    this.advance();
    return true;
  }

  takeWord(text: string): boolean {
    if (!this.isWord(text)) return false;
    this.advance();
    return true;
  }

  /** Takes a name. */
  takeName(): string {
    if (this.#token.type !== 'name') notProven();
    return this.advance().text;
  }

  expect(text: string): void {
    if (!this.take(text)) notProven();
  }

  endOfStatement(): void {
    if (!this.atEndOfStatement()) notProven();
    this.take(';');
  }

  /** As JavaScript has it: at a semicolon, a closing brace, the end of a line or of everything. */
  atEndOfStatement(): boolean {
    return this.isPunctuator(';') || this.isPunctuator('}') || this.#token.type === 'end' || this.#token.afterLineEnd;
  }
}
