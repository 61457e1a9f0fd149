/** Where in the source the user should look; both count from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** Something wrong with user code, or with what it asked for: what, why, and what to do about it. */
export class ExpressionError extends Error {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** From 1, as the user sees it in the editor. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;

  constructor(what: string, why: string, fix: string, position?: SourcePosition) {
    super([what, why, fix].filter((part) => part !== '').join(' '));
    this.name = 'ExpressionError';
    this.what = what;
    this.why = why;
    this.fix = fix;
    if (position !== undefined) {
      this.line = position.line;
      this.column = position.column;
    }
  }
}

/** The line and column of a place in a text. */
export function positionAt(source: string, offset: number): SourcePosition {
  const before = source.slice(0, Math.max(0, offset));
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - lineStart + 1 };
}
