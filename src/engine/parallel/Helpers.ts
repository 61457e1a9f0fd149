import type { Plan } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import type { RawRecord } from '../DataRecord';
import type { RunOptions } from '../Engine';
import type { PieceResult } from './BranchRunner';
import type { Branch } from './Stage';

/** How many threads run one graph: `auto` takes as many as the machine has cores, where that is faster. */
export type Parallelism = number | 'auto';

/** What helpers run pieces of. */
export interface BranchOrder {
  readonly plan: Plan;
  readonly branch: Branch;
  readonly options: RunOptions;
  /** Something failed in the background that the user code of an operator had started. @param operator its place in the plan */
  backgroundFailure(operator: number, thrown: unknown): void;
}

/** Why a piece comes back undone. */
export type Undone =
  /** The helper was lost. */
  | { readonly problem: Problem }
  /** Something in the piece, or in what became of it, cannot go from one thread to another as it is. */
  | { readonly problem: undefined };

/** Threads that run pieces of batches for the thread of a graph. */
export interface Helpers {
  /** Whether they are to be used only where that is faster. */
  readonly isOptional: boolean;
  /** How many of them there can be; may become fewer. */
  readonly count: number;
  /** Has a piece run somewhere else; never rejects. @param time of the batch, ms since the epoch */
  run(order: BranchOrder, records: readonly RawRecord[], time: number): Promise<PieceResult | Undone>;
}
