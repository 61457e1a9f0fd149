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
  readonly tray: { resize(): void };
  readonly popover: { tooltip(target: JQuery, text: string): unknown };
}

declare global {
  const RED: EditorRed;
}
