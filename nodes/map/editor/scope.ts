/**
 * What a JavaScript body can use, for completion and for underlining slips in Monaco.
 * @param payload the type of payloads that flow in; any value may be assigned to one
 */
export function scope(payload: string): string {
  return `
interface StreamRecord {
  get payload(): ${payload};
  set payload(value: any);
  topic: string;
  get key(): string | number | boolean | null;
  set key(value: any);
  /** When the record arrived: ms since 1970-01-01 UTC. */
  time: number;
}
/** The record. Not there with "batch". */
declare const msg: StreamRecord;
/** All records of the batch. Only there with "batch". */
declare const msgs: StreamRecord[];
declare const ctx: {
  /** The end of the batch: ms since 1970-01-01 UTC. */
  readonly batchTime: number;
  /** The value of an environment variable. */
  env(name: string): any;
  /** Writes to Node-RED's log. */
  log(...values: any[]): void;
  warn(...values: any[]): void;
  /** A number from 0 up to 1; the same again when the batch is run again. */
  random(): number;
};
`;
}
