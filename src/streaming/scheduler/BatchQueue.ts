import type { BatchInfo } from './BatchInfo';

/** The batches of a program that wait or run. */
export interface BatchQueue {
  /** How many there are. */
  readonly pending: number;
  /** Records of those that have not begun. */
  readonly queuedRecords: number;
  readonly isPaused: boolean;
  /** What is known of the oldest of them, at most so many, oldest first. */
  oldest(most: number): readonly BatchInfo[];
  /** No further batch begins until `resume`, but those that an earlier run began already; what has begun ends. */
  pause(): void;
  resume(): void;
}
