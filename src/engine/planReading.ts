import type { Operator, Plan, WindowOperator } from '../plan/Plan';

/** Of each operator that is read, those that are wired to it, in the order of the plan. */
export type Consumers = ReadonlyMap<string, readonly Operator[]>;

export function consumersOf(plan: Plan): Consumers {
  const consumers = new Map<string, Operator[]>();
  for (const operator of plan.operators) {
    for (const { id } of operator.inputs) {
      const present = consumers.get(id);
      if (present === undefined) consumers.set(id, [operator]);
      else present.push(operator);
    }
  }
  return consumers;
}

/** The window that a reduceByKey may compute itself: its only input. */
export function windowBefore(operator: Operator, plan: Plan): WindowOperator | undefined {
  const [input] = operator.inputs;
  if (operator.type !== 'reduceByKey' || input === undefined || operator.inputs.length > 1) return undefined;
  const window = plan.operators.find((other) => other.id === input.id);
  return window?.type === 'window' ? window : undefined;
}

/** Whether anybody needs the records of a window themselves. */
export function isReadAsRecords(
  window: WindowOperator,
  plan: Plan,
  consumers: Consumers,
  taps: ReadonlySet<string>,
): boolean {
  return taps.has(window.id) || (consumers.get(window.id) ?? []).some((consumer) => windowBefore(consumer, plan) === undefined);
}

/** The operators whose streams an operator reads; a reduceByKey reads past the window that it computes itself. */
export function readBy(operator: Operator, plan: Plan): string[] {
  const window = windowBefore(operator, plan);
  const source = window === undefined ? operator : plan.operators.find(({ id }) => id === window.id);
  return (source ?? operator).inputs.map(({ id }) => id);
}

/** An operator, and the window that it alone, or first of several, computes itself: the same records flow into both. */
export function withUnbuiltWindow(
  operator: Operator, plan: Plan, consumers: Consumers, isBuilt: (operator: Operator) => boolean,
): readonly string[] {
  const window = windowBefore(operator, plan);
  const isAlsoWindow = window !== undefined && !isBuilt(window) && consumers.get(window.id)?.[0] === operator;
  return isAlsoWindow ? [operator.id, window.id] : [operator.id];
}

/** How often the stream of each operator is read. */
export function countReaders(plan: Plan, isBuilt: (operator: Operator) => boolean, taps: ReadonlySet<string>): ReadonlyMap<string, number> {
  const readers = new Map<string, number>();
  const add = (id: string): void => {
    readers.set(id, (readers.get(id) ?? 0) + 1);
  };
  for (const operator of plan.operators) if (isBuilt(operator)) readBy(operator, plan).forEach(add);
  taps.forEach(add);
  return readers;
}
