import type { NodeProperties } from '../Runtime';

/**
 * Which node of the editor stands for one that runs: itself, or inside a subflow the instance of it that stands on a tab. Looked
 * up in the flow file when somebody asks, and remembered until the next deploy.
 */
export class DrawnNodes {
  readonly #properties: () => ReadonlyMap<string, NodeProperties>;
  #drawn: ReadonlyMap<string, NodeProperties> | undefined;

  /** @param properties all nodes of the flow file, by id */
  constructor(properties: () => ReadonlyMap<string, NodeProperties>) {
    this.#properties = properties;
  }

  /** Another flow file was deployed. */
  forget(): void {
    this.#drawn = undefined;
  }

  /** Undefined for what nobody drew, such as the batcher of a receiver without one. */
  find(id: string): string | undefined {
    this.#drawn ??= this.#properties();
    if (this.#drawn.has(id)) return id;
    // Node-RED puts the id of the instance in front. Ids may have hyphens of their own, so the longest one that fits is it.
    for (let end = id.lastIndexOf('-'); end > 0; end = id.lastIndexOf('-', end - 1)) {
      const instance = id.slice(0, end);
      const type = this.#drawn.get(instance)?.['type'];
      if (typeof type === 'string' && type.startsWith('subflow:')) return instance;
    }
    return undefined;
  }
}
