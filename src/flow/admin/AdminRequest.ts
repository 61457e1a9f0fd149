/** What a route needs of a request. */
export interface AdminRequest {
  readonly params: Readonly<Record<string, unknown>>;
  /** What stands behind the question mark. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** Whether the body is of a content type; false, or null where there is no body, if it is not. */
  is(type: string): string | false | null;
}

export interface AdminResponse {
  status(code: number): this;
  json(body: unknown): unknown;
}

/** A request that is not carried out: the status of the answer, and why. */
export class Refusal extends Error {
  constructor(
    readonly status: 400 | 404 | 409 | 415,
    message: string,
  ) {
    super(message);
  }
}
