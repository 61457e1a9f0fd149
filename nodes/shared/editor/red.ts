import type {} from '@node-red/editor-client';

/** The code editor of Node-RED, Monaco or Ace behind one face; only what this palette calls. */
export interface CodeEditor {
  /** `monaco` or `ace`. */
  readonly type?: string;
  getValue(): string;
  setValue(value: string, cursor?: number): void;
  getSession(): { setMode(mode: string): void };
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
  readonly out: readonly EditorNode[];
}

export interface EditorLink {
  readonly source: EditorNode;
  readonly sourcePort: number;
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
    filterNodes(filter: { readonly type: string }): EditorNode[];
    filterLinks(filter: { readonly target: EditorNode }): EditorLink[];
  };
  readonly utils: { getNodeLabel(node: EditorNode, otherwise?: string): string };
  readonly tray: { resize(): void };
  readonly popover: { tooltip(target: JQuery, text: string): unknown };
}

declare global {
  const RED: EditorRed;
}
