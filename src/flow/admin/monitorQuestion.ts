import type { Question } from '../monitor/Monitor';
import { Refusal } from './AdminRequest';

/** Characters that the id of a graph has at most: those of nested subflows are long. */
const LONGEST_ID = 200;

/**
 * What a request for a snapshot asks for.
 * @param query of which nothing is known
 * @throws {Refusal} that says which parameter is wrong
 */
export function monitorQuestion(query: Readonly<Record<string, unknown>>): Question {
  const { graph } = query;
  if (graph !== undefined && (typeof graph !== 'string' || graph === '' || graph.length > LONGEST_ID)) {
    throw new Refusal(400, `The parameter graph must be the id of a graph: one text of 1 to ${String(LONGEST_ID)} characters.`);
  }
  const since = numberIn(query, 'since');
  const plan = numberIn(query, 'plan');
  return { ...(graph === undefined ? {} : { graph }), since: since ?? 0, ...(plan === undefined ? {} : { plan }) };
}

function numberIn(query: Readonly<Record<string, unknown>>, name: 'since' | 'plan'): number | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  const number = wholeNumber(value);
  if (number === undefined) throw new Refusal(400, `The parameter ${name} must be a whole number from 0.`);
  return number;
}

/** The number that a text is, where it is a whole one in plain digits. */
export function wholeNumber(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^\d{1,16}$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}
