import type { BatchEvent } from '../../engine/Engine';
import type { RunningGraph } from '../RunningGraph';

export type BatchListener = (graph: RunningGraph, event: BatchEvent) => void;

/** Those who want to know of every batch that ends, in whatever graph. */
export class BatchWatchers {
  readonly #listeners = new Set<BatchListener>();

  /** @returns ends it */
  watch(listener: BatchListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  tell(graph: RunningGraph, event: BatchEvent): void {
    for (const listener of this.#listeners) listener(graph, event);
  }
}
