/**
 * A proof, or none, that a function body never writes to its `msg` nor to anything reachable from it.
 *
 * The body is parsed by a grammar that contains only what cannot write: reads, operators, pure functions of the language,
 * new objects and arrays, local variables, branches and loops. Anything else, and anything that is not understood, ends
 * the attempt with false. Variables are of three kinds. `own`: everything ever assigned is an object or array made in this
 * body, and only the direct properties of those may be written. `number`: never anything but a number. Everything else is
 * read-only, wherever it came from, so that giving a part of the record another name proves nothing away.
 * No built-in method can be had as a value (`msg.list.push`, `msg[name]`), else it could come back under a harmless name.
 *
 * It is a proof for data: payloads without getters and without methods of their own, which is what records hold.
 */
export function neverWrites(source: string): boolean {
  /** Variables that begin as a number and are something else later; each attempt may find another one. */
  const notNumbers = new Set<string>();
  for (;;) {
    const known = notNumbers.size;
    try {
      new Prover(source, notNumbers).body();
      return true;
    } catch (error) {
      if (error !== NOT_PROVEN) throw error;
      if (notNumbers.size === known) return false;
    }
  }
}

/** Thrown wherever the proof cannot go on. */
const NOT_PROVEN = new Error('not proven');

/** What is known of a value: made here, so its direct properties may be written; a number; or possibly part of the record. */
type Kind = 'own' | 'number' | 'readOnly';

type TokenType = 'name' | 'number' | 'string' | 'template' | 'punctuator' | 'end';

interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Whether a line ends between the token before and this one. */
  readonly afterLineEnd: boolean;
}

interface Variable {
  readonly kind: Kind;
  readonly constant: boolean;
}

/** What an expression turned out to be. */
interface Operand {
  readonly kind: Kind;
  /** Set where the expression is exactly something that may be assigned to: a variable's name, or PROPERTY_OF_OWN. */
  readonly target?: string;
}

/** No variable's name. */
const PROPERTY_OF_OWN = 'property of own';
const READ_ONLY: Operand = { kind: 'readOnly' };
const OWN: Operand = { kind: 'own' };
const NUMERIC: Operand = { kind: 'number' };

const SPACE = /[ \t\r\n]+/y;
const NAME = /[A-Za-z_$][\w$]*/y;
const NUMBER = /(?:0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w$.])/y;
const STRING = /'(?:[^'\\\n\r]|\\[^\r])*'|"(?:[^"\\\n\r]|\\[^\r])*"/y;
const REGULAR_EXPRESSION = /\/(?![*/])(?:[^\\/[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*\])+\/[dgimsuy]*(?![\w$])/y;
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

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const RESERVED = words(
  `await break case catch class const continue debugger default delete do else enum export extends false finally for function
  if implements import in instanceof interface let new null package private protected public return static super switch this
  throw true try typeof var void while with yield async arguments eval msg ctx undefined NaN Infinity globalThis`,
);

const CONSTANTS = words('true false null undefined NaN Infinity');

/** Functions that only look at what they are given. */
const PURE_FUNCTIONS = words(
  'Number String Boolean BigInt parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent',
);

/** For each namespace the functions that only look at what they are given; null stands for all of them. */
const PURE_NAMESPACES: Readonly<Record<string, ReadonlySet<string> | null>> = {
  Math: null,
  Number: words('isInteger isFinite isNaN isSafeInteger parseFloat parseInt'),
  String: words('fromCharCode fromCodePoint'),
  Array: words('isArray'),
  Object: words('keys values entries hasOwn is'),
  JSON: words('parse stringify'),
  Date: words('now parse UTC'),
  Buffer: words('isBuffer byteLength'),
};

const CONTEXT_MEMBERS = words('batchTime env log warn random');

/** Methods of strings, numbers, arrays, bytes, dates, maps and sets that change nothing. */
const PURE_METHODS = words(
  `toString toFixed toPrecision toExponential toLocaleString valueOf toUpperCase toLowerCase trim trimStart trimEnd padStart
  padEnd startsWith endsWith charAt charCodeAt codePointAt repeat includes indexOf lastIndexOf localeCompare normalize
  substring substr slice at join replace replaceAll match search hasOwnProperty has get
  getTime getFullYear getMonth getDate getDay getHours getMinutes getSeconds getMilliseconds getTimezoneOffset
  getUTCFullYear getUTCMonth getUTCDate getUTCDay getUTCHours getUTCMinutes getUTCSeconds getUTCMilliseconds
  toISOString toJSON toLocaleDateString toLocaleTimeString
  readUInt8 readUInt16BE readUInt16LE readUInt32BE readUInt32LE readInt8 readInt16BE readInt16LE readInt32BE readInt32LE
  readFloatBE readFloatLE readDoubleBE readDoubleLE`,
);

/** Methods that change nothing and give a new array. */
const COPYING_METHODS = words('split concat map filter flatMap');

/** Methods that may be given a function. */
const CALLING_METHODS = words('map filter flatMap some every find findIndex findLast findLastIndex reduce reduceRight');

/** Methods that change the array they belong to, and nothing else. */
const CHANGING_METHODS = words('push unshift pop shift sort reverse splice fill');

/** Names that lead out of the data, to what all objects share. */
const FORBIDDEN_MEMBERS = words('__proto__ constructor prototype');

/** The names of all methods that data can have; calls of some are allowed, but none may be had as a value. */
const METHOD_NAMES: ReadonlySet<string> = new Set(
  [Object, Function, Array, String, Number, Boolean, BigInt, Symbol, Date, RegExp, Error, Map, Set, ArrayBuffer, DataView, Buffer]
    .map((type) => type.prototype as object)
    .concat(Object.getPrototypeOf(Uint8Array.prototype) as object)
    .flatMap((prototype) =>
      Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, { value }]) =>
        typeof value === 'function' ? [name] : [],
      ),
    ),
);

/** Operators whose result is a number, whatever they are given; `+` may join texts. */
const NUMERIC_BINARY = words('- * / % ** & | ^ << >> >>>');

const BINARY = words('?? || && | ^ & == != === !== < > <= >= << >> >>> + - * / % ** in');
const ASSIGNMENTS = words('= += -= *= /= %= **= <<= >>= >>>= &= |= ^= ??= &&= ||=');

function isMethod(name: string): boolean {
  return METHOD_NAMES.has(name) || FORBIDDEN_MEMBERS.has(name);
}

class Prover {
  readonly #source: string;
  #token: Token;
  /** The innermost scope last. */
  readonly #scopes: Map<string, Variable>[] = [new Map<string, Variable>()];
  #depth = 0;

  readonly #notNumbers: Set<string>;

  constructor(source: string, notNumbers: Set<string>) {
    this.#source = source;
    this.#notNumbers = notNumbers;
    this.#token = this.#read(0);
  }

  body(): void {
    while (this.#token.type !== 'end') this.#statement();
  }

  // ---- tokens

  #fail(): never {
    throw NOT_PROVEN;
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
        if (end < 0) this.#fail();
        start = end + 2;
      } else {
        break;
      }
    }
    const afterLineEnd = /[\n\r\u2028\u2029]/.test(source.slice(from, start));
    const token = (type: TokenType, end: number): Token => ({ type, text: source.slice(start, end), start, end, afterLineEnd });
    if (start >= source.length) return token('end', start);
    // Two marks of HTML that JavaScript still reads as comments.
    if (source.startsWith('<!--', start) || source.startsWith('-->', start)) this.#fail();
    let end = this.#match(NAME, start);
    if (end > 0) return token('name', end);
    end = this.#match(NUMBER, start);
    if (end > 0) return token('number', end);
    end = this.#match(STRING, start);
    if (end > 0) return token('string', end);
    if (source.charAt(start) === '`') return token('template', start + 1);
    end = this.#match(PUNCTUATOR, start);
    if (end > 0) return token('punctuator', end);
    return this.#fail();
  }

  #advance(): Token {
    const token = this.#token;
    this.#token = this.#read(token.end);
    return token;
  }

  #isPunctuator(text: string): boolean {
    return this.#token.type === 'punctuator' && this.#token.text === text;
  }

  #isWord(text: string): boolean {
    return this.#token.type === 'name' && this.#token.text === text;
  }

  #take(text: string): boolean {
    if (!this.#isPunctuator(text)) return false;
    this.#advance();
    return true;
  }

  #takeWord(text: string): boolean {
    if (!this.#isWord(text)) return false;
    this.#advance();
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail();
  }

  #endOfStatement(): void {
    if (!this.#atEndOfStatement()) this.#fail();
    this.#take(';');
  }

  /** As JavaScript has it: at a semicolon, a closing brace, the end of a line or of everything. */
  #atEndOfStatement(): boolean {
    return this.#isPunctuator(';') || this.#isPunctuator('}') || this.#token.type === 'end' || this.#token.afterLineEnd;
  }

  // ---- names

  #find(name: string): Variable | undefined {
    for (let index = this.#scopes.length - 1; index >= 0; index--) {
      const found = this.#scopes[index]?.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #declare(name: string, kind: Kind, constant: boolean): void {
    const taken = RESERVED.has(name) || PURE_FUNCTIONS.has(name) || Object.hasOwn(PURE_NAMESPACES, name);
    // One meaning a name, in all scopes: nothing to prove about shadowing and hoisting.
    if (taken || this.#find(name) !== undefined) this.#fail();
    this.#scopes.at(-1)?.set(name, { kind: kind === 'number' && this.#notNumbers.has(name) ? 'readOnly' : kind, constant });
  }

  #newName(): string {
    if (this.#token.type !== 'name') this.#fail();
    return this.#advance().text;
  }

  #scope(run: () => void): void {
    // Deep nesting would overflow the stack; nobody writes it by hand.
    if (++this.#depth > 100) this.#fail();
    this.#scopes.push(new Map());
    run();
    this.#scopes.pop();
    this.#depth--;
  }

  // ---- statements

  #statement(): void {
    if (this.#take(';')) return;
    if (this.#isPunctuator('{')) {
      this.#block();
      return;
    }
    if (this.#token.type === 'name') {
      switch (this.#token.text) {
        case 'const':
        case 'let':
          this.#declaration();
          this.#endOfStatement();
          return;
        case 'return':
          this.#advance();
          if (!this.#atEndOfStatement()) this.#expression();
          this.#endOfStatement();
          return;
        case 'throw':
          this.#advance();
          this.#expression();
          this.#endOfStatement();
          return;
        case 'break':
        case 'continue':
          this.#advance();
          this.#endOfStatement();
          return;
        case 'if':
          this.#advance();
          this.#condition();
          this.#branch();
          if (this.#takeWord('else')) this.#branch();
          return;
        case 'while':
          this.#advance();
          this.#condition();
          this.#branch();
          return;
        case 'for':
          this.#for();
          return;
        default:
      }
    }
    this.#effect();
    this.#endOfStatement();
  }

  #block(): void {
    this.#scope(() => {
      this.#expect('{');
      while (!this.#take('}')) {
        if (this.#token.type === 'end') this.#fail();
        this.#statement();
      }
    });
  }

  #branch(): void {
    this.#scope(() => {
      this.#statement();
    });
  }

  #condition(): void {
    this.#expect('(');
    this.#expression();
    this.#expect(')');
  }

  #declaration(): void {
    const constant = this.#advance().text === 'const';
    do {
      if (this.#isPunctuator('{') || this.#isPunctuator('[')) {
        const names = this.#pattern();
        this.#expect('=');
        this.#expression();
        for (const name of names) this.#declare(name, 'readOnly', constant);
      } else {
        const name = this.#newName();
        const value = this.#take('=') ? this.#expression() : READ_ONLY;
        this.#declare(name, value.kind, constant);
      }
    } while (this.#take(','));
  }

  /** A name, `[a, b]` or `{a, b: c}`: names only, no defaults, nothing nested. */
  #pattern(): string[] {
    if (this.#token.type === 'name') return [this.#newName()];
    const names: string[] = [];
    if (this.#take('[')) {
      while (!this.#take(']')) {
        names.push(this.#newName());
        if (!this.#isPunctuator(']')) this.#expect(',');
      }
      return names;
    }
    this.#expect('{');
    while (!this.#take('}')) {
      let name = this.#newName();
      if (isMethod(name)) this.#fail();
      if (this.#take(':')) name = this.#newName();
      names.push(name);
      if (!this.#isPunctuator('}')) this.#expect(',');
    }
    return names;
  }

  #for(): void {
    this.#scope(() => {
      this.#advance();
      this.#expect('(');
      if (this.#isWord('const') || this.#isWord('let')) {
        const start = this.#token;
        this.#advance();
        const names = this.#pattern();
        if (this.#takeWord('of') || this.#takeWord('in')) {
          this.#expression();
          for (const name of names) this.#declare(name, 'readOnly', start.text === 'const');
          this.#expect(')');
          this.#branch();
          return;
        }
        this.#token = start;
        this.#declaration();
      } else if (!this.#isPunctuator(';')) {
        this.#effect();
      }
      this.#expect(';');
      if (!this.#isPunctuator(';')) this.#expression();
      this.#expect(';');
      if (!this.#isPunctuator(')')) this.#effect();
      this.#expect(')');
      this.#branch();
    });
  }

  /** An expression that stands for what it does: an assignment, a count, or a call. */
  #effect(): void {
    // A brace or a string at the start would be a block or a directive, and a `let [` a pattern: not for here.
    if (this.#token.type !== 'name' && !this.#isPunctuator('++') && !this.#isPunctuator('--')) this.#fail();
    if (this.#take('++') || this.#take('--')) {
      this.#assign(this.#unary(), 'number');
      return;
    }
    const left = this.#expression();
    const next = this.#token;
    if (next.type !== 'punctuator') return;
    if ((next.text === '++' || next.text === '--') && !next.afterLineEnd) {
      this.#advance();
      this.#assign(left, 'number');
    } else if (ASSIGNMENTS.has(next.text)) {
      this.#advance();
      const { kind } = this.#expression();
      if (next.text === '=') this.#assign(left, kind);
      else if (NUMERIC_BINARY.has(next.text.slice(0, -1)) || kind === 'number') this.#assign(left, 'number');
      else this.#assign(left, 'readOnly');
    }
  }

  /** @param kind what is known of the value that is assigned */
  #assign(left: Operand, kind: Kind): void {
    if (left.target === undefined) this.#fail();
    if (left.target === PROPERTY_OF_OWN) return;
    const variable = this.#find(left.target);
    if (variable === undefined || variable.constant) this.#fail();
    if (variable.kind === 'readOnly' || variable.kind === kind) return;
    if (variable.kind === 'number') this.#notNumbers.add(left.target);
    this.#fail();
  }

  // ---- expressions

  #expression(): Operand {
    if (++this.#depth > 100) this.#fail();
    const condition = this.#binary();
    let result = condition;
    if (this.#take('?')) {
      const yes = this.#expression();
      this.#expect(':');
      const no = this.#expression();
      result = yes.kind === no.kind ? { kind: yes.kind } : READ_ONLY;
    }
    this.#depth--;
    return result;
  }

  /** Precedence does not matter here: every operator only reads, and a row of numeric ones gives a number in any order. */
  #binary(): Operand {
    const first = this.#unary();
    if (!this.#atBinary()) return first;
    let numeric = first.kind === 'number';
    let numericOperators = true;
    while (this.#atBinary()) {
      const operator = this.#advance().text;
      numericOperators &&= NUMERIC_BINARY.has(operator);
      const { kind } = this.#unary();
      numeric &&= kind === 'number' && (operator === '+' || NUMERIC_BINARY.has(operator));
    }
    return numeric || numericOperators ? NUMERIC : READ_ONLY;
  }

  #atBinary(): boolean {
    const { type, text } = this.#token;
    return (type === 'punctuator' || (type === 'name' && text === 'in')) && BINARY.has(text);
  }

  #unary(): Operand {
    let prefix = '';
    for (;;) {
      const { type, text } = this.#token;
      const found =
        (type === 'punctuator' && (text === '!' || text === '-' || text === '+' || text === '~')) ||
        (type === 'name' && (text === 'typeof' || text === 'void'));
      if (!found) break;
      this.#advance();
      prefix ||= text;
    }
    const operand = this.#chain(this.#primary());
    if (prefix === '') return operand;
    return prefix === '-' || prefix === '+' || prefix === '~' ? NUMERIC : READ_ONLY;
  }

  /** What follows a value: properties, indices, calls of methods that are known to be pure. */
  #chain(start: Operand): Operand {
    let operand = start;
    for (;;) {
      // A template here would be a call of a tag.
      if (this.#token.type === 'template') this.#fail();
      if (this.#isPunctuator('(')) this.#fail();
      if (this.#take('[')) {
        operand = this.#index(operand);
      } else if (this.#isPunctuator('.') || this.#isPunctuator('?.')) {
        const optional = this.#advance().text === '?.';
        if (optional && this.#take('[')) {
          this.#index(READ_ONLY);
          operand = READ_ONLY;
        } else {
          operand = this.#member(operand, optional);
        }
      } else {
        return operand;
      }
    }
  }

  /** A number or a fixed name in brackets; any other may be the name of a method, which only an assignment does not read. */
  #index(owner: Operand): Operand {
    const { type, text, end } = this.#token;
    const fixed = type === 'string' && this.#source.charAt(end) === ']';
    const { kind } = this.#expression();
    this.#expect(']');
    const harmless = kind === 'number' || (fixed && !text.includes('\\') && !isMethod(text.slice(1, -1)));
    if (!harmless && !(owner.kind === 'own' && this.#isPunctuator('='))) this.#fail();
    return owner.kind === 'own' ? { kind: 'readOnly', target: PROPERTY_OF_OWN } : READ_ONLY;
  }

  #member(owner: Operand, optional: boolean): Operand {
    if (this.#token.type !== 'name') this.#fail();
    const name = this.#advance().text;
    if (FORBIDDEN_MEMBERS.has(name)) this.#fail();
    if (!this.#isPunctuator('(')) {
      if (isMethod(name)) this.#fail();
      return owner.kind === 'own' && !optional ? { kind: 'readOnly', target: PROPERTY_OF_OWN } : READ_ONLY;
    }
    const changing = CHANGING_METHODS.has(name) && owner.kind === 'own';
    if (!changing && !PURE_METHODS.has(name) && !COPYING_METHODS.has(name) && !CALLING_METHODS.has(name)) this.#fail();
    this.#arguments(CALLING_METHODS.has(name) || (changing && name === 'sort'));
    if (changing) return name === 'sort' || name === 'reverse' ? OWN : READ_ONLY;
    return COPYING_METHODS.has(name) ? OWN : READ_ONLY;
  }

  #arguments(functions: boolean): void {
    this.#expect('(');
    while (!this.#take(')')) {
      this.#take('...');
      if (functions && this.#atArrow()) this.#arrow();
      else this.#expression();
      if (!this.#isPunctuator(')')) this.#expect(',');
    }
  }

  #atArrow(): boolean {
    return /^(?:[A-Za-z_$][\w$]*|\(\s*(?:[A-Za-z_$][\w$]*\s*(?:,\s*[A-Za-z_$][\w$]*\s*)*)?\))\s*=>/.test(
      this.#source.slice(this.#token.start),
    );
  }

  /** `value => expression` or `(a, b) => expression` or with a block of statements. */
  #arrow(): void {
    this.#scope(() => {
      const names: string[] = [];
      if (this.#take('(')) {
        while (!this.#take(')')) {
          names.push(this.#newName());
          if (!this.#isPunctuator(')')) this.#expect(',');
        }
      } else {
        names.push(this.#newName());
      }
      for (const name of names) this.#declare(name, 'readOnly', false);
      this.#expect('=>');
      if (this.#isPunctuator('{')) this.#block();
      else this.#expression();
    });
  }

  #primary(): Operand {
    const token = this.#token;
    switch (token.type) {
      case 'number':
        this.#advance();
        return NUMERIC;
      case 'string':
        this.#advance();
        return READ_ONLY;
      case 'template':
        this.#template();
        return READ_ONLY;
      case 'name':
        return this.#name();
      case 'punctuator':
        break;
      default:
        this.#fail();
    }
    if (token.text === '(') {
      this.#advance();
      const { kind } = this.#expression();
      this.#expect(')');
      // Something in parentheses is nothing to assign to, and `(a) => b` is not a value.
      if (this.#isPunctuator('=>')) this.#fail();
      return { kind };
    }
    if (token.text === '[') {
      this.#advance();
      while (!this.#take(']')) {
        this.#take('...');
        this.#expression();
        if (!this.#isPunctuator(']')) this.#expect(',');
      }
      return OWN;
    }
    if (token.text === '{') {
      this.#object();
      return OWN;
    }
    if (token.text === '/' || token.text === '/=') {
      const end = this.#match(REGULAR_EXPRESSION, token.start);
      if (end < 0) this.#fail();
      this.#token = this.#read(end);
      if (this.#isPunctuator('.')) {
        // Its own methods: test only looks, and changes nothing but the expression itself.
        this.#advance();
        if (!this.#takeWord('test') && !this.#takeWord('exec')) this.#fail();
        this.#arguments(false);
      }
      return READ_ONLY;
    }
    return this.#fail();
  }

  #name(): Operand {
    const name = this.#advance().text;
    if (this.#isPunctuator('=>')) this.#fail();
    const variable = this.#find(name);
    if (variable !== undefined) return { kind: variable.kind, target: name };
    if (name === 'msg' || CONSTANTS.has(name)) return READ_ONLY;
    if (name === 'ctx') return this.#context();
    if (name === 'new') return this.#new();
    if (Object.hasOwn(PURE_NAMESPACES, name) && this.#isPunctuator('.')) {
      this.#advance();
      const member = this.#newName();
      const allowed = PURE_NAMESPACES[name];
      if (this.#isPunctuator('(')) {
        if (allowed === null && isMethod(member)) this.#fail();
        if (allowed !== null && allowed?.has(member) !== true) this.#fail();
        this.#arguments(false);
      } else if ((name !== 'Math' && name !== 'Number') || isMethod(member)) {
        this.#fail();
      }
      return name === 'Math' ? NUMERIC : READ_ONLY;
    }
    if (name === 'String' || name === 'Number' || PURE_FUNCTIONS.has(name)) {
      if (this.#isPunctuator('(')) {
        this.#arguments(false);
        return name === 'Number' || name.startsWith('parse') ? NUMERIC : READ_ONLY;
      }
      // As in `list.map(Number)`.
      if (this.#isPunctuator(')')) return READ_ONLY;
    }
    return this.#fail();
  }

  #context(): Operand {
    this.#expect('.');
    if (!CONTEXT_MEMBERS.has(this.#newName())) this.#fail();
    if (this.#isPunctuator('(')) this.#arguments(false);
    return READ_ONLY;
  }

  #new(): Operand {
    const type = this.#newName();
    if (type !== 'Date' && type !== 'Error' && type !== 'TypeError' && type !== 'RangeError') this.#fail();
    if (this.#find(type) !== undefined) this.#fail();
    if (!this.#isPunctuator('(')) this.#fail();
    this.#arguments(false);
    return READ_ONLY;
  }

  #object(): void {
    this.#expect('{');
    while (!this.#take('}')) {
      const token = this.#token;
      if (this.#take('...')) {
        this.#expression();
      } else if (this.#take('[')) {
        this.#expression();
        this.#expect(']');
        this.#expect(':');
        this.#expression();
      } else if (token.type === 'name' || token.type === 'string' || token.type === 'number') {
        if (token.text.includes('__proto__') || token.text.includes('\\')) this.#fail();
        this.#advance();
        if (this.#take(':')) {
          this.#expression();
        } else {
          if (token.type !== 'name' || (token.text !== 'msg' && this.#find(token.text) === undefined)) this.#fail();
          if (!this.#isPunctuator(',') && !this.#isPunctuator('}')) this.#fail();
        }
      } else {
        this.#fail();
      }
      if (!this.#isPunctuator('}')) this.#expect(',');
    }
  }

  /** A template: its text is skipped, its values are expressions like any other. */
  #template(): void {
    const source = this.#source;
    let index = this.#token.end;
    for (;;) {
      const character = source.charAt(index);
      if (character === '') this.#fail();
      if (character === '\\') {
        index += 2;
      } else if (character === '`') {
        this.#token = this.#read(index + 1);
        return;
      } else if (source.startsWith('${', index)) {
        this.#token = this.#read(index + 2);
        this.#expression();
        if (!this.#isPunctuator('}')) this.#fail();
        index = this.#token.end;
      } else {
        index++;
      }
    }
  }
}
