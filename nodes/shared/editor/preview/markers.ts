import type { CodeEditor } from '../red';
import type { PreviewFailure } from './messages';

/** The part of Monaco that underlines. */
interface EditorGlobals {
  readonly monaco?: {
    readonly editor: { setModelMarkers(model: unknown, owner: string, markers: readonly object[]): void };
  };
}

/** The parts of both editors' texts that are used. */
interface Model {
  getLineCount(): number;
  getLineMaxColumn(line: number): number;
}

interface AceSession {
  setAnnotations?(annotations: readonly { row: number; column: number; text: string; type: string }[]): void;
}

const OWNER = 'dstream-preview';

/** How Monaco numbers what is underlined red. */
const ERROR = 8;

/** Underlines where the code failed, each line once, and takes away what was underlined before. */
export function markFailures(editor: CodeEditor, failures: readonly PreviewFailure[]): void {
  const byLine = new Map<number, PreviewFailure>();
  for (const failure of failures) {
    if (failure.line !== undefined && !byLine.has(failure.line)) byLine.set(failure.line, failure);
  }
  const { monaco } = globalThis as EditorGlobals;
  if (editor.type === 'monaco' && monaco !== undefined && editor.getModel !== undefined) {
    const model = editor.getModel();
    if (isModel(model)) monaco.editor.setModelMarkers(model, OWNER, [...byLine].map(([line, failure]) => marker(model, line, failure)));
  } else if (editor.type === 'ace') {
    const annotations = [...byLine].map(([line, { text, column = 1 }]) => ({ row: line - 1, column: column - 1, text, type: 'error' }));
    (editor.getSession() as AceSession).setAnnotations?.(annotations);
  }
}

function isModel(model: unknown): model is Model {
  return typeof model === 'object' && model !== null && 'getLineMaxColumn' in model;
}

/** To the end of the line; a whole line where the place in it is not known. */
function marker(model: Model, wanted: number, { text, column }: PreviewFailure): object {
  const line = Math.min(Math.max(1, wanted), model.getLineCount());
  const end = model.getLineMaxColumn(line);
  return {
    severity: ERROR, source: 'dstream', message: text,
    startLineNumber: line, endLineNumber: line, startColumn: Math.min(column ?? 1, Math.max(1, end - 1)), endColumn: end,
  };
}
