import type { BatchInfo, OutputOperationInfo } from './BatchInfo';

/** What is known of a receiver. */
export interface ReceiverInfo {
  readonly streamId: number;
  readonly name: string;
  readonly active: boolean;
  /** The host that it runs on. Receivers run where the program runs, so it is always `localhost`. */
  readonly location: string;
  /** Who runs it. There are no executors beside the program itself, so it is always `driver`. */
  readonly executorId: string;
  readonly lastErrorMessage?: string;
  readonly lastError?: Error;
  /** ms since the epoch */
  readonly lastErrorTime?: number;
}

/** Told what happens in a streaming program. Every method may be left out. */
export interface StreamingListener {
  /** @param event.time ms since the epoch */
  onStreamingStarted?(event: { readonly time: number }): void;
  onReceiverStarted?(event: { readonly receiverInfo: ReceiverInfo }): void;
  onReceiverError?(event: { readonly receiverInfo: ReceiverInfo }): void;
  onReceiverStopped?(event: { readonly receiverInfo: ReceiverInfo }): void;
  onBatchSubmitted?(event: { readonly batchInfo: BatchInfo }): void;
  onBatchStarted?(event: { readonly batchInfo: BatchInfo }): void;
  onBatchCompleted?(event: { readonly batchInfo: BatchInfo }): void;
  onOutputOperationStarted?(event: { readonly outputOperationInfo: OutputOperationInfo }): void;
  onOutputOperationCompleted?(event: { readonly outputOperationInfo: OutputOperationInfo }): void;
}
