/** What `GET dstream/graphs` tells of a graph with a checkpoint, as far as the editor shows it. */
export interface GraphReport {
  readonly graph: string;
  /** By operator. */
  readonly operators: Readonly<Record<string, { readonly waiting: number; readonly keys: number }>>;
  readonly durability?: DurabilityReport;
  /** Ids of the operators that can be reset. */
  readonly states?: readonly string[];
  readonly failure?: string;
  readonly refusal?: string;
}

export interface DurabilityReport {
  readonly state: string;
  readonly text: string;
  readonly logBytes: number;
  readonly checkpointBytes: number;
  /** ms since the epoch */
  readonly checkpointTime?: number;
  readonly deadLetters: number;
  /** Deleted because there were too many. */
  readonly deadLettersRemoved?: number;
  /** Never written. */
  readonly deadLettersRefused?: number;
  readonly deadLettersProblem?: string;
  readonly recovered?: {
    readonly batches: number;
    readonly records: number;
    readonly milliseconds: number;
    readonly tornBytes: number;
  };
}

/** The graphs that a node names: its own, or those of the instances of the subflow that it stands in. */
export function graphsOf(nodeId: string, reports: readonly GraphReport[]): GraphReport[] {
  return reports.filter(({ graph }) => graph === nodeId || graph.endsWith(`-${nodeId}`));
}

/** All records of a graph that wait for a batch. */
export function waitingIn({ operators }: GraphReport): number {
  return Object.values(operators).reduce((sum, { waiting }) => sum + waiting, 0);
}

/** The keys of one operator, or of all. */
export function keysIn({ operators }: GraphReport, operator?: string): number {
  if (operator !== undefined) return operators[operator]?.keys ?? 0;
  return Object.values(operators).reduce((sum, { keys }) => sum + keys, 0);
}

/** The id of the drawn node behind an operator's: without the subflow instances in front. */
export function drawnId(operator: string, isKnown: (id: string) => boolean): string {
  for (let rest = operator; ; ) {
    if (isKnown(rest)) return rest;
    const dash = rest.indexOf('-');
    if (dash < 0) return operator;
    rest = rest.slice(dash + 1);
  }
}

/** A count with its thousands set apart, as the help and the statuses write them: 12,400. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}
