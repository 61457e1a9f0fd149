/** Reads all records of a batch, in order. */
export type Records<T> = (emit: (record: T) => void) => void;

/**
 * State that takes in every batch of a stream, in order and each once, and gives records at each slide. It lives apart
 * from the stream that feeds it, so that it can go on under another one.
 */
export interface BatchState<T, U> {
  /** Takes one batch in. Nothing may have changed when it throws, since the batch is then tried again. */
  take(time: number, records: Records<T>): void;
  /** The records of a slide, after its batch was taken in. */
  emit(time: number): readonly U[];
  /** The slides between two times that have something to give though no batch ran there. */
  closingTimes(after: number, before: number): readonly number[];
}
