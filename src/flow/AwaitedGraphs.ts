import type { BrokenDrawing } from './monitor/brokenDrawings';
import type { GraphHistory } from './monitor/GraphHistory';
import type { RunningGraph } from './RunningGraph';

/** What is kept of a graph that was stopped. */
export interface AwaitedGraph {
  readonly history: GraphHistory;
  /** Whether a person keeps its batches from beginning. */
  readonly isOnHold: boolean;
}

interface Kept extends AwaitedGraph {
  readonly nodes: ReadonlySet<string>;
}

/**
 * The graphs that a deploy has stopped and that may come back, by their ids: one whose drawing has a mistake, or that has failed.
 * What a user has seen of it, and that it is paused, is true of it afterwards too.
 */
export class AwaitedGraphs {
  readonly #kept = new Map<string, Kept>();

  /** A graph is stopped. */
  add({ plan, history, isOnHold }: RunningGraph): void {
    this.#kept.set(plan.graph, { history, isOnHold, nodes: new Set(plan.operators.map(({ id }) => id)) });
  }

  /** A graph of this id is to run: what was kept is its own from now on. */
  take(id: string): AwaitedGraph | undefined {
    const kept = this.#kept.get(id);
    this.#kept.delete(id);
    return kept;
  }

  /** Forgets those that nobody has drawn any more, so that no more are kept than there are nodes in these drawings. */
  keepOnly(broken: readonly BrokenDrawing[]): void {
    for (const [id, kept] of this.#kept) if (!broken.some((drawing) => isOf(kept, drawing))) this.#kept.delete(id);
  }

  /** Whether a drawing that does not run will be paused when it does. */
  isOnHold(drawing: BrokenDrawing): boolean {
    return [...this.#kept.values()].some((kept) => kept.isOnHold && isOf(kept, drawing));
  }

  /** A drawing that does not run shall run at once when it can. */
  release(drawing: BrokenDrawing): void {
    for (const [id, kept] of this.#kept) if (isOf(kept, drawing)) this.#kept.set(id, { ...kept, isOnHold: false });
  }

  forget(): void {
    this.#kept.clear();
  }
}

function isOf({ nodes }: Kept, drawing: BrokenDrawing): boolean {
  return drawing.nodes.some((id) => nodes.has(id));
}
