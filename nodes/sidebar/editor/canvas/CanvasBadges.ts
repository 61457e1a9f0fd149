import type { GraphMonitor, PlanMonitor } from '../../../../src/flow/monitor/snapshot';
import type { EditorNode } from '../../../shared/editor/red';
import { element } from '../dom';
import { type Badge, badgesOf } from './badgesOf';
import { badgeElement } from './badgeElement';
import style from './canvas.css';
import type { PlanHost } from '../plan/PlanHost';

const NOTHING: Badge = { text: '', tooltip: '' };

/**
 * Badges on the canvas with records a second and backlog, for the nodes of the graph that is looked at. While nothing is shown
 * the canvas only asks, whenever it draws a stream node itself, whether there is a badge.
 */
export class CanvasBadges {
  readonly #host: PlanHost;
  #plan: { readonly key: string; readonly plan: PlanMonitor } | undefined;
  #badges: ReadonlyMap<string, Badge> = new Map();
  /** The nodes whose badge has other words than its element. */
  readonly #stale = new Set<string>();

  /** Made once for an editor: Node-RED keeps what is registered, and takes badges off nodes only when it draws them. */
  constructor(host: PlanHost) {
    this.#host = host;
    document.head.append(element('style', '', style));
    RED.view.annotations.register('dstream-rate', {
      type: 'badge',
      class: 'dstream-canvas-badge',
      align: 'left',
      filter: ({ type }) => type.startsWith('dstream-') || type.startsWith('subflow:'),
      show: ({ id }) => this.#badges.has(id),
      refresh: ({ id }) => this.#stale.delete(id),
      element: (node) => this.#element(node),
    });
  }

  /** Once a second, with the graph that is looked at; undefined for none. Without a plan, that of the same revision is used. */
  show(graph: GraphMonitor | undefined): void {
    if (graph === undefined) {
      this.hide();
      return;
    }
    const key = `${graph.id} ${graph.revision}`;
    if (graph.plan !== undefined) this.#plan = { key, plan: graph.plan };
    const plan = this.#plan?.key === key ? this.#plan.plan : { operators: [] };
    this.#put(badgesOf(plan, graph, this.#host.text));
  }

  hide(): void {
    this.#put(new Map());
  }

  /** Draws the canvas only when a word has changed; it changes nothing that would be deployed. */
  #put(badges: ReadonlyMap<string, Badge>): void {
    const changed = [...new Set([...this.#badges.keys(), ...badges.keys()])].filter(
      (node) => this.#badges.get(node)?.tooltip !== badges.get(node)?.tooltip,
    );
    this.#badges = badges;
    for (const node of changed) this.#stale.add(node);
    if (changed.length > 0) RED.view.redraw();
  }

  #element({ id }: EditorNode): SVGElement {
    this.#stale.delete(id);
    return badgeElement(this.#badges.get(id) ?? NOTHING);
  }
}
