import type { Environment } from '../engine/Engine';
import type { Code, Operator, Plan, ValueSource } from '../plan/Plan';
import { portable } from './portable';

/**
 * The names that code asks for, as they stand in it: `ctx.env('NAME')` in JavaScript, or `env('NAME')` after
 * `const { env } = ctx`; `$env('NAME')` in JSONata. Names that are put together at run time are not found.
 */
const MENTIONS: Readonly<Record<Code['lang'], RegExp>> = {
  javascript: /(?<![\w$.])(?:ctx\s*(?:\?\.|\.)\s*)?env\s*\(\s*(['"`])([^'"`\\]+)\1\s*\)/g,
  jsonata: /\$env\s*\(\s*(['"])([^'"\\]+)\1\s*\)/g,
};

/**
 * The environment variables that the code of a plan asks for by name; no others are handed to it.
 * @param valueOf the variable as the node that asks for it sees it: two instances of a subflow may see different values
 */
export function environmentOf(plan: Plan, valueOf: (name: string, operator: string) => unknown): Environment {
  const environment = new Map<string, Readonly<Record<string, unknown>>>();
  for (const operator of plan.operators) {
    const names = new Set(codeOf(operator).flatMap((code) => mentionedNames(code)));
    const values = [...names].map((name) => [name, handedOver(valueOf(name, operator.id))] as const).filter(([, value]) => value !== undefined);
    if (values.length > 0) environment.set(operator.id, Object.fromEntries(values));
  }
  return Object.fromEntries(environment);
}

/**
 * As it can go to the graph's thread: JSONata may make a function of a variable, which stays here, also in an object. Undefined for what
 * contains itself, as functions that are written in JSONata do.
 */
function handedOver(value: unknown): unknown {
  try {
    return portable(value);
  } catch {
    return undefined;
  }
}

/** The names that code asks for, each once, in the order they are written. */
export function mentionedNames({ lang, source }: Code): string[] {
  return [...new Set([...source.matchAll(MENTIONS[lang])].flatMap(([, , name]) => (name === undefined ? [] : [name])))];
}

function codeOf(operator: Operator): Code[] {
  switch (operator.type) {
    case 'map':
      return [operator.parameters.code];
    case 'reduceByKey':
      return [
        ...codeIn(operator.parameters.key),
        ...operator.parameters.aggregates.flatMap(({ of, reduce, inverse }) => [codeIn(of), reduce ?? [], inverse ?? []].flat()),
      ];
    case 'state':
      return [operator.parameters.code, ...codeIn(operator.parameters.key)];
    default:
      return [];
  }
}

function codeIn(value: ValueSource): Code[] {
  return value.from === 'code' ? [value.code] : [];
}
