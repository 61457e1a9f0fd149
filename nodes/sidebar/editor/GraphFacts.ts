import { element, setText } from './dom';
import type { EditorHost } from './EditorHost';
import { formatAge, formatCount, formatDuration, formatTime } from './formats';
import type { GraphView } from './GraphView';

/** One line: since when, how many batches and records. */
export class GraphFacts {
  readonly element = element('div', 'dstream-facts');
  readonly #host: EditorHost;

  constructor(host: EditorHost) {
    this.#host = host;
  }

  show({ graph, time }: GraphView): void {
    setText(
      this.element,
      this.#host.text('head.facts', {
        interval: formatDuration(graph.batchInterval),
        since: formatTime(graph.startedAt),
        age: formatAge(time - graph.startedAt),
        batches: formatCount(graph.completedBatches),
        records: formatCount(graph.totalRecords),
      }),
    );
  }
}
