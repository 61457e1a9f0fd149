import type { Problem } from '../plan/Problem';
import type { BatchEvent, LogEvent, OutputEvent, PlanDescription, ProgressEvent } from './Engine';

/** What happens in a running graph. */
export interface GraphEvents {
  batch(event: BatchEvent): void;
  /** To be waited for before more is handed over. */
  output(event: OutputEvent): Promise<void> | undefined;
  problem(problem: Problem): void;
  progress(event: ProgressEvent): void;
  log(event: LogEvent): void;
  /** A plan runs from now on. */
  described(description: PlanDescription): void;
  /** The graph has ended by itself. */
  failed(problem: Problem): void;
}
