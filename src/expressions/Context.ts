/** What user code may reach beside its record: `ctx` in a JavaScript body. */
export interface Context {
  /** The time of the batch that the record belongs to, ms since the epoch. */
  readonly batchTime: number;
  /** The value of an environment variable of the flow, or undefined. */
  env(name: string): unknown;
  /** Writes a line to Node-RED's log. */
  log(text: unknown): void;
  /** Writes a warning to Node-RED's log. */
  warn(text: unknown): void;
  /** A number in [0, 1). The same batch draws the same numbers when it runs again. */
  random(): number;
}
