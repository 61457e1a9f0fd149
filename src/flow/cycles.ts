import { topologicalOrder } from './compile/topologicalOrder';

/**
 * Finds where wires lead back to where they came from.
 * @returns one path of ids for each knot of cycles, beginning at its smallest id; the last id leads to the first
 */
export function findCycles(ids: readonly string[], edges: readonly { readonly from: string; readonly to: string }[]): string[][] {
  const targets = new Map<string, string[]>(ids.map((id) => [id, []]));
  const inputs = new Map<string, { readonly id: string }[]>(ids.map((id) => [id, []]));
  for (const { from, to } of edges) {
    targets.get(from)?.push(to);
    inputs.get(to)?.push({ id: from });
  }
  // What can be put in order is in no cycle, and that is nearly always everything.
  const told = new Set(topologicalOrder(inputs));
  const cycles: string[][] = [];
  for (const start of [...ids].sort()) {
    if (told.has(start)) continue;
    const cycle = shortestWayBack(start, targets);
    if (cycle === undefined) continue;
    for (const id of reachable(start, targets)) if (reachable(id, targets).has(start)) told.add(id);
    cycles.push(cycle);
  }
  return cycles;
}

function shortestWayBack(start: string, targets: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[start, undefined]]);
  for (const [id] of cameFrom) {
    for (const next of targets.get(id) ?? []) {
      if (next === start) return pathTo(id, cameFrom);
      if (!cameFrom.has(next)) cameFrom.set(next, id);
    }
  }
  return undefined;
}

function pathTo(end: string, cameFrom: ReadonlyMap<string, string | undefined>): string[] {
  const path: string[] = [];
  for (let id: string | undefined = end; id !== undefined; id = cameFrom.get(id)) path.unshift(id);
  return path;
}

function reachable(start: string, targets: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set<string>();
  for (const next of targets.get(start) ?? []) found.add(next);
  for (const id of found) for (const next of targets.get(id) ?? []) found.add(next);
  return found;
}
