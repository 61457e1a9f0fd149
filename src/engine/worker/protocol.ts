import type { Plan } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import type { BatchEvent, LogEvent, OfferedMessage, OutputEvent, ProgressEvent, RunOptions, UpdateReport } from '../Engine';

/** From the thread of Node-RED to the one of the graph. `request` numbers what is answered. */
export type ToGraph =
  | { readonly type: 'start'; readonly request: number; readonly plan: Plan; readonly options: RunOptions }
  | { readonly type: 'update'; readonly request: number; readonly plan: Plan; readonly options: RunOptions }
  | { readonly type: 'offer'; readonly request: number; readonly receiver: string; readonly messages: readonly OfferedMessage[] }
  | { readonly type: 'stop'; readonly request: number }
  /** An output has been taken: the next may come. */
  | { readonly type: 'taken' };

/** From the thread of the graph to the one of Node-RED. */
export type FromGraph =
  | { readonly type: 'answer'; readonly request: number; readonly result: UpdateReport | number | undefined }
  | { readonly type: 'refusal'; readonly request: number; readonly problem: Problem }
  | { readonly type: 'output'; readonly event: OutputEvent }
  | { readonly type: 'batch'; readonly event: BatchEvent }
  | { readonly type: 'problem'; readonly problem: Problem }
  | { readonly type: 'progress'; readonly event: ProgressEvent }
  | { readonly type: 'log'; readonly event: LogEvent }
  | { readonly type: 'failed'; readonly problem: Problem };
