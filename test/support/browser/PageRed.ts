import type { FlowNode } from '../NodeRed';

/** A property in a node's definition. */
export interface PropertyDefinition {
  readonly value: unknown;
  readonly type?: string;
  readonly validate?: unknown;
}

/** A node as the editor holds it while the page is open. */
export interface PageNode {
  readonly id: string;
  readonly type: string;
  readonly valid?: boolean;
  /** Which properties are wrong, and why where the palette says why: `property: reason`. */
  readonly validationErrors?: readonly string[];
  [property: string]: unknown;
}

/**
 * The parts of `RED` that the page objects use, in the page. Functions that run there see nothing of the test's modules, so they
 * begin with `const red = RED as unknown as PageRed`, of which only `RED` is left after compiling.
 */
export interface PageRed {
  readonly tray: { close(): void };
  readonly actions: { invoke(action: string): void };
  readonly sidebar: { show(id: string): void };
  readonly view: { reveal(id: string, flash: boolean): void };
  readonly workspaces: { active(): string; show(id: string): void };
  readonly editor: { editConfig(property: string, type: string, id: string): void };
  readonly nodes: {
    node(id: string): PageNode | null;
    dirty(): boolean;
    getType(type: string): { readonly defaults: Readonly<Record<string, PropertyDefinition>> } | undefined;
    eachNode(visit: (node: PageNode) => void): void;
    eachConfig(visit: (node: PageNode) => void): void;
    eachWorkspace(visit: (tab: PageNode) => void): void;
    createCompleteNodeSet(options: { readonly credentials: boolean }): FlowNode[];
  };
  readonly comms: { subscribe(topic: string, listener: (topic: string, message: { readonly id: string }) => void): void };
}
