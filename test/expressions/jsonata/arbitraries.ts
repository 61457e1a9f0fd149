import fc from 'fast-check';

/** Expressions of the part of JSONata that is compiled, and records to try them on, hostile ones among them. */

const NAMES = ['a', 'b', 'list', 'text', 'size', '`a b`', '"b"'] as const;
/** What records have: the names that expressions ask for, and names that JavaScript has a use for. */
const MEMBERS = ['a', 'b', 'list', 'text', 'size', 'a b', '__proto__', 'constructor', 'toString', '10', '2'] as const;

const ONE_ARGUMENT = [
  'sum', 'count', 'max', 'min', 'average', 'abs', 'floor', 'ceil', 'round', 'sqrt', 'number', 'string', 'boolean', 'not', 'exists',
  'length', 'lowercase', 'uppercase', 'trim', 'keys', 'merge', 'reverse', 'type', 'join',
] as const;
const TWO_ARGUMENTS = ['power', 'round', 'substringBefore', 'substringAfter', 'contains', 'split', 'join', 'lookup', 'append', 'substring'] as const;
const THREE_ARGUMENTS = ['substring', 'split'] as const;
const BINARY = ['+', '-', '*', '/', '%', '=', '!=', '<', '<=', '>', '>=', '&', 'and', 'or', 'in'] as const;

const text = fc.constantFrom('""', '"a"', '"a/b"', '"10"', '"["', '" x  y "', '"\\u2028"', '"\\"); throw 1; (\\""', '"0x1F"', '"ü😀z"');
const number = fc.constantFrom('0', '1', '2', '-1', '0.5', '2.5', '1e3', '-0', '0.1', '3', '12345.678', '1e300');

/** `variables` are those that are set around the expression. */
function expression(depth: number, variables: readonly string[]): fc.Arbitrary<string> {
  const leaves = [
    text,
    number,
    fc.constantFrom('true', 'false', 'null', '$', '$$', ...variables),
    fc.constantFrom('payload', 'payload.a', 'payload.list', 'topic', 'payload.b.a', 'payload.list.a'),
    fc.constantFrom(...NAMES),
  ];
  if (depth === 0) return fc.oneof(...leaves);
  const inner = expression(depth - 1, variables);
  const name = fc.constantFrom(...NAMES);
  const filter = fc.oneof(number.map((index) => `[${index}]`), inner.map((test) => `[${test}]`), inner.map((test) => `[${test} > 1]`));
  const step = fc.oneof(
    { weight: 4, arbitrary: name },
    fc.tuple(name, filter).map((parts) => parts.join('')),
    inner.map((one) => `(${one})`),
    inner.map((one) => `{"a": ${one}}`),
    fc.tuple(fc.constantFrom(...ONE_ARGUMENT), inner).map(([called, one]) => `$${called}(${one})`),
  );
  const start = fc.oneof(fc.constantFrom('payload', 'payload', '$', '$$', 'payload.list', ...variables), inner.map((one) => `(${one})`));
  const block = inner.chain((value) => expression(depth - 1, [...variables, '$v']).map((rest) => `($v := ${value}; ${rest})`));
  return fc.oneof(
    { weight: 1, arbitrary: fc.oneof(...leaves) },
    { weight: 3, arbitrary: fc.tuple(start, fc.array(step, { minLength: 1, maxLength: 3 })).map(([from, steps]) => [from, ...steps].join('.')) },
    { weight: 2, arbitrary: fc.tuple(start, filter, fc.option(filter, { nil: '' })).map((parts) => parts.join('')) },
    { weight: 4, arbitrary: fc.tuple(inner, fc.constantFrom(...BINARY), inner).map(([left, operator, right]) => `(${left} ${operator} ${right})`) },
    inner.map((one) => `-(${one})`),
    fc.array(fc.oneof(inner, inner.map((one) => `[${one}]`), fc.tuple(number, inner).map(([from, to]) => `${from}..${to}`)), { maxLength: 3 })
      .map((items) => `[${items.join(', ')}]`),
    fc.tuple(inner, inner).map(([a, b]) => `{"a": ${a}, "b c": ${b}}`),
    fc.tuple(inner, inner, inner).map(([key, a, b]) => `{$string(${key}): ${a}, "b": ${b}}`),
    fc.tuple(inner, inner, inner).map(([condition, then, other]) => `(${condition} ? ${then} : ${other})`),
    fc.tuple(inner, inner).map(([condition, then]) => `(${condition} ? ${then})`),
    fc.tuple(inner, fc.constantFrom('?:', '??'), inner).map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    block,
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...ONE_ARGUMENT), inner).map(([called, one]) => `$${called}(${one})`) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...TWO_ARGUMENTS), inner, inner).map(([called, one, two]) => `$${called}(${one}, ${two})`) },
    fc.tuple(fc.constantFrom(...THREE_ARGUMENTS), inner, inner, inner).map(([called, ...values]) => `$${called}(${values.join(', ')})`),
    fc.tuple(inner, fc.constantFrom(...ONE_ARGUMENT)).map(([one, called]) => `(${one} ~> $${called})`),
  );
}

/** Expressions; those with `msg` find the record under that name. */
export const expressions: fc.Arbitrary<string> = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 3 }).chain((depth) => expression(depth, [])) },
  { weight: 1, arbitrary: expression(2, []).map((one) => `[msg.payload.a, msg.(${one})]`) },
);

const scalar = fc.oneof(
  fc.constantFrom(null, undefined, true, false, NaN, Infinity, -Infinity, 0, -0, 1, 2, -1, 0.1 + 0.2, 2.5, 1e21, 1e-7),
  fc.constantFrom('', 'a', 'b', 'a/b', '10', ' x  y ', 'ü😀z', '0x1F'),
  fc.integer({ min: -3, max: 20 }),
);

function value(depth: number): fc.Arbitrary<unknown> {
  if (depth === 0) return scalar;
  const inner = value(depth - 1);
  const members = fc.array(fc.tuple(fc.constantFrom(...MEMBERS), inner), { maxLength: 5 });
  return fc.oneof(
    { weight: 2, arbitrary: scalar },
    { weight: 3, arbitrary: fc.array(inner, { maxLength: 3 }) },
    { weight: 2, arbitrary: fc.array(members.map(objectOf), { maxLength: 3 }) },
    { weight: 4, arbitrary: members.map(objectOf) },
    { weight: 1, arbitrary: fc.constantFrom(new Date(0), Buffer.from('bytes')) },
  );
}

/** Names are names, `__proto__` too. */
function objectOf(members: readonly (readonly [string, unknown])[]): object {
  const object = {};
  for (const [name, member] of members) {
    Object.defineProperty(object, name, { value: member, writable: true, enumerable: true, configurable: true });
  }
  return object;
}

export const records: fc.Arbitrary<object> = value(3).map((payload) => ({ payload, topic: 'a/b', key: 'a', time: 1_000 }));
