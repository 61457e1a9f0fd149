import { drawnId } from '../../../shared/editor/graphs';
import { element, setShown } from '../dom';
import type { EditorHost } from '../EditorHost';
import type { LossWatch } from './LossWatch';
import { lossWords } from './lossWords';
import type { StateLoss } from './stateLosses';

/** What a graph would forget with the next deploy, for as long as that is so. */
export class LossList {
  readonly element = element('div', 'dstream-loss-notice');
  readonly #host: EditorHost;
  readonly #watch: LossWatch;
  #graph = '';
  #shown: readonly StateLoss[] | undefined;

  constructor(host: EditorHost, watch: LossWatch) {
    this.#host = host;
    this.#watch = watch;
    watch.onChange = () => this.show(this.#graph);
    setShown(this.element, false);
  }

  /** @param graph by its id at run time: inside a subflow instance that of the instance stands in front */
  show(graph: string): void {
    const { losses } = this.#watch;
    if (graph === this.#graph && losses === this.#shown) return;
    this.#graph = graph;
    this.#shown = losses;
    const own = losses.filter(({ checkpoint }) => drawnId(graph, (id) => id === checkpoint) === checkpoint);
    this.element.replaceChildren(...(own.length === 0 ? [] : [lossWords(own, this.#host)]));
    setShown(this.element, own.length > 0);
  }
}
