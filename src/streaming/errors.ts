/** A call with arguments that can never work. */
export class IllegalArgumentError extends Error {
  override name = 'IllegalArgumentError';
}

/** A call that is right, but not now: before start, after start, after stop. */
export class IllegalStateError extends Error {
  override name = 'IllegalStateError';
}

/** Something that a stream cannot do any more once its context has started: change how long or where its RDDs are kept. */
export class UnsupportedOperationError extends Error {
  override name = 'UnsupportedOperationError';
}

/** Something was asked for that is not there. */
export class NoSuchElementError extends Error {
  override name = 'NoSuchElementError';
}

/** A batch could not be made or run. The cause, where there is one, is the error that user code threw. */
export class StreamingError extends Error {
  override name = 'StreamingError';
}

/** The error itself, or one that says what else was thrown. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new StreamingError(`Something that is not an error was thrown: ${textOf(thrown)}`);
}

/** What it looks like as text; some objects cannot be made into any. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return `${typeof thrown} without text`;
  }
}
