/** Where to post to, and as whom. */
export interface HttpSinkOptions {
  /** `http:` or `https:`. May hold secrets, so it is never shown but for its host. */
  readonly url: string;
  /** Sent with every request; may hold secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** ms that one request may take, from the first byte to the end of the answer. */
  readonly timeout: number;
}
