import type { EditorLink, EditorNode } from '../../../../nodes/shared/editor/red';
import { type Drawing, readDrawing } from '../../../../nodes/sidebar/editor/losses/readDrawing';
import type { DrawnNodes } from '../../../../nodes/sidebar/editor/losses/streamGraphs';
import { compile } from '../../../../src/flow/compile';
import { discover } from '../../../../src/flow/discover';
import type { NodeProperties } from '../../../../src/flow/Runtime';
import type { StreamType } from '../../../../src/flow/StreamNode';
import type { Plan } from '../../../../src/plan/Plan';
import { type Drawing as Wiring, flowView } from '../../../flow/flowView';

type Properties = Readonly<Record<string, unknown>>;

/** A drawing that both halves of the palette understand: the editor's, and that which compiles it. */
export class DrawnFlow {
  readonly #wiring: Wiring;
  readonly #properties: Readonly<Record<string, Properties>>;
  readonly #disabledTabs: ReadonlySet<string>;

  /** @param properties of each node; `d` disables it, `z` puts it on another tab than `tab` */
  constructor(wiring: Wiring, properties: Readonly<Record<string, Properties>> = {}, disabledTabs: readonly string[] = []) {
    this.#wiring = wiring;
    this.#properties = properties;
    this.#disabledTabs = new Set(disabledTabs);
  }

  /** The same with other settings of one node. */
  with(id: string, change: Properties): DrawnFlow {
    return new DrawnFlow(this.#wiring, { ...this.#properties, [id]: { ...this.#properties[id], ...change } }, [...this.#disabledTabs]);
  }

  /** The same with other wires. */
  wired(change: Wiring): DrawnFlow {
    return new DrawnFlow({ ...this.#wiring, ...change }, this.#properties, [...this.#disabledTabs]);
  }

  /** The same without some nodes, and without the wires that end at them. */
  without(...ids: readonly string[]): DrawnFlow {
    const rest = Object.entries(this.#wiring).filter(([id]) => !ids.includes(id));
    const wiring = rest.map(([id, [type, ...targets]]) => [id, [type, ...targets.filter((target) => !ids.includes(target))]] as const);
    return new DrawnFlow(Object.fromEntries(wiring), this.#properties, [...this.#disabledTabs]);
  }

  disabling(...tabs: readonly string[]): DrawnFlow {
    return new DrawnFlow(this.#wiring, this.#properties, tabs);
  }

  /** As the editor reads it. */
  drawing(): Drawing {
    return readDrawing(this.#nodes(), ({ id }) => `label of ${id}`);
  }

  /** As the runtime compiles its only graph. @throws where it has problems */
  plan(): Plan {
    const view = flowView(this.#wiring, this.#properties);
    const [graph, ...others] = discover(view.streams, view);
    if (graph === undefined || others.length > 0) throw new Error('The drawing is not one graph.');
    const drawn = (id: string): { type: StreamType; properties: NodeProperties } => ({
      type: view.streamType(id) ?? 'map',
      properties: (this.#properties[id] ?? {}),
    });
    const { plan, problems } = compile(graph, drawn);
    if (plan === undefined) throw new Error(`The drawing cannot run: ${problems.map(({ what }) => what).join(' ')}`);
    return plan;
  }

  #nodes(): DrawnNodes {
    const nodes = new Map(Object.entries(this.#wiring).map(([id, [type]]): [string, EditorNode] =>
      [id, { z: 'tab', ...this.#properties[id], id, type }]));
    const links = Object.entries(this.#wiring).flatMap(([id, [, ...targets]]) => targets.flatMap((target) => {
      const [source, end] = [nodes.get(id), nodes.get(target)];
      return source === undefined || end === undefined ? [] : [{ source, sourcePort: 0, target: end }];
    }));
    return {
      node: (id) => nodes.get(id),
      subflow: () => undefined,
      workspace: (id: string) => ({ label: id, disabled: this.#disabledTabs.has(id) }),
      filterNodes: ({ type }) => [...nodes.values()].filter((node) => node.type === type),
      filterLinks: ({ target }): EditorLink[] => links.filter((link) => link.target === target),
      eachLink: (visit) => {
        links.forEach(visit);
      },
    };
  }
}
