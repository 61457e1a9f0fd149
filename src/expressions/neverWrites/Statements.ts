import { Depth } from './Depth';
import { Expressions } from './Expressions';
import { ASSIGNMENTS, isMethod, NUMERIC_BINARY } from './knownNames';
import { notProven } from './notProven';
import { READ_ONLY } from './Operand';
import { Tokens } from './Tokens';
import { Variables } from './Variables';

/** The statements of a body, read as a grammar that contains only what cannot write to the parameters. */
export class Statements {
  readonly #tokens: Tokens;
  readonly #variables: Variables;
  readonly #depth = new Depth();
  readonly #expressions: Expressions;

  /** @param notNumbers as for `Variables` */
  constructor(source: string, parameters: readonly string[], notNumbers: Set<string>) {
    this.#tokens = new Tokens(source);
    this.#variables = new Variables(parameters, notNumbers);
    this.#expressions = new Expressions(this.#tokens, this.#variables, this.#depth, () => {
      this.#block();
    });
  }

  /** Reads the whole body. @throws NOT_PROVEN */
  all(): void {
    while (this.#tokens.next.type !== 'end') this.#statement();
  }

  #scope(read: () => void): void {
    this.#depth.within(() => {
      this.#variables.within(read);
    });
  }

  #statement(): void {
    if (this.#tokens.take(';')) return;
    if (this.#tokens.isPunctuator('{')) {
      this.#block();
      return;
    }
    if (this.#tokens.next.type === 'name') {
      switch (this.#tokens.next.text) {
        case 'const':
        case 'let':
          this.#declaration();
          this.#tokens.endOfStatement();
          return;
        case 'return':
          this.#tokens.advance();
          if (!this.#tokens.atEndOfStatement()) this.#expressions.expression();
          this.#tokens.endOfStatement();
          return;
        case 'throw':
          this.#tokens.advance();
          this.#expressions.expression();
          this.#tokens.endOfStatement();
          return;
        case 'break':
        case 'continue':
          this.#tokens.advance();
          this.#tokens.endOfStatement();
          return;
        case 'if':
          this.#tokens.advance();
          this.#condition();
          this.#branch();
          if (this.#tokens.takeWord('else')) this.#branch();
          return;
        case 'while':
          this.#tokens.advance();
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
    this.#tokens.endOfStatement();
  }

  #block(): void {
    this.#scope(() => {
      this.#tokens.expect('{');
      while (!this.#tokens.take('}')) {
        if (this.#tokens.next.type === 'end') notProven();
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
    this.#tokens.expect('(');
    this.#expressions.expression();
    this.#tokens.expect(')');
  }

  #declaration(): void {
    const constant = this.#tokens.advance().text === 'const';
    do {
      if (this.#tokens.isPunctuator('{') || this.#tokens.isPunctuator('[')) {
        const names = this.#pattern();
        this.#tokens.expect('=');
        this.#expressions.expression();
        for (const name of names) this.#variables.declare(name, 'readOnly', constant);
      } else {
        const name = this.#tokens.takeName();
        const value = this.#tokens.take('=') ? this.#expressions.expression() : READ_ONLY;
        this.#variables.declare(name, value.kind, constant);
      }
    } while (this.#tokens.take(','));
  }

  /** A name, `[a, b]` or `{a, b: c}`: names only, no defaults, nothing nested. */
  #pattern(): string[] {
    if (this.#tokens.next.type === 'name') return [this.#tokens.takeName()];
    const names: string[] = [];
    if (this.#tokens.take('[')) {
      while (!this.#tokens.take(']')) {
        names.push(this.#tokens.takeName());
        if (!this.#tokens.isPunctuator(']')) this.#tokens.expect(',');
      }
      return names;
    }
    this.#tokens.expect('{');
    while (!this.#tokens.take('}')) {
      let name = this.#tokens.takeName();
      if (isMethod(name)) notProven();
      if (this.#tokens.take(':')) name = this.#tokens.takeName();
      names.push(name);
      if (!this.#tokens.isPunctuator('}')) this.#tokens.expect(',');
    }
    return names;
  }

  #for(): void {
    this.#scope(() => {
      this.#tokens.advance();
      this.#tokens.expect('(');
      if (this.#tokens.isWord('const') || this.#tokens.isWord('let')) {
        const start = this.#tokens.next;
        this.#tokens.advance();
        const names = this.#pattern();
        if (this.#tokens.takeWord('of') || this.#tokens.takeWord('in')) {
          this.#expressions.expression();
          for (const name of names) this.#variables.declare(name, 'readOnly', start.text === 'const');
          this.#tokens.expect(')');
          this.#branch();
          return;
        }
        this.#tokens.backTo(start);
        this.#declaration();
      } else if (!this.#tokens.isPunctuator(';')) {
        this.#effect();
      }
      this.#tokens.expect(';');
      if (!this.#tokens.isPunctuator(';')) this.#expressions.expression();
      this.#tokens.expect(';');
      if (!this.#tokens.isPunctuator(')')) this.#effect();
      this.#tokens.expect(')');
      this.#branch();
    });
  }

  /** An expression that stands for what it does: an assignment, a count, or a call. */
  #effect(): void {
    // A brace or a string at the start would be a block or a directive, and a `let [` a pattern: not for here.
    if (this.#tokens.next.type !== 'name' && !this.#tokens.isPunctuator('++') && !this.#tokens.isPunctuator('--')) notProven();
    if (this.#tokens.take('++') || this.#tokens.take('--')) {
      this.#variables.assign(this.#expressions.unary(), 'number');
      return;
    }
    const left = this.#expressions.expression();
    const next = this.#tokens.next;
    if (next.type !== 'punctuator') return;
    if ((next.text === '++' || next.text === '--') && !next.afterLineEnd) {
      this.#tokens.advance();
      this.#variables.assign(left, 'number');
    } else if (ASSIGNMENTS.has(next.text)) {
      this.#tokens.advance();
      const { kind } = this.#expressions.expression();
      if (next.text === '=') this.#variables.assign(left, kind);
      else if (NUMERIC_BINARY.has(next.text.slice(0, -1)) || kind === 'number') this.#variables.assign(left, 'number');
      else this.#variables.assign(left, 'readOnly');
    }
  }
}
