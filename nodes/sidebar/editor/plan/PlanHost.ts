import type { Translate } from '../../../shared/editor/translate';

/** What the plan and the badges need of the editor around them. Nodes are named as in `GraphLine.node`. */
export interface PlanHost {
  /** A text of the sidebar's catalogue. */
  readonly text: Translate;
  /** What the canvas calls a node. */
  label(nodeId: string): string;
  /** Shows a node on the canvas. */
  reveal(nodeId: string): void;
}
