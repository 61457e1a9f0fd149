/**
 * Divides nodes into connected sets, whichever way the edges point.
 * @param ids sorted
 * @returns sets of ids; the sets in the order of their first ids, the ids in them sorted
 */
export function components(ids: readonly string[], edges: Iterable<{ readonly from: string; readonly to: string }>): string[][] {
  const neighbours = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { from, to } of edges) {
    neighbours.get(from)?.push(to);
    neighbours.get(to)?.push(from);
  }
  const placed = new Set<string>();
  const result: string[][] = [];
  for (const start of ids) {
    if (placed.has(start)) continue;
    const members = new Set([start]);
    for (const id of members) for (const next of neighbours.get(id) ?? []) if (neighbours.has(next)) members.add(next);
    for (const id of members) placed.add(id);
    result.push([...members].sort());
  }
  return result;
}
