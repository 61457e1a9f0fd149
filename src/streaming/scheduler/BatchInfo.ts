/** What one input gave to a batch. The description is what Spark has as metadata. */
export interface StreamInputInfo {
  readonly inputStreamId: number;
  readonly numRecords: number;
  readonly description: string;
}

/** What became of one output of a batch. Times are ms since the epoch. */
export interface OutputOperationInfo {
  readonly batchTime: number;
  readonly id: number;
  /** The operation, such as `foreachRDD`. */
  readonly name: string;
  /** What it is an output of, in a few words. */
  readonly description: string;
  readonly startTime?: number;
  readonly endTime?: number;
  /** From its start to its end, ms. */
  readonly duration?: number;
  readonly failureReason?: string;
}

/** The figures of a batch. Times are ms since the epoch, delays are ms; undefined until they are known. */
export interface BatchInfo {
  readonly batchTime: number;
  readonly streamIdToInputInfo: ReadonlyMap<number, StreamInputInfo>;
  readonly submissionTime: number;
  readonly processingStartTime?: number;
  readonly processingEndTime?: number;
  readonly outputOperationInfos: ReadonlyMap<number, OutputOperationInfo>;
  /** From the moment the batch was due to the start of the first job; never below 0. */
  readonly schedulingDelay?: number;
  /** From the start of the first job to the end of the last. */
  readonly processingDelay?: number;
  /** From the moment the batch was due to the end of the last job: the sum of the other two. */
  readonly totalDelay?: number;
  /** Why the batch failed: the first error of its outputs, or of the upkeep of its windows. */
  readonly failureReason?: string;
  readonly numRecords: number;
}
