/** An error of a compiled expression. The codes are JSONata's own; the words are ours. */
export class JSONataError extends Error {
  readonly code: string;
  /** The offset in the source. */
  readonly position: number;

  constructor(code: string, message: string, position: number) {
    super(message);
    this.name = 'JSONataError';
    this.code = code;
    this.position = position;
  }
}

/** What a value is, in an error's words. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
