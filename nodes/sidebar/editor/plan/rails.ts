import type { PlannedOperator } from '../../../../src/flow/monitor/snapshot';

/** The lines beside one row. */
export interface RailRow {
  /** The column of the operator's dot, from 0. */
  readonly column: number;
  /** From the upper edge of the row to the height of the dot. */
  readonly above: readonly Stretch[];
  /** From there to the lower edge. */
  readonly below: readonly Stretch[];
}

/** A piece of a line, from a column at its upper end to a column at its lower end. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** The operators whose records it carries. */
  readonly sources: readonly string[];
}

export interface Rails {
  readonly rows: readonly RailRow[];
  /** How many columns there are. */
  readonly columns: number;
}

/** A line that runs down beside the rows until it has reached the last of its targets. */
interface Lane {
  readonly column: number;
  readonly sources: readonly string[];
  readonly targets: ReadonlySet<string>;
}

/**
 * Leads lines beside the rows from each operator to those that read from it. A line runs straight down in its column and turns
 * only beside an operator that it begins or ends at, or where it merges with another that leads to the same operators: so a union
 * of thirty needs two columns, not thirty.
 * @param operators from top to bottom; an input that is not above its reader is not drawn
 */
export function layRails(operators: readonly PlannedOperator[]): Rails {
  const readers = readersBelow(operators);
  const rows: RailRow[] = [];
  let lanes: Lane[] = [];
  for (const [index, { id }] of operators.entries()) {
    const incoming = lanes.filter(({ targets }) => targets.has(id));
    const passing = lanes.filter((lane) => !incoming.includes(lane) || lane.targets.size > 1);
    const column = chooseColumn(incoming, passing);
    const above = [
      ...incoming.map((lane) => ({ from: lane.column, to: column, sources: lane.sources })),
      ...passing.map((lane) => ({ from: lane.column, to: lane.column, sources: lane.sources })),
    ];
    const leaving = passing.map((lane) => ({ ...lane, targets: without(lane.targets, id) }));
    const targets = readers[index] ?? new Set();
    if (targets.size > 0) leaving.push({ column, sources: [id], targets });
    const { merged, stretches } = merge(leaving);
    rows.push({ column, above, below: stretches });
    lanes = merged;
  }
  const columns = rows.flatMap(({ column, above }) => [column, ...above.map(({ from }) => from)]);
  return { rows, columns: columns.reduce((most, column) => Math.max(most, column + 1), 0) };
}

/** For each row, the operators further down that read from it. */
function readersBelow(operators: readonly PlannedOperator[]): Set<string>[] {
  const row = new Map(operators.map(({ id }, index) => [id, index]));
  const readers = operators.map(() => new Set<string>());
  for (const [index, { id, inputs }] of operators.entries()) {
    for (const input of inputs) {
      const from = row.get(input) ?? index;
      if (from < index) readers[from]?.add(id);
    }
  }
  return readers;
}

/**
 * The column for a dot: none through which a line passes; of the others the one whose lines cross the fewest, then the one that a
 * line ends at straight, then the nearest.
 */
function chooseColumn(incoming: readonly Lane[], passing: readonly Lane[]): number {
  const taken = new Set(passing.map(({ column }) => column));
  const last = Math.max(-1, ...incoming.map(({ column }) => column), ...taken) + 1;
  let best = last;
  let least = Infinity;
  for (let column = 0; column <= last; column++) {
    if (taken.has(column)) continue;
    let crossings = 0;
    let distance = 0;
    for (const { column: from } of incoming) {
      for (const other of taken) if ((from - other) * (column - other) < 0) crossings++;
      distance += Math.abs(from - column);
    }
    const straight = incoming.length === 0 || incoming.some((lane) => lane.column === column) ? 0 : 1;
    // Columns are far fewer than a thousand apart.
    const cost = (crossings * 2 + straight) * 1e6 + distance;
    if (cost < least) [best, least] = [column, cost];
  }
  return best;
}

/** Lines that lead to the same operators become one, in the column of the one that came first. */
function merge(lanes: readonly Lane[]): { merged: Lane[]; stretches: Stretch[] } {
  const merged = new Map<string, Lane>();
  const stretches: Stretch[] = [];
  for (const lane of lanes) {
    const key = JSON.stringify([...lane.targets].sort());
    const first = merged.get(key) ?? { ...lane, sources: [] };
    merged.set(key, { ...first, sources: [...first.sources, ...lane.sources] });
    stretches.push({ from: lane.column, to: first.column, sources: lane.sources });
  }
  return { merged: [...merged.values()], stretches };
}

function without(targets: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return new Set([...targets].filter((target) => target !== id));
}
