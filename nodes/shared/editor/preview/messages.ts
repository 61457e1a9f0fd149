// What the page and the worker that evaluates the user's code say to each other.

/** A record, as user code sees it. */
export interface PreviewRecord {
  readonly payload: unknown;
  readonly topic: string;
  readonly key: string | number | boolean | null;
  /** ms since the epoch */
  readonly time: number;
}

/** User code as it stands on the screen. */
export type PreviewCode =
  | { readonly lang: 'javascript'; readonly source: string }
  | {
      readonly lang: 'jsonata';
      readonly source: string;
      /** The tree that the editor's own JSONata made of it, as JSON; absent where it could not. */
      readonly tree?: unknown;
      /** What JSONata said when it could not: a message, and a position in the source. */
      readonly problem?: { readonly message: string; readonly position?: number };
    };

export type PreviewValue =
  | { readonly from: 'key' }
  | { readonly from: 'property'; readonly property: string }
  | { readonly from: 'code'; readonly code: PreviewCode };

export interface PreviewAggregate {
  readonly aggregate: string;
  readonly of: PreviewValue;
  readonly as: string;
  readonly parameter?: number;
  /** The body of the user's own function, in JavaScript. */
  readonly reduce?: string;
}

export type MapMode = 'map' | 'flatMap' | 'filter' | 'keyBy' | 'batch';

/** What is to be evaluated. */
export type PreviewWork =
  | { readonly kind: 'map'; readonly mode: MapMode; readonly code: PreviewCode }
  | { readonly kind: 'reduceByKey'; readonly key: PreviewValue; readonly aggregates: readonly PreviewAggregate[] };

export interface PreviewTask {
  readonly work: PreviewWork;
  /** Oldest first. */
  readonly records: readonly PreviewRecord[];
  /** ms since the epoch */
  readonly batchTime: number;
  /** The source of JSONata's interpreter; absent until the worker has asked for it, empty where there is none to be had. */
  readonly interpreter?: string;
}

/** Something that went wrong. Where no line is known, the code as a whole is meant. */
export interface PreviewFailure {
  readonly text: string;
  /** From 1, in the code on the screen. */
  readonly line?: number;
  readonly column?: number;
}

/** A record that user code made; the payload as text, ready to be shown. */
export interface ShownRecord {
  readonly payload: string;
  readonly topic: string;
  readonly key: string;
}

/** What became of one record: the records it became (none: it was dropped), or why it failed. */
export type RecordOutcome = { readonly records: readonly ShownRecord[] } | { readonly failure: PreviewFailure };

/** One key of a reduceByKey, with what came out for it. */
export interface ShownGroup {
  readonly key: string;
  readonly records: number;
  readonly outputs: readonly ShownOutput[];
}

export interface ShownOutput {
  readonly name: string;
  readonly value: string;
  /** Records of which it could not use the value. */
  readonly skipped: number;
  /** The first thing that went wrong in the user's own function. */
  readonly failure?: PreviewFailure;
}

/** Answers of the worker to one task, in this order; it ends with `done`, `problem` or `needs-interpreter`. */
export type PreviewAnswer =
  /** The task is to be given again, with the interpreter. */
  | { readonly kind: 'needs-interpreter' }
  /** The code cannot be used at all. `output`: the row of the aggregate that it belongs to, from 1; 0 for the key. */
  | { readonly kind: 'problem'; readonly failure: PreviewFailure; readonly output?: number }
  /** How JSONata is run; `because`: what it uses that only the interpreter knows. */
  | { readonly kind: 'jsonata'; readonly compiled: boolean; readonly because?: string }
  /** `index`: of the record. In reduceByKey the outcome of a record is its key. */
  | { readonly kind: 'record'; readonly index: number; readonly outcome: RecordOutcome }
  /** Of the mode batch: what became of all records together. */
  | { readonly kind: 'batch'; readonly outcome: RecordOutcome }
  | { readonly kind: 'groups'; readonly groups: readonly ShownGroup[] }
  /** What the code wrote by ctx.log and ctx.warn, and the names that it asked ctx.env for. */
  | { readonly kind: 'done'; readonly lines: readonly LogLine[]; readonly variables: readonly string[] };

export interface LogLine {
  readonly level: 'log' | 'warn';
  readonly text: string;
}
