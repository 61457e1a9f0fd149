import type { PartsHost } from '../Receivers';

/** What the keeper of a graph needs from it. */
export interface KeeperHost extends PartsHost {
  /** Something that works, and that somebody should know. */
  warn(text: string): void;
  /** Something that went as it should. */
  log(text: string): void;
  /** Whether the graph is still to run. */
  isWanted(): boolean;
}
