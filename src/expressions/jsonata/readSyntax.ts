import { BINARY, type BinaryOperator, type Expression, type Filter, NotCompiled, type Pair, type Step } from './Syntax';
import { ARITIES } from './runtime/functions';

/** Expressions that are deeper or larger are left to the interpreter, so that neither this compiler nor V8's meets its limits. */
const DEPTH_LIMIT = 60;
const SIZE_LIMIT = 2_000;

/** A node of the tree that JSONata's parser makes. */
type Node = Readonly<Record<string, unknown>>;

/** What each type of node may have beside its type, position and value. Whatever else is there has a meaning of its own. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  path: ['steps'],
  name: ['stages'],
  string: ['predicate', 'stages'],
  number: ['predicate', 'stages'],
  value: ['predicate', 'stages'],
  variable: ['predicate', 'stages'],
  binary: ['lhs', 'rhs'],
  unary: ['expression', 'expressions', 'lhs', 'predicate', 'stages'],
  condition: ['condition', 'then', 'else', 'predicate', 'stages'],
  block: ['expressions', 'predicate', 'stages'],
  bind: ['lhs', 'rhs'],
  function: ['name', 'arguments', 'procedure', 'predicate', 'stages'],
  apply: ['lhs', 'rhs'],
  filter: ['expr'],
};

const COMMON = ['type', 'position', 'value'];

/** How people call what is not compiled. */
const WORDS: Readonly<Record<string, string>> = {
  keepArray: '[] behind a value',
  keepSingletonArray: '[] behind a value',
  group: 'grouping: {...} behind a value',
  consarray: 'an array as a step of a path',
  focus: '@',
  index: '#',
  tuple: '@, # or %',
  ancestor: '%',
  seekingParent: '%',
  parent: '%',
  wildcard: '*',
  descendant: '**',
  sort: '^(...)',
  regex: 'a regular expression',
  lambda: 'function(...)',
  partial: '? as an argument',
  transform: '|...|...|',
};

/** Names that objects have without being given them: the interpreter has rules of its own for some of these. */
const isInherited = (name: string): boolean => name === 'prototype' || name in Object.prototype;

/**
 * Reads the tree that JSONata's parser made.
 * @throws NotCompiled where the expression uses anything that the compiler does not know
 */
export function readSyntax(ast: unknown): Expression {
  return new Reader().expression(ast);
}

class Reader {
  #depth = 0;
  #size = 0;
  /** The variables that each block around has set so far, the innermost block last. */
  readonly #blocks: Set<string>[] = [];

  /** @param isStep whether it is a step of a path, whose filters are read there */
  expression(value: unknown, isStep = false): Expression {
    if (++this.#depth > DEPTH_LIMIT || ++this.#size > SIZE_LIMIT) throw new NotCompiled('a very large expression');
    const node = known(value);
    if (!isStep && node['stages'] !== undefined) throw new NotCompiled('a filter in an unusual place');
    const plain = this.#plain(node);
    this.#depth--;
    const filters = this.#filters(node['predicate']);
    return filters.length === 0 ? plain : { type: 'filtered', value: plain, filters };
  }

  #plain(node: Node): Expression {
    const position = positionOf(node);
    switch (node['type']) {
      case 'string':
      case 'number':
      case 'value':
        return { type: 'literal', value: node['value'] as string | number | boolean | null };
      case 'variable':
        return this.#variable(textOf(node['value']));
      case 'path':
        return { type: 'path', steps: listOf(node['steps']).map((step) => this.#step(step)) };
      case 'binary':
        return this.#binary(node, position);
      case 'unary':
        return this.#unary(node, position);
      case 'condition': {
        const condition = this.expression(node['condition']);
        const then = this.expression(node['then']);
        const parts = { type: 'condition', condition, then, position } as const;
        return node['else'] === undefined ? parts : { ...parts, otherwise: this.expression(node['else']) };
      }
      case 'block':
        return this.#block(listOf(node['expressions']));
      case 'function':
        return this.#call(node['procedure'], listOf(node['arguments']), position);
      case 'apply':
        return this.#apply(node, position);
      default:
        throw new NotCompiled(node['type'] === 'bind' ? ':= outside of a block' : wordFor(String(node['type'])));
    }
  }

  #variable(name: string): Expression {
    if (name === '') return { type: 'context' };
    if (name === '$') return { type: 'root' };
    if (this.#isSet(name)) return { type: 'variable', name };
    throw new NotCompiled(`$${name}`);
  }

  #isSet(name: string): boolean {
    return this.#blocks.some((block) => block.has(name));
  }

  #step(value: unknown): Step {
    const node = known(value);
    const filters = this.#filters(node['stages']);
    if (node['type'] !== 'name') return { value: this.expression(node, true), filters };
    const name = textOf(node['value']);
    if (isInherited(name)) throw new NotCompiled(`the name ${name}`);
    return { name, filters };
  }

  #filters(stages: unknown): Filter[] {
    if (stages === undefined) return [];
    const filters = listOf(stages).map((stage): Filter => {
      const filter = known(stage);
      const test = this.expression(filter['expr']);
      return test.type === 'literal' && typeof test.value === 'number' ? { index: test.value } : { test, position: positionOf(filter) };
    });
    // Behind an index JSONata sees nothing where there was nothing, which a test would take for a value.
    if (filters.some((filter, place) => 'test' in filter && filters.slice(0, place).some((earlier) => 'index' in earlier))) {
      throw new NotCompiled('a test behind an index');
    }
    return filters;
  }

  #binary(node: Node, position: number): Expression {
    const operator = BINARY.find((known) => known === node['value']);
    if (operator === undefined) throw new NotCompiled(textOf(node['value']));
    return { type: 'binary', operator: operator satisfies BinaryOperator, ...this.#sides(node), position };
  }

  #sides(node: Node): { readonly left: Expression; readonly right: Expression } {
    return { left: this.expression(node['lhs']), right: this.expression(node['rhs']) };
  }

  #unary(node: Node, position: number): Expression {
    switch (node['value']) {
      case '-':
        return { type: 'negative', value: this.expression(node['expression']), position };
      case '[':
        return { type: 'array', items: listOf(node['expressions']).map((item) => this.#item(item)) };
      case '{':
        return { type: 'object', pairs: this.#pairs(listOf(node['lhs'])), position };
      default:
        throw new NotCompiled(textOf(node['value']));
    }
  }

  #item(value: unknown): Expression {
    const node = known(value);
    if (node['type'] !== 'binary' || node['value'] !== '..') return this.expression(node);
    return { type: 'range', ...this.#sides(node), position: positionOf(node) };
  }

  #pairs(pairs: readonly unknown[]): Pair[] {
    const read = pairs.map((pair): Pair => {
      const [key, value] = listOf(pair);
      return [this.expression(key), this.expression(value)];
    });
    const names = read.flatMap(([key]) => (key.type === 'literal' ? [key.value] : []));
    // All of these are errors, or nearly: the interpreter knows what to say about them.
    const isPlain = names.every((name) => typeof name === 'string' && !name.startsWith('_jsonata_') && !isInherited(name));
    if (!isPlain || new Set(names).size < names.length) throw new NotCompiled('the names of an object');
    return read;
  }

  #block(nodes: readonly unknown[]): Expression {
    const set = new Set<string>();
    this.#blocks.push(set);
    const expressions = nodes.map((item): Expression => {
      const node = known(item);
      if (node['type'] !== 'bind') return this.expression(node);
      const value = this.expression(node['rhs']);
      const name = textOf(known(node['lhs'])['value']);
      set.add(name);
      return { type: 'bind', name, value };
    });
    this.#blocks.pop();
    return { type: 'block', expressions };
  }

  #call(procedure: unknown, values: readonly unknown[], position: number, first: readonly Expression[] = []): Expression {
    const node = known(procedure);
    const name = textOf(node['value']);
    if (node['type'] !== 'variable' || node['predicate'] !== undefined || this.#isSet(name)) throw new NotCompiled('a function of its own');
    const arity = ARITIES.get(name);
    const given = first.length + values.length;
    if (arity === undefined || given < arity.least || given > arity.most) {
      throw new NotCompiled(arity === undefined ? `$${name}()` : `$${name}() with ${String(given)} arguments`);
    }
    return { type: 'call', name, values: [...first, ...values.map((value) => this.expression(value))], position };
  }

  /** `value ~> $name(more)` is `$name(value, more)`. */
  #apply(node: Node, position: number): Expression {
    const first = this.expression(node['lhs']);
    const right = known(node['rhs']);
    if (right['predicate'] !== undefined) throw new NotCompiled('~>');
    if (right['type'] === 'variable') return this.#call(right, [], position, [first]);
    if (right['type'] !== 'function') throw new NotCompiled('~>');
    return this.#call(right['procedure'], listOf(right['arguments']), positionOf(right), [first]);
  }
}

/** The node itself, where its type is known and it has nothing that its type does not say. */
function known(value: unknown): Node {
  if (typeof value !== 'object' || value === null) throw new NotCompiled('something unknown');
  const node = value as Node;
  const type = textOf(node['type']);
  const parts = PARTS[type];
  if (parts === undefined) throw new NotCompiled(wordFor(type));
  const other = Object.keys(node).find((part) => node[part] !== undefined && !COMMON.includes(part) && !parts.includes(part));
  if (other !== undefined) throw new NotCompiled(wordFor(other));
  return node;
}

function wordFor(name: string): string {
  return Object.hasOwn(WORDS, name) ? (WORDS[name] ?? name) : name;
}

function positionOf(node: Node): number {
  return typeof node['position'] === 'number' ? node['position'] : 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
