import type { PlannedOperator } from '../../../../src/flow/monitor/snapshot';

/** What is drawn in one frame: operators that take each record along in one pass, or one operator alone. */
export type Group = readonly PlannedOperator[];

/**
 * The order in which a plan is read from top to bottom, one operator a line: each below all that it reads from, so sources stand
 * on top of what they feed and sinks end it. What belongs together stays together: a pass, a chain, a branch.
 */
export function readingOrder(operators: readonly PlannedOperator[]): Group[] {
  const groups = inOrder(byPass(operators), readers);
  if (runsDownwards(groups.flat())) return groups.map((group) => inOrder(group, readsFrom));
  // Something outside stands between two operators of a pass: each for itself, then.
  return inOrder(operators, readsFrom).map((operator) => [operator]);
}

/** Operators of the same pass in one group, in the order in which the plan names them first. */
function byPass(operators: readonly PlannedOperator[]): Group[] {
  const groups = new Map<number | string, PlannedOperator[]>();
  for (const operator of operators) {
    const key = operator.pass ?? operator.id;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [operator]);
    else group.push(operator);
  }
  return [...groups.values()];
}

function readsFrom(reader: PlannedOperator, other: PlannedOperator): boolean {
  return reader !== other && reader.inputs.includes(other.id);
}

function readers(group: Group, other: Group): boolean {
  return group !== other && group.some((reader) => other.some((operator) => readsFrom(reader, operator)));
}

/**
 * Puts items after what they read from, by going upwards from the ends. The end with the least above it comes first, so a tap
 * stands right below what it taps; of several inputs the one with the most above it comes first, so the others are close to their
 * reader.
 */
function inOrder<Item>(items: readonly Item[], reads: (item: Item, other: Item) => boolean): Item[] {
  const inputs = new Map(items.map((item) => [item, items.filter((other) => reads(item, other))]));
  const sizes = new Map(items.map((item) => [item, reachable(item, inputs).size]));
  const size = (item: Item): number => sizes.get(item) ?? 0;

  const order = new Set<Item>();
  const visited = new Set<Item>();
  const visit = (item: Item): void => {
    if (visited.has(item)) return;
    visited.add(item);
    for (const input of [...(inputs.get(item) ?? [])].sort((one, other) => size(other) - size(one))) visit(input);
    order.add(item);
  };
  const read = new Set([...inputs.values()].flat());
  const ends = items.filter((item) => !read.has(item)).sort((one, other) => size(one) - size(other));
  // `items` again, for those in a circle, which has no end. No plan has one; a picture of it should still be complete.
  for (const item of [...ends, ...items]) visit(item);
  return [...order];
}

/** An item and all above it. */
function reachable<Item>(item: Item, inputs: ReadonlyMap<Item, readonly Item[]>): ReadonlySet<Item> {
  const found = new Set([item]);
  // A set gives what is added to it while it is gone through.
  for (const each of found) for (const input of inputs.get(each) ?? []) found.add(input);
  return found;
}

function runsDownwards(rows: readonly PlannedOperator[]): boolean {
  const row = new Map(rows.map(({ id }, index) => [id, index]));
  return rows.every(({ inputs }, index) => inputs.every((input) => (row.get(input) ?? -1) < index));
}
