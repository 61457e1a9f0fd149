import type {} from '@node-red/editor-client';

/** The code editor of Node-RED, Monaco or Ace behind one face; only what this palette calls. */
export interface CodeEditor {
  /** `monaco` or `ace`. */
  readonly type?: string;
  getValue(): string;
  setValue(value: string, cursor?: number): void;
  getSession(): { setMode(mode: string): void; on(event: 'change', listener: () => void): void };
  /** The text with its language; Monaco only. */
  getModel?(): unknown;
  focus(): void;
  resize(): void;
  destroy(): void;
}

export interface CodeEditorOptions {
  readonly id: string;
  readonly mode: string;
  readonly value: string;
  /** Under this name the editor keeps cursor and scroll position between two openings of the dialog. */
  readonly stateId: string;
  readonly focus: boolean;
  readonly globals: Readonly<Record<string, boolean>>;
}

interface TypeEditorOptions {
  readonly value: string;
  readonly stateId: string;
  readonly focus: boolean;
  readonly mode?: string;
  readonly width?: string;
  readonly complete: (value: string) => void;
  readonly cancel?: () => void;
}

/** A node as the editor holds it, or the input or output of a subflow, whose type is `subflow`. */
export interface EditorNode {
  readonly id: string;
  readonly type: string;
  /** The tab or subflow that it stands on. */
  readonly z?: string;
  /** Set for the input and the outputs of a subflow. */
  readonly direction?: string;
  /** Whether it is disabled. */
  readonly d?: boolean;
  /** For link nodes: the ids at the other ends. */
  readonly links?: readonly string[];
  /** For link nodes: `link` or `return`. */
  readonly mode?: string;
}

export interface EditorSubflow {
  readonly name?: string;
  readonly out: readonly EditorNode[];
}

export interface EditorLink {
  readonly source: EditorNode;
  readonly sourcePort: number;
}

/** A tab of the sidebar. */
export interface SidebarTab {
  readonly id: string;
  /** Short, for a row of tabs. */
  readonly label: string;
  /** As menus and tooltips call it. */
  readonly name: string;
  readonly content: HTMLElement;
  readonly iconClass: string;
  /** The action that shows it, whose key is told in its tooltip. */
  readonly action: string;
  /** Whether it can be used while a dialog is open. */
  readonly enableOnEdit: boolean;
}

export interface NotificationOptions {
  readonly type?: 'success' | 'warning' | 'error';
  /** Stays until it is closed. */
  readonly fixed?: boolean;
  readonly modal?: boolean;
  /** ms */
  readonly timeout?: number;
  readonly buttons?: readonly { readonly text: string; readonly class?: string; readonly click: () => void }[];
}

/** What a node type was registered with. */
export interface NodeDefinition {
  readonly color: string;
}

/** Something small at the upper edge of nodes on the canvas. */
export interface NodeAnnotation {
  readonly type: 'badge';
  readonly class: string;
  readonly align?: 'left' | 'right';
  /** Which nodes may have it; nodes that are on the canvas when it is registered are not asked. */
  filter(node: EditorNode): boolean;
  /** Called whenever a node is drawn: whether it shows at the moment. */
  show(node: EditorNode): boolean;
  /** Called whenever a node is drawn: whether the element has to be made anew. */
  refresh(node: EditorNode): boolean;
  element(node: EditorNode): SVGElement;
}

/** The part of Node-RED's editor that this palette uses. */
export interface EditorRed {
  /** The text of a catalogue key. */
  _(key: string, values?: Readonly<Record<string, string | number>>): string;
  readonly editor: {
    readonly codeEditor?: { readonly editor?: string };
    createEditor(options: CodeEditorOptions): CodeEditor;
    editJavaScript(options: TypeEditorOptions): void;
    editExpression(options: TypeEditorOptions): void;
  };
  /** What the runtime tells the editor of its settings. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly nodes: {
    /** A node of any flow or subflow; undefined or null where there is none. */
    node(id: string): EditorNode | null | undefined;
    subflow(id: string): EditorSubflow | null | undefined;
    /** A tab; undefined where there is none of that id, and for a subflow. */
    workspace(id: string): { readonly label: string; readonly disabled?: boolean } | undefined;
    /** A tab; undefined or null where there is none. */
    workspace(id: string): { readonly label?: string } | null | undefined;
    filterNodes(filter: { readonly type: string }): EditorNode[];
    filterLinks(filter: { readonly target: EditorNode }): EditorLink[];
    eachLink(visit: (link: { readonly source: EditorNode; readonly target: EditorNode }) => void): void;
    /** How nodes of a type are drawn; undefined or null where the palette has no such type. */
    getType(type: string): NodeDefinition | null | undefined;
  };
  readonly utils: {
    getNodeLabel(node: EditorNode, otherwise?: string): string;
    /** The address of a type's icon. */
    getNodeIcon(definition: NodeDefinition): string;
  };
  readonly tray: { resize(): void };
  readonly sidebar: { addTab(tab: SidebarTab): void; show(id: string): void };
  readonly actions: { add(name: string, action: () => void): void; invoke(name: string): void };
  readonly events: { on(name: string, listener: (subject: EditorNode) => void): void };
  /** Whether who is logged in may do something; everybody may where nobody logs in. */
  readonly user: { hasPermission(permission: string): boolean };
  readonly view: {
    /** Shows a node on the canvas, and flashes it. */
    reveal(id: string): void;
    selection(): { readonly nodes?: readonly EditorNode[] };
    /** Draws the canvas anew, where something changed. */
    redraw(): void;
    readonly annotations: { register(id: string, annotation: NodeAnnotation): void };
  };
  /** @param message an element; a text would be taken for HTML */
  notify(message: JQuery, options: NotificationOptions): { close(): void };
  readonly popover: { tooltip(target: JQuery, text: string): unknown };
}

declare global {
  const RED: EditorRed;
}
