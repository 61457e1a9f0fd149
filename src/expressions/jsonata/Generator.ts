import { ARITHMETIC, COMPARISON, type Expression, type Filter, type Pair, type Step } from './Syntax';
import { SHORT_FORMS } from './runtime/functions';

/**
 * What a piece of generated code stands for. `record` is the record itself, `wrapped` the object `{ msg: record }` around it:
 * both are known to be no arrays, and are handed out only where the expression asks for the whole of them.
 */
type Value = { readonly known: 'record' | 'wrapped' } | { readonly code: string };

/** Where a piece of code is: what `$` is there, JavaScript's names for the variables, and the locals of the function around. */
interface Scope {
  readonly context: Value;
  readonly variables: ReadonlyMap<string, string>;
  readonly locals: string[];
}

/** JavaScript made from an expression. */
export interface Generated {
  /** The body of a function that gets the runtime and returns the compiled expression. */
  readonly source: string;
  /** Whether the record itself may become a part of the result, and must be a copy then. */
  readonly givesRecord: boolean;
}

type Binary = Expression & { readonly type: 'binary' };

/**
 * Makes JavaScript of an expression. What is written out is what is simple in nearly every record: names of objects, arithmetic and
 * comparisons of numbers, objects with known names. For all else the code calls the runtime, which has JSONata's rules. Names and texts
 * of the expression get into the code as JSON only, and nothing of any message does.
 */
export class Generator {
  readonly #root: Value;
  readonly #functions: string[] = [];
  #numbered = 0;
  #givesRecord = false;

  /** @param isWrapped whether the expression finds the record under the name `msg` only */
  constructor(isWrapped: boolean) {
    this.#root = { known: isWrapped ? 'wrapped' : 'record' };
  }

  /** @param runtime the names that the code finds in the runtime */
  generate(expression: Expression, runtime: readonly string[]): Generated {
    const locals: string[] = [];
    const result = this.#code(expression, { context: this.#root, variables: new Map(), locals });
    const source = [
      "'use strict';",
      `const { ${runtime.join(', ')} } = runtime;`,
      ...this.#functions,
      `return (record) => ${bodyOf(locals, result)};`,
    ].join('\n');
    return { source, givesRecord: this.#givesRecord };
  }

  #code(expression: Expression, scope: Scope): string {
    switch (expression.type) {
      case 'literal':
        return literal(expression.value);
      case 'context':
        return this.#whole(scope.context);
      case 'root':
        return this.#whole(this.#root);
      case 'variable':
        return scope.variables.get(expression.name) ?? 'undefined';
      case 'path':
        return this.#path(expression.steps, scope);
      case 'filtered':
        return single(this.#filtered(this.#code(expression.value, scope), expression.filters, scope), expression.filters);
      case 'binary':
        return this.#binary(expression, scope);
      case 'negative':
        return call('negative', expression.position, this.#code(expression.value, scope));
      case 'range':
        return call('range', expression.position, this.#code(expression.left, scope), this.#code(expression.right, scope));
      case 'array':
        return `array([${expression.items.map((item) => this.#item(item, scope)).join(', ')}])`;
      case 'object':
        return this.#object(expression.pairs, expression.position, scope);
      case 'condition': {
        const { condition, then, otherwise, position } = expression;
        const other = otherwise === undefined ? 'undefined' : this.#code(otherwise, scope);
        return `(truth(${this.#code(condition, scope)}, ${String(position)}) ? ${this.#code(then, scope)} : ${other})`;
      }
      case 'block':
        return this.#block(expression.expressions, scope);
      case 'bind':
        return this.#code(expression.value, scope);
      case 'call': {
        const { name, position } = expression;
        const values = expression.values.map((value) => this.#code(value, scope));
        if (values.length !== 2 || !SHORT_FORMS.has(name)) return call(`$${name}`, position, ...values);
        // The record is no text; it need not be handed out to find that.
        return call(`$$${name}`, position, 'code' in scope.context ? scope.context.code : 'null', ...values);
      }
    }
  }

  /** A value as such: where it is the record, it must be a copy. */
  #whole(value: Value): string {
    if ('code' in value) return value.code;
    this.#givesRecord = true;
    return value.known === 'record' ? 'record' : '({ msg: record })';
  }

  /** An array that is written as an item stays one: one more around it is what the joining takes away. */
  #item(item: Expression, scope: Scope): string {
    const code = this.#code(item, scope);
    return item.type === 'array' ? `[${code}]` : code;
  }

  #block(expressions: readonly Expression[], scope: Scope): string {
    const variables = new Map(scope.variables);
    const inside = { ...scope, variables };
    const parts = expressions.map((expression) => {
      const code = this.#code(expression, inside);
      if (expression.type !== 'bind') return code;
      const local = this.#local(scope);
      variables.set(expression.name, local);
      return `${local} = ${code}`;
    });
    return parts.length === 0 ? 'undefined' : `(${parts.join(', ')})`;
  }

  // Operators

  #binary(expression: Binary, scope: Scope): string {
    const { operator, position } = expression;
    if (ARITHMETIC.some((one) => one === operator)) return this.#ofNumbers(expression, 'arithmetic', (use) => `isFinite(${use})`, scope);
    if (COMPARISON.some((one) => one === operator)) return this.#ofNumbers(expression, 'compare', (use) => `typeof ${use} === 'number'`, scope);
    const left = this.#code(expression.left, scope);
    const right = this.#code(expression.right, scope);
    switch (operator) {
      case 'and':
      case 'or':
        return `(truth(${left}, ${String(position)}) ${operator === 'and' ? '&&' : '||'} truth(${right}, ${String(position)}))`;
      case '&':
        return call('concat', position, left, right);
      default:
        return `${operator === '=' ? 'equal' : operator === '!=' ? 'unequal' : 'includes'}(${left}, ${right})`;
    }
  }

  /** JavaScript's own operator where both sides pass the test for numbers, else a function of the runtime. */
  #ofNumbers({ operator, left, right, position }: Binary, other: string, test: (use: string) => string, scope: Scope): string {
    const [first, second] = [this.#operand(left, scope), this.#operand(right, scope)];
    const tests = [first, second].filter(({ isNumber }) => !isNumber).map(({ use }) => test(use));
    const simple = `${first.use} ${operator} ${second.use}`;
    if (tests.length === 0) return `(${simple})`;
    return `(${first.set}${second.set}${tests.join(' && ')} ? ${simple} : ${call(other, position, literal(operator), first.use, second.use)})`;
  }

  #operand(expression: Expression, scope: Scope): { readonly set: string; readonly use: string; readonly isNumber: boolean } {
    if (expression.type === 'literal') {
      const isNumber = typeof expression.value === 'number';
      // In parentheses: - and -1 next to each other would be something else.
      return { set: '', use: isNumber ? `(${literal(expression.value)})` : literal(expression.value), isNumber };
    }
    const use = this.#local(scope);
    return { set: `${use} = ${this.#code(expression, scope)}, `, use, isNumber: false };
  }

  // Objects

  #object(pairs: readonly Pair[], position: number, scope: Scope): string {
    const isKnown = 'known' in scope.context;
    const names = pairs.flatMap(([key]) => (key.type === 'literal' ? [literal(key.value)] : []));
    if (names.length < pairs.length) {
      const part = (one: Expression): string =>
        isKnown ? `() => ${this.#code(one, scope)}` : this.#each((inside) => this.#code(one, inside), scope).each;
      const parts = pairs.map(([key, value]) => `[${part(key)}, ${part(value)}]`);
      return call('group', position, 'code' in scope.context ? scope.context.code : 'undefined', `[${parts.join(', ')}]`);
    }
    if (isKnown) return `(${this.#members(names, pairs, scope)})`;
    const context = this.#local(scope);
    const members = this.#members(names, pairs, { ...scope, context: { code: context } });
    return `(${context} = grouped(${this.#whole(scope.context)}), ${members})`;
  }

  /** Written out where no value is nothing. */
  #members(names: readonly string[], pairs: readonly Pair[], scope: Scope): string {
    const members = pairs.map(([, value], index) => {
      const use = this.#local(scope);
      return { set: `${use} = ${this.#code(value, scope)}, `, use, name: names[index] ?? '', isSomething: isSomething(value) };
    });
    const set = members.map((member) => member.set).join('');
    const full = `{ ${members.map(({ name, use }) => `${name}: ${use}`).join(', ')} }`;
    const tests = members.filter((member) => !member.isSomething).map(({ use }) => `${use} !== undefined`);
    if (tests.length === 0) return `${set}${full}`;
    return `${set}${tests.join(' && ')} ? ${full} : sparse([${names.join(', ')}], [${members.map(({ use }) => use).join(', ')}])`;
  }

  // Paths

  #path(steps: readonly Step[], scope: Scope): string {
    const reached = steps.reduce<Value>(
      (before, step, index) => this.#step(step, before, index === 0, index === steps.length - 1, scope),
      scope.context,
    );
    return this.#whole(reached);
  }

  #step(step: Step, reached: Value, isFirst: boolean, isLast: boolean, scope: Scope): Value {
    if ('name' in step && step.filters.length === 0) return this.#name(step.name, reached, isLast, scope);
    if (isFirst && 'value' in step && step.filters.length === 0) {
      // A path that begins with a variable goes out from its value, whatever it is.
      if (step.value.type === 'context') return scope.context;
      if (step.value.type === 'root') return this.#root;
      if (isVariable(step.value)) return { code: this.#code(step.value, scope) };
    }
    const one = (inside: Scope): string => this.#stepFromOne(step, inside);
    const end = (code: string): string => (isLast ? single(code, step.filters) : code);
    if ('known' in reached) return { code: end(one({ ...scope, context: reached })) };
    const from = this.#local(scope);
    const { each, call } = this.#each(one, scope);
    const overAll = isLast && !endsInTest(step.filters) ? 'last' : 'each';
    const found = end(`(isArray(${from}) ? ${overAll}(${from}, ${each}) : ${call(from)})`);
    return { code: isFirst ? `(${from} = ${reached.code}, ${found})` : `((${from} = ${reached.code}) === undefined ? undefined : ${found})` };
  }

  #name(name: string, reached: Value, isLast: boolean, scope: Scope): Value {
    if ('known' in reached) {
      if (reached.known === 'wrapped') return name === 'msg' ? { known: 'record' } : { code: 'undefined' };
      return { code: `record[${literal(name)}]` };
    }
    const from = this.#local(scope);
    const other = isLast ? 'lastNames' : 'names';
    return { code: `(isPlain(${from} = ${reached.code}) ? ${from}[${literal(name)}] : ${other}(${from}, ${literal(name)}))` };
  }

  /** A step from one value, with its filters. */
  #stepFromOne(step: Step, scope: Scope): string {
    return this.#filtered('value' in step ? this.#code(step.value, scope) : this.#member(step.name, scope), step.filters, scope);
  }

  #member(name: string, scope: Scope): string {
    const { context } = scope;
    if ('known' in context) return this.#whole(this.#name(name, context, true, scope));
    return `(isPlain(${context.code}) ? ${context.code}[${literal(name)}] : member(${context.code}, ${literal(name)}))`;
  }

  /** Where the last filter is a test, this is a list that came together; `single` makes a value of it. */
  #filtered(code: string, filters: readonly Filter[], scope: Scope): string {
    return filters.reduce((before, filter) => {
      if ('index' in filter) return `pick(${before}, ${literal(filter.index)})`;
      const { each } = this.#each((inside) => this.#code(filter.test, inside), scope);
      return `filter(${before}, ${each}, ${String(filter.position)})`;
    }, code);
  }

  // Names and functions

  #local(scope: Scope): string {
    const local = `t${String(++this.#numbered)}`;
    scope.locals.push(local);
    return local;
  }

  /** Puts code that looks at one value after the other into a function of its own. */
  #each(make: (inside: Scope) => string, scope: Scope): { readonly each: string; readonly call: (value: string) => string } {
    const name = `f${String(++this.#numbered)}`;
    const locals: string[] = [];
    const code = make({ context: { code: 'value' }, variables: scope.variables, locals });
    const more = ['record', ...new Set(scope.variables.values())];
    this.#functions.push(`const ${name} = (${['value', ...more].join(', ')}) => ${bodyOf(locals, code)};`);
    const callWith = (value: string): string => `${name}(${[value, ...more].join(', ')})`;
    return { each: `(value) => ${callWith('value')}`, call: callWith };
  }
}

/** JSON is JavaScript, but for -0. */
function literal(value: string | number | boolean | null): string {
  return Object.is(value, -0) ? '-0' : JSON.stringify(value);
}

function call(name: string, position: number, ...values: readonly string[]): string {
  return `${name}(${[String(position), ...values].join(', ')})`;
}

function bodyOf(locals: readonly string[], result: string): string {
  return locals.length === 0 ? `{ return ${result}; }` : `{ let ${locals.join(', ')}; return ${result}; }`;
}

function endsInTest(filters: readonly Filter[]): boolean {
  const last = filters.at(-1);
  return last !== undefined && 'test' in last;
}

function single(code: string, filters: readonly Filter[]): string {
  return endsInTest(filters) ? `single(${code})` : code;
}

function isVariable(expression: Expression): boolean {
  if (expression.type === 'filtered') return isVariable(expression.value);
  return expression.type === 'context' || expression.type === 'root' || expression.type === 'variable';
}

/** Whether the value of an expression is never undefined. */
function isSomething({ type }: Expression): boolean {
  return type === 'literal' || type === 'array' || type === 'object';
}
