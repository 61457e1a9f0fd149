import type { Plan } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import type {
  BatchEvent, LogEvent, OfferedMessage, OutputEvent, PlanDescription, ProgressEvent, RunOptions, SampleEvent, SampleWish,
  UpdateReport,
} from '../Engine';
import type { Death } from './GraphLink';

/** To a graph that runs elsewhere. `request` numbers what is answered. */
export type ToGraph =
  | { readonly type: 'start'; readonly request: number; readonly plan: Plan; readonly options: RunOptions }
  | { readonly type: 'update'; readonly request: number; readonly plan: Plan; readonly options: RunOptions }
  | { readonly type: 'offer'; readonly request: number; readonly receiver: string; readonly messages: readonly OfferedMessage[] }
  | { readonly type: 'checkpoint'; readonly request: number; readonly savepoint?: string }
  | { readonly type: 'stop'; readonly request: number }
  /** An output has been taken: the next may come. */
  | { readonly type: 'taken' }
  | { readonly type: 'sample'; readonly wish: SampleWish }
  /** No batch begins until `release`. */
  | { readonly type: 'hold' }
  | { readonly type: 'release' };

/** What is answered. */
export type Question = Extract<ToGraph, { readonly request: number }>;

/** From a graph that runs elsewhere. */
export type FromGraph =
  | { readonly type: 'answer'; readonly request: number; readonly result: UpdateReport | number | undefined }
  | { readonly type: 'refusal'; readonly request: number; readonly problem: Problem }
  /** `bytes`: there are bytes in its payloads. */
  | { readonly type: 'output'; readonly event: OutputEvent; readonly bytes: boolean }
  | { readonly type: 'batch'; readonly event: BatchEvent }
  | { readonly type: 'problem'; readonly problem: Problem }
  | { readonly type: 'progress'; readonly event: ProgressEvent }
  | { readonly type: 'log'; readonly event: LogEvent }
  | { readonly type: 'samples'; readonly event: SampleEvent }
  | { readonly type: 'described'; readonly event: PlanDescription }
  | { readonly type: 'failed'; readonly problem: Problem };

/** Several graphs may share a thread or a process, so every message says which of them it is about. */
export interface ToChannel {
  readonly channel: number;
  readonly message: ToGraph;
}

/** `close` ends a channel of a process; a thread hears of it by `stop`, or ends itself. */
export type ToProcess = ToChannel | { readonly channel: number; readonly close: true };

export type FromChannel =
  | { readonly channel: number; readonly message: FromGraph }
  /** All graphs of the thread together hold more bytes outside the JavaScript heap than they may. */
  | { readonly overgrown: number };

export type FromProcess = { readonly channel: number; readonly message: FromGraph } | { readonly channel: number; readonly death: Death };
