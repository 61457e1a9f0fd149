/**
 * Puts every id after all its inputs; among those that are ready the smallest comes first, so the order depends on the
 * graph alone. Ids in a cycle, and what follows them, are left out.
 */
export function topologicalOrder(inputs: ReadonlyMap<string, readonly { readonly id: string }[]>): string[] {
  const missing = new Map<string, number>();
  const users = new Map<string, string[]>();
  for (const [id, own] of inputs) {
    const distinct = new Set(own.map((input) => input.id));
    missing.set(id, distinct.size);
    for (const input of distinct) users.set(input, [...(users.get(input) ?? []), id]);
  }
  // Sorted downwards, so that the smallest is taken from the end.
  const ready = [...inputs.keys()].filter((id) => missing.get(id) === 0).sort((a, b) => (a < b ? 1 : -1));
  const order: string[] = [];
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    order.push(id);
    for (const user of users.get(id) ?? []) {
      const left = (missing.get(user) ?? 0) - 1;
      missing.set(user, left);
      if (left === 0) insert(user, ready);
    }
  }
  return order;
}

/** Puts an id in its place among others that are sorted downwards. */
function insert(id: string, sorted: string[]): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') > id) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, id);
}
