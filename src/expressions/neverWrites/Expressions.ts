import type { Depth } from './Depth';
import {
  BINARY, CALLING_METHODS, CHANGING_METHODS, CONSTANTS, CONTEXT_MEMBERS, COPYING_METHODS, FORBIDDEN_MEMBERS, isMethod,
  NUMERIC_BINARY, PURE_FUNCTIONS, PURE_METHODS, PURE_NAMESPACES,
} from './knownNames';
import { notProven } from './notProven';
import { NUMERIC, type Operand, OWN, PROPERTY_OF_OWN, READ_ONLY } from './Operand';
import type { Tokens } from './Tokens';
import type { Variables } from './Variables';

/** The expressions of a body, read as a grammar that contains only what cannot write to the parameters. */
export class Expressions {
  readonly #tokens: Tokens;
  readonly #variables: Variables;
  readonly #depth: Depth;
  readonly #readBlock: () => void;

  /** @param readBlock reads a block of statements, the body of an arrow function */
  constructor(tokens: Tokens, variables: Variables, depth: Depth, readBlock: () => void) {
    this.#tokens = tokens;
    this.#variables = variables;
    this.#depth = depth;
    this.#readBlock = readBlock;
  }

  #scope(read: () => void): void {
    this.#depth.within(() => {
      this.#variables.within(read);
    });
  }

  expression(): Operand {
    return this.#depth.within(() => {
      const condition = this.#binary();
      if (!this.#tokens.take('?')) return condition;
      const yes = this.expression();
      this.#tokens.expect(':');
      const no = this.expression();
      return yes.kind === no.kind ? { kind: yes.kind } : READ_ONLY;
    });
  }

  /** Precedence does not matter here: every operator only reads, and a row of numeric ones gives a number in any order. */
  #binary(): Operand {
    const first = this.unary();
    if (!this.#atBinary()) return first;
    let numeric = first.kind === 'number';
    let numericOperators = true;
    while (this.#atBinary()) {
      const operator = this.#tokens.advance().text;
      numericOperators &&= NUMERIC_BINARY.has(operator);
      const { kind } = this.unary();
      numeric &&= kind === 'number' && (operator === '+' || NUMERIC_BINARY.has(operator));
    }
    return numeric || numericOperators ? NUMERIC : READ_ONLY;
  }

  #atBinary(): boolean {
    const { type, text } = this.#tokens.next;
    return (type === 'punctuator' || (type === 'name' && text === 'in')) && BINARY.has(text);
  }

  unary(): Operand {
    let prefix = '';
    for (;;) {
      const { type, text } = this.#tokens.next;
      const found =
        (type === 'punctuator' && (text === '!' || text === '-' || text === '+' || text === '~')) ||
        (type === 'name' && (text === 'typeof' || text === 'void'));
      if (!found) break;
      this.#tokens.advance();
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
      if (this.#tokens.next.type === 'template') notProven();
      if (this.#tokens.isPunctuator('(')) notProven();
      if (this.#tokens.take('[')) {
        operand = this.#index(operand);
      } else if (this.#tokens.isPunctuator('.') || this.#tokens.isPunctuator('?.')) {
        const optional = this.#tokens.advance().text === '?.';
        if (optional && this.#tokens.take('[')) {
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
    const name = this.#tokens.next;
    const { type, text } = name;
    const fixed = type === 'string' && this.#tokens.characterBehind(name) === ']';
    const { kind } = this.expression();
    this.#tokens.expect(']');
    const harmless = kind === 'number' || (fixed && !text.includes('\\') && !isMethod(text.slice(1, -1)));
    if (!harmless && !(owner.kind === 'own' && this.#tokens.isPunctuator('='))) notProven();
    return owner.kind === 'own' ? { kind: 'readOnly', target: PROPERTY_OF_OWN } : READ_ONLY;
  }

  #member(owner: Operand, optional: boolean): Operand {
    if (this.#tokens.next.type !== 'name') notProven();
    const name = this.#tokens.advance().text;
    if (FORBIDDEN_MEMBERS.has(name)) notProven();
    if (!this.#tokens.isPunctuator('(')) {
      if (isMethod(name)) notProven();
      return owner.kind === 'own' && !optional ? { kind: 'readOnly', target: PROPERTY_OF_OWN } : READ_ONLY;
    }
    const changing = CHANGING_METHODS.has(name) && owner.kind === 'own';
    if (!changing && !PURE_METHODS.has(name) && !COPYING_METHODS.has(name) && !CALLING_METHODS.has(name)) notProven();
    this.#arguments(CALLING_METHODS.has(name) || (changing && name === 'sort'));
    if (changing) return name === 'sort' || name === 'reverse' ? OWN : READ_ONLY;
    return COPYING_METHODS.has(name) ? OWN : READ_ONLY;
  }

  #arguments(functions: boolean): void {
    this.#tokens.expect('(');
    while (!this.#tokens.take(')')) {
      this.#tokens.take('...');
      if (functions && this.#tokens.atArrow()) this.#arrow();
      else this.expression();
      if (!this.#tokens.isPunctuator(')')) this.#tokens.expect(',');
    }
  }

  /** `value => expression` or `(a, b) => expression` or with a block of statements. */
  #arrow(): void {
    this.#scope(() => {
      const names: string[] = [];
      if (this.#tokens.take('(')) {
        while (!this.#tokens.take(')')) {
          names.push(this.#tokens.takeName());
          if (!this.#tokens.isPunctuator(')')) this.#tokens.expect(',');
        }
      } else {
        names.push(this.#tokens.takeName());
      }
      for (const name of names) this.#variables.declare(name, 'readOnly', false);
      this.#tokens.expect('=>');
      if (this.#tokens.isPunctuator('{')) this.#readBlock();
      else this.expression();
    });
  }

  #primary(): Operand {
    const token = this.#tokens.next;
    switch (token.type) {
      case 'number':
        this.#tokens.advance();
        return NUMERIC;
      case 'string':
        this.#tokens.advance();
        return READ_ONLY;
      case 'template':
        this.#template();
        return READ_ONLY;
      case 'name':
        return this.#name();
      case 'punctuator':
        break;
      default:
        notProven();
    }
    if (token.text === '(') {
      this.#tokens.advance();
      const { kind } = this.expression();
      this.#tokens.expect(')');
      // Something in parentheses is nothing to assign to, and `(a) => b` is not a value.
      if (this.#tokens.isPunctuator('=>')) notProven();
      return { kind };
    }
    if (token.text === '[') {
      this.#tokens.advance();
      while (!this.#tokens.take(']')) {
        this.#tokens.take('...');
        this.expression();
        if (!this.#tokens.isPunctuator(']')) this.#tokens.expect(',');
      }
      return OWN;
    }
    if (token.text === '{') {
      this.#object();
      return OWN;
    }
    if (token.text === '/' || token.text === '/=') {
      if (!this.#tokens.takeRegularExpression()) notProven();
      if (this.#tokens.isPunctuator('.')) {
        // Its own methods: test only looks, and changes nothing but the expression itself.
        this.#tokens.advance();
        if (!this.#tokens.takeWord('test') && !this.#tokens.takeWord('exec')) notProven();
        this.#arguments(false);
      }
      return READ_ONLY;
    }
    return notProven();
  }

  #name(): Operand {
    const name = this.#tokens.advance().text;
    if (this.#tokens.isPunctuator('=>')) notProven();
    const variable = this.#variables.find(name);
    if (variable !== undefined) return { kind: variable.kind, target: name };
    if (CONSTANTS.has(name)) return READ_ONLY;
    if (name === 'ctx') return this.#context();
    if (name === 'new') return this.#new();
    if (Object.hasOwn(PURE_NAMESPACES, name) && this.#tokens.isPunctuator('.')) {
      this.#tokens.advance();
      const member = this.#tokens.takeName();
      const allowed = PURE_NAMESPACES[name];
      if (this.#tokens.isPunctuator('(')) {
        if (allowed === null && isMethod(member)) notProven();
        if (allowed !== null && allowed?.has(member) !== true) notProven();
        this.#arguments(false);
      } else if ((name !== 'Math' && name !== 'Number') || isMethod(member)) {
        notProven();
      }
      return name === 'Math' ? NUMERIC : READ_ONLY;
    }
    if (name === 'String' || name === 'Number' || PURE_FUNCTIONS.has(name)) {
      if (this.#tokens.isPunctuator('(')) {
        this.#arguments(false);
        return name === 'Number' || name.startsWith('parse') ? NUMERIC : READ_ONLY;
      }
      // As in `list.map(Number)`.
      if (this.#tokens.isPunctuator(')')) return READ_ONLY;
    }
    return notProven();
  }

  #context(): Operand {
    this.#tokens.expect('.');
    if (!CONTEXT_MEMBERS.has(this.#tokens.takeName())) notProven();
    if (this.#tokens.isPunctuator('(')) this.#arguments(false);
    return READ_ONLY;
  }

  #new(): Operand {
    const type = this.#tokens.takeName();
    if (type !== 'Date' && type !== 'Error' && type !== 'TypeError' && type !== 'RangeError') notProven();
    if (this.#variables.find(type) !== undefined) notProven();
    if (!this.#tokens.isPunctuator('(')) notProven();
    this.#arguments(false);
    return READ_ONLY;
  }

  #object(): void {
    this.#tokens.expect('{');
    while (!this.#tokens.take('}')) {
      const token = this.#tokens.next;
      if (this.#tokens.take('...')) {
        this.expression();
      } else if (this.#tokens.take('[')) {
        this.expression();
        this.#tokens.expect(']');
        this.#tokens.expect(':');
        this.expression();
      } else if (token.type === 'name' || token.type === 'string' || token.type === 'number') {
        if (token.text.includes('__proto__') || token.text.includes('\\')) notProven();
        this.#tokens.advance();
        if (this.#tokens.take(':')) {
          this.expression();
        } else {
          if (token.type !== 'name' || this.#variables.find(token.text) === undefined) notProven();
          if (!this.#tokens.isPunctuator(',') && !this.#tokens.isPunctuator('}')) notProven();
        }
      } else {
        notProven();
      }
      if (!this.#tokens.isPunctuator('}')) this.#tokens.expect(',');
    }
  }

  /** A template: its text is skipped, its values are expressions like any other. */
  #template(): void {
    while (this.#tokens.takeTemplateText()) {
      this.expression();
      if (!this.#tokens.isPunctuator('}')) notProven();
    }
  }
}
