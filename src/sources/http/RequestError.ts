/** Why a request does not become records, as its answer says it. */
export class RequestError extends Error {
  override name = 'RequestError';
  /** The HTTP status of the answer. */
  readonly status: number;
  /** Seconds after which the same request may succeed; undefined where it will not. */
  readonly retryAfter: number | undefined;

  constructor(status: number, message: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** The client went away before it had sent everything; there is nobody to answer. */
export class RequestAbortedError extends Error {
  override name = 'RequestAbortedError';

  constructor() {
    super('The client closed the connection before the request was complete.');
  }
}
