import type { Operator, Plan } from '../plan/Plan';
import type { Consumers } from './planReading';

/** What decides how far a record is taken along. */
export interface PassFacts {
  /** How many read the stream of each operator. */
  readonly readers: ReadonlyMap<string, number>;
  readonly consumers: Consumers;
  /** Whether an operator has a stream of its own: a window that a reduceByKey computes has none. */
  readonly isBuilt: (operator: Operator) => boolean;
  /** Whether code of it must be awaited. */
  readonly isInterpreted: (operator: string) => boolean;
  /** Operators whose records come back from several threads. */
  readonly ends: ReadonlySet<string>;
}

/**
 * Which operators take each record along in one pass: numbers from 1, for those that do so with others.
 * A pass ends where records are collected: at sinks, windows of records, states, functions over whole batches, what is awaited,
 * what comes back from threads, and streams that several read. A reduceByKey is the end of one.
 */
export function findPasses(plan: Plan, facts: PassFacts): ReadonlyMap<string, number> {
  const byId = new Map(plan.operators.map((operator) => [operator.id, operator]));
  /** The operators of each pass; the same array under each of their ids. */
  const together = new Map(plan.operators.map(({ id }) => [id, [id]]));
  for (const operator of plan.operators) {
    for (const { id } of operator.inputs) {
      const input = byId.get(id);
      if (input === undefined || !takesEach(operator, facts) || !passesOn(input, facts)) continue;
      const [one = [], other = []] = [together.get(id), together.get(operator.id)];
      if (one === other) continue;
      one.push(...other);
      for (const member of other) together.set(member, one);
    }
  }
  const passes = [...new Set(plan.operators.flatMap(({ id }) => [together.get(id) ?? []]))].filter(({ length }) => length > 1);
  return new Map(passes.flatMap((members, index) => members.map((id) => [id, index + 1] as const)));
}

/** Whether records reach whoever reads this operator one by one, as they come out of it. */
function passesOn(input: Operator, facts: PassFacts): boolean {
  const { readers, consumers, isBuilt, ends } = facts;
  if (ends.has(input.id) || input.type === 'reduceByKey') return false;
  if (!isBuilt(input)) return consumers.get(input.id)?.length === 1;
  return readers.get(input.id) === 1 && takesEach(input, facts);
}

/** Whether an operator does its work on each record as it comes. */
function takesEach(operator: Operator, { isBuilt, isInterpreted }: PassFacts): boolean {
  switch (operator.type) {
    case 'receiver':
    case 'batcher':
    case 'checkpoint':
      return true;
    case 'map':
      return operator.parameters.mode !== 'batch' && !isInterpreted(operator.id);
    case 'reduceByKey':
      return !isInterpreted(operator.id);
    case 'window':
      return !isBuilt(operator);
    case 'join':
      return operator.parameters.mode === 'union';
    case 'state':
    case 'sink':
      return false;
  }
}
