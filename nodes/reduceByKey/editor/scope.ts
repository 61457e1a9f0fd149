/**
 * What a function of two values can use, for completion and for underlining slips in Monaco.
 * @param value the type of the values that are combined
 */
export function scope(value: string): string {
  return `
/** The older value, or what older values were combined into. */
declare const a: ${value};
/** The newer value. */
declare const b: ${value};
declare const ctx: {
  /** The end of the batch: ms since 1970-01-01 UTC. */
  readonly batchTime: number;
  /** The value of an environment variable. */
  env(name: string): any;
  /** Writes to Node-RED's log. */
  log(...values: any[]): void;
  warn(...values: any[]): void;
};
`;
}
