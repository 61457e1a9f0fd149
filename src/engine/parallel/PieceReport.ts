import type { Plan } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import type { LostRecord, StageEnvironment, UserCalls } from '../BuildEnvironment';
import type { LogEvent, RunOptions } from '../Engine';
import { OperatorFigures } from '../OperatorFigures';

/** Something that went wrong with records of a piece. */
interface Incident {
  readonly operator: string;
  readonly code: string;
  /** Of the first record. */
  readonly problem: Problem;
  count: number;
  /** The records themselves, where somebody keeps them. */
  readonly records: readonly LostRecord[];
}

/** What there is to tell of one piece beside its results, in the order in which it happened. */
export interface PieceReport {
  readonly figures: readonly (readonly [operator: string, recordsIn: number, recordsOut: number, failed: number])[];
  readonly incidents: readonly Incident[];
  readonly lines: readonly LogEvent[];
}

/**
 * What operators are given while they run pieces of batches, one piece after the other: notes what they tell, so that it can be told for all pieces
 * in the order of the records, whichever thread was done first.
 */
export class PieceEnvironment implements StageEnvironment {
  readonly plan: Plan;
  readonly options: RunOptions;
  readonly calls: UserCalls;
  /** Whether records that went wrong are kept: only a graph with a checkpoint has a place for them. */
  readonly #keepsLost: boolean;
  readonly #figures = new Map<string, OperatorFigures>();
  #incidents: Incident[] = [];
  readonly #counted = new Map<string, Incident>();
  #lines: LogEvent[] = [];

  constructor(plan: Plan, options: RunOptions, calls: UserCalls) {
    this.plan = plan;
    this.options = options;
    this.calls = calls;
    this.#keepsLost = plan.operators.some(({ type }) => type === 'checkpoint');
  }

  /** Forgets what was told so far: another piece begins. */
  begin(): void {
    for (const figures of this.#figures.values()) figures.recordsIn = figures.recordsOut = figures.failed = 0;
    this.#incidents = [];
    this.#counted.clear();
    this.#lines = [];
  }

  figures(operator: string): OperatorFigures {
    let figures = this.#figures.get(operator);
    if (figures === undefined) this.#figures.set(operator, figures = new OperatorFigures());
    return figures;
  }

  failed(operator: string, code: string, problem: () => Problem, count = 1): void {
    const name = `${code} ${operator}`;
    const present = this.#counted.get(name);
    if (present !== undefined) {
      present.count += count;
      return;
    }
    const incident = { operator, code, problem: problem(), count, records: [] };
    this.#counted.set(name, incident);
    this.#incidents.push(incident);
  }

  lost(operator: string, code: string, problem: () => Problem, _time: number, records: readonly LostRecord[]): void {
    // Each has a reason of its own, which is kept with it.
    if (this.#keepsLost) this.#incidents.push({ operator, code, problem: problem(), count: records.length, records });
    else this.failed(operator, code, problem, records.length);
  }

  log(event: LogEvent): void {
    this.#lines.push(event);
  }

  /** What was told since `begin`. */
  get report(): PieceReport {
    const figures = [...this.#figures].map(([operator, { recordsIn, recordsOut, failed }]) =>
      [operator, recordsIn, recordsOut, failed] as const);
    return { figures, incidents: this.#incidents, lines: this.#lines };
  }
}

/** Tells a graph what there is to tell of a piece of the batch of `time`. */
export function tellReport({ figures, incidents, lines }: PieceReport, time: number, environment: StageEnvironment): void {
  for (const [operator, recordsIn, recordsOut, failed] of figures) {
    const all = environment.figures(operator);
    all.recordsIn += recordsIn;
    all.recordsOut += recordsOut;
    all.failed += failed;
  }
  for (const { operator, code, problem, count, records } of incidents) {
    if (records.length > 0) environment.lost(operator, code, () => problem, time, records);
    else environment.failed(operator, code, () => problem, count);
  }
  for (const line of lines) environment.log(line);
}
